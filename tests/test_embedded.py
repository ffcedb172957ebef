"""The embedded engines, as real processes under a folder of the test's own."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from pathlib import Path

import boto3
import psutil
import psycopg
import pytest

from promptrails import embedded
from promptrails.embedded import ports
from promptrails.embedded.engine import Engine, EngineError

PROJECT = Path(__file__).parent.parent
NOBODY = 65534
JOIN = "import os, sys; from promptrails import embedded\nwith embedded.provide(os.environ): {body}"


@contextmanager
def up(folder: Path, **given: str) -> Iterator[MutableMapping[str, str]]:
    environ = {"DATA_DIR": str(folder), **given}
    interrupt, terminate = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    try:
        with embedded.provide(environ):
            yield environ
    finally:
        signal.signal(signal.SIGINT, interrupt)
        signal.signal(signal.SIGTERM, terminate)


def engines(folder: Path) -> list[Engine]:
    return [embedded.Postgres(folder / "postgres"), embedded.SeaweedFS(folder / "seaweedfs")]


def running(folder: Path) -> list[psutil.Process]:
    return [process for engine in engines(folder) if (process := engine.find())]


def kill(folder: Path) -> None:
    for process in running(folder):
        for member in [process, *process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        process.wait(10)


def s3(environ: MutableMapping[str, str]):  # type: ignore[no-untyped-def]
    return boto3.client(
        "s3",
        endpoint_url=environ["STORAGE_ENDPOINT"],
        aws_access_key_id=environ["STORAGE_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["STORAGE_SECRET_KEY"],
        region_name="us-east-1",
    )


def write(environ: MutableMapping[str, str]) -> None:
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('here')")
    s3(environ).put_object(Bucket="assets", Key="kept", Body=b"here")


def read(environ: MutableMapping[str, str]) -> tuple[str, bytes]:
    with psycopg.connect(environ["DATABASE_URL"]) as connection:
        (word,) = connection.execute("SELECT word FROM kept").fetchone() or ("",)
    return word, s3(environ).get_object(Bucket="assets", Key="kept")["Body"].read()


def join_command(folder: Path, body: str) -> list[str]:
    return [sys.executable, "-c", JOIN.format(body=body)]


def join_environment(folder: Path) -> dict[str, str]:
    named = {"DATABASE_URL", "DEBUG"}
    kept = {k: v for k, v in os.environ.items() if k not in named and not k.startswith("STORAGE_")}
    return {**kept, "DATA_DIR": str(folder)}


@pytest.mark.parametrize(
    "given", [{"DEBUG": "0"}, {"DATABASE_URL": "postgresql://x/y", "STORAGE_BUCKET": "z"}]
)
def test_nothing_starts_in_production_or_when_both_are_named(tmp_path: Path, given: dict[str, str]) -> None:
    with up(tmp_path / "data", **given) as environ:
        assert environ == {"DATA_DIR": str(tmp_path / "data"), **given}
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_only_storage_starts_where_a_database_is_named(tmp_path: Path) -> None:
    with up(tmp_path, DATABASE_URL="postgresql://x/y") as environ:
        assert environ["DATABASE_URL"] == "postgresql://x/y"
        assert [process.name() for process in running(tmp_path)] == ["weed"]
    assert running(tmp_path) == []


@pytest.mark.slow
def test_data_survives_a_kill_of_everything(tmp_path: Path) -> None:
    with up(tmp_path) as environ:
        write(environ)
        kill(tmp_path)
    with up(tmp_path) as environ:
        assert read(environ) == ("here", b"here")
    assert running(tmp_path) == []


@pytest.mark.slow
def test_engines_whose_starter_was_killed_are_adopted(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        join_command(tmp_path, "print('up', flush=True); sys.stdin.read()"),
        env=join_environment(tmp_path),
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert starter.stdout
    assert starter.stdout.readline() == b"up\n"
    starter.kill()
    starter.communicate()
    before = running(tmp_path)
    assert len(before) == 2
    with up(tmp_path):
        assert running(tmp_path) == before
    assert running(tmp_path) == []


@pytest.mark.slow
def test_a_recycled_process_id_does_not_stop_the_next_start(tmp_path: Path) -> None:
    named = {"STORAGE_BUCKET": "elsewhere"}
    with up(tmp_path, **named):
        kill(tmp_path)
    pid_file = tmp_path / "postgres" / "data" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with up(tmp_path, **named) as environ:
        psycopg.connect(environ["DATABASE_URL"]).close()


@pytest.mark.slow
def test_the_last_one_out_stops_the_engines(tmp_path: Path) -> None:
    with up(tmp_path):
        before = running(tmp_path)
        done = subprocess.run(
            join_command(tmp_path, "print('joined')"),
            env=join_environment(tmp_path),
            cwd=PROJECT,
            check=False,
        )
        assert done.returncode == 0
        assert running(tmp_path) == before
    assert running(tmp_path) == []


@pytest.mark.slow
def test_a_path_longer_than_a_socket_name_works_and_everything_secret_is_private(tmp_path: Path) -> None:
    folder = tmp_path / ("long-" * 20) / ("path-" * 20)
    with up(folder) as environ:
        s3(environ).put_object(Bucket="assets", Key="a", Body=b"a")
        secrets = [folder / "postgres" / "password", *(folder / "seaweedfs").glob("*-key*")]
        assert len(secrets) == 4
        assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}


@pytest.mark.slow
def test_engines_refuse_whoever_has_no_credentials(tmp_path: Path) -> None:
    with up(tmp_path) as environ:
        port = environ["DATABASE_URL"].rsplit(":", 1)[1].split("/")[0]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://assets:wrong@127.0.0.1:{port}/assets")
        storage = embedded.SeaweedFS(tmp_path / "seaweedfs")
        storage.ports = ports.remembered(storage.ports_file)
        assert storage.ask("s3", "/assets")[0] == 403
        assert storage.ask("filer", "/buckets/assets/")[0] == 401


@pytest.mark.slow
def test_engines_listen_on_loopback_only(tmp_path: Path) -> None:
    with up(tmp_path):
        for process in running(tmp_path):
            listening = [
                c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN
            ]
            assert set(listening) == {"127.0.0.1"}


def test_a_remembered_port_is_kept_while_it_is_free(tmp_path: Path) -> None:
    import socket

    first = ports.choose(tmp_path / "ports.json", ["a", "b"])
    assert ports.choose(tmp_path / "ports.json", ["a", "b"]) == first
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first["a"]))
        taken.listen()
        second = ports.choose(tmp_path / "ports.json", ["a", "b"])
    assert second["a"] != first["a"]
    assert second["b"] == first["b"]


def test_a_data_dir_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EngineError, match="Set DATA_DIR"), up(tmp_path / "file"):
        pass


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root to become somebody else")
def test_an_ordinary_user_can_run_the_engines() -> None:
    with tempfile.TemporaryDirectory(prefix="assets-") as folder:
        os.chown(folder, NOBODY, NOBODY)
        # A fork, not a new Python: the interpreter itself may stand where only root can reach it.
        if not (child := os.fork()):
            os._exit(runs_as_nobody(Path(folder)))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert running(Path(folder)) == []


def runs_as_nobody(folder: Path) -> int:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    try:
        with up(folder) as environ:
            write(environ)
            return int(read(environ) != ("here", b"here") or folder.stat().st_uid != NOBODY)
    except BaseException as error:  # noqa: BLE001 (nothing may leave a forked test)
        print(repr(error), file=sys.stderr, flush=True)
        return 2
