"""`manage.py run` as an operator meets it: real processes, on data and ports of the tests' own."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from promptrails import embedded
from promptrails.embedded.children import MARK

pytestmark = pytest.mark.slow
PROJECT = Path(__file__).parent.parent


def environment(data: Path, **given: str) -> dict[str, str]:
    ours = {"DATABASE_URL", "DEBUG", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "SERVES_PAGES"}
    kept = {k: v for k, v in os.environ.items() if k not in ours and not k.startswith("STORAGE_")}
    return {**kept, "DATA_DIR": str(data), **given}


def manage(data: Path, *arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment(data, **given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def members(data: Path) -> list[psutil.Process]:
    """Every process of a run on `data`: engines and marked children."""
    engines = [embedded.Postgres(data / "postgres").find(), embedded.SeaweedFS(data / "seaweedfs").find()]
    found = [engine for engine in engines if engine]
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == str(data):
                found.append(process)
    return found


def heed_hangups() -> None:
    """In the child: where the tests themselves run under nohup, SIGHUP would be ignored there too."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Run:
    def __init__(self, data: Path, *command: str) -> None:
        self.data, self.port = data, free_port()
        self.log = data.parent / f"run-{self.port}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command or [sys.executable, "manage.py", "run"],
                cwd=PROJECT,
                env=environment(data, PORT=str(self.port)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=heed_hangups,
            )

    def status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def printed(self) -> str:
        return self.log.read_text()

    def until(self, path: str, seconds: float = 30) -> float:
        start = time.monotonic()
        while self.status(path) != 200:
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < start + seconds, self.printed()
            time.sleep(0.05)
        return time.monotonic() - start

    def until_printed(self, words: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.printed():
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.05)


@contextmanager
def running(data: Path, *command: str) -> Iterator[Run]:
    run = Run(data, *command)
    try:
        yield run
    finally:
        with suppress(ProcessLookupError):
            os.killpg(run.process.pid, signal.SIGKILL)
        run.process.wait()
        for process in members(data):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(members(data), 10)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated, and with a workspace, so that no demo is made."""
    folder = tmp_path_factory.mktemp("a run") / "data with spaces"
    with embedded.provide(engines := environment(folder)):
        for command in (["migrate", "-v0"], ["create_workspace", "--slug=acme", "--name=Acme"]):
            done = subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=PROJECT,
                env=engines,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stderr
    return folder


def test_a_start_is_quick_refuses_a_second_and_shares_its_engines(data: Path) -> None:
    with running(data) as run:
        assert run.until("/healthz") < 15  # on a busy machine; 3 s on an idle one
        run.until("/readyz")
        assert run.status("/sign-in/") == 200
        before = {process.pid for process in members(data)}
        second = manage(data, "run", PORT=str(free_port()))
        assert second.returncode == 1
        assert second.stderr.strip() == f"PromptRails Assets is running on {data} already. Stop that first."
        beside = manage(data, "shell", "-v0", "-c", "print('beside')")
        assert (beside.returncode, beside.stdout) == (0, "beside\n"), beside.stderr
        assert {process.pid for process in members(data)} == before
        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(20) == 0
        assert members(data) == []


def test_after_a_kill_of_the_supervisor_or_of_everything_it_starts_again(data: Path) -> None:
    with running(data) as run:
        run.until("/readyz")
        engines = members(data)[:2]
        run.process.kill()
        run.process.wait()
        again = Run(data)
        try:
            again.until("/readyz")
            assert members(data)[:2] == engines, "engines that run on are adopted"
            again.process.kill()
            for process in members(data):
                process.kill()
            again.process.wait()
        finally:
            again.process.kill()
    with running(data, "make", "run", f"BIN={Path(sys.executable).parent}", "-o", ".venv/installed") as run:
        run.until("/readyz")
        names = manage(data, "shell", "-v0", "-c", SLUGS)
        assert names.stdout.strip() == "['acme']", names.stderr
        run.process.terminate()  # make alone; it passes the signal on
        run.process.wait(20)
        assert members(data) == []


SLUGS = "from promptrails.workspaces.models import Workspace as W; print([w.slug for w in W.objects.all()])"


def test_a_web_server_that_dies_is_started_again(data: Path) -> None:
    with running(data) as run:
        run.until("/readyz")
        [server] = [p for p in members(data) if "granian" in p.cmdline() and p.ppid() == run.process.pid]
        server.kill()
        run.until_printed("The web server ended", 10)
        run.until("/healthz")


def test_a_first_start_that_is_stopped_while_it_makes_the_demo_leaves_nothing_and_goes_on_later(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with running(data) as run:
        run.until("/healthz")  # it serves meanwhile
        assert makes_demo(data)
        run.process.send_signal(signal.SIGHUP)
        run.process.wait(20)
        assert members(data) == []
    with running(data) as run:
        run.until("/healthz")
        assert makes_demo(data)


def makes_demo(data: Path) -> bool:
    return any("seed_demo" in process.cmdline() for process in members(data))


def test_a_port_in_use_is_named(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = manage(data, "run", PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
    assert members(data) == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"PORT": "abc", "DATABASE_URL": "postgresql://a@h/a", "STORAGE_BUCKET": "b"}, "PORT must be"),
        ({"DEBUG": "0"}, "DATABASE_URL is not set."),
        ({"DEBUG": "maybe"}, "DEBUG must be"),
    ],
)
@pytest.mark.parametrize("command", ["run", "migrate"])
def test_a_wrong_configuration_is_one_sentence(
    tmp_path: Path, command: str, given: dict[str, str], sentence: str
) -> None:
    done = manage(tmp_path, command, **{"SECRET_KEY": "s", "ALLOWED_HOSTS": "x", **given})
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "postgres").exists()


def test_a_data_dir_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = manage(tmp_path / "file" / "data", "run")
    assert done.returncode == 1
    assert done.stderr.strip().endswith("Set DATA_DIR to a folder of your own.")
    assert "Traceback" not in done.stderr
