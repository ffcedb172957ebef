"""SIGTERM to what production runs: requests in flight are answered, a worker ends the task it is at.

Also what two web processes tell together: their counts, and their log lines.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from promptrails import embedded
from tests.api.test_real_server import FILM, MEGABYTE, SETUP, TAIL, begin_at
from tests.test_run import PROJECT, environment, free_port
from tests.test_worker import wait_until

pytestmark = pytest.mark.slow
TOKEN = "a-token-for-prometheus"
STORE = """
import io
from assets.ingest import AssetFacts, store
from promptrails.workspaces.models import Workspace
from tests.factories import png
facts = AssetFacts(file_name="a.png", content_type="image/png", provider="fal")
print(store(Workspace.objects.get(), io.BytesIO(png()), facts=facts).pk)
"""
PREVIEW = "SELECT claims, next_attempt_at IS NULL, picture_key <> '' FROM assets_preview WHERE asset_id = %s"


class Engines:
    """Engines of these tests' own, the variables that name them, and a key of the API."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.named = environment(data, PYTHONPATH=str(PROJECT))

    def python(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=PROJECT, env=self.named, capture_output=True, text=True, timeout=90,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, script: str) -> str:
        return self.python("manage.py", "shell", "--verbosity=0", "-c", script).split()[-1]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    engines = Engines(tmp_path_factory.mktemp("stopping") / "data")
    with embedded.provide(engines.named):
        engines.python("manage.py", "migrate", "--verbosity=0")
        engines.named["TEST_KEY"] = engines.shell(SETUP)
        yield engines


@contextmanager
def started(command: list[str], environ: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as file:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environ, stdout=file, stderr=file, start_new_session=True
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # granian's own processes too
        process.wait()


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    """On a connection of its own, so that any web process may answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError as error:
        return 0, str(error)
    finally:
        connection.close()


def count(port: int, series: str) -> float:
    status, told = get(port, "/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200, told
    return sum(float(line.rpartition(" ")[2]) for line in told.splitlines() if line.startswith(series))


def stopped_in_the_middle_of_an_upload(port: int, key: str, process: subprocess.Popen[bytes]) -> int:
    """The status of an upload that goes on for seconds after the process was told to stop."""
    upload = begin_at(port, key, 24 * MEGABYTE)
    upload.send(bytes(4 * MEGABYTE - len(FILM)))
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    for _ in range(20):
        time.sleep(0.2)
        upload.send(bytes(MEGABYTE))
    assert process.poll() is None, "it waits for the request"
    upload.send(TAIL)
    return upload.getresponse().status


def granian(port: int) -> list[str]:
    """As docs/monitoring.md and the README have it."""
    options = "--interface wsgi --host 127.0.0.1 --workers 2 --blocking-threads 4 --workers-kill-timeout 25"
    log = ["--log-config", "promptrails/monitoring/granian.json"]
    target = ["--port", str(port), "promptrails.wsgi:application"]
    return [sys.executable, "-m", "granian", *options.split(), *log, *target]


def production(engines: Engines, counts: Path) -> dict[str, str]:
    more = {"DEBUG": "0", "SECRET_KEY": "s" * 60, "ALLOWED_HOSTS": "127.0.0.1", "METRICS_TOKEN": TOKEN}
    return engines.named | more | {"PROMETHEUS_MULTIPROC_DIR": str(counts)}


def test_granian_counts_together_speaks_json_and_ends_an_upload_before_it_stops(
    engines: Engines, tmp_path: Path
) -> None:
    port, log, counts = free_port(), tmp_path / "log", tmp_path / "counts"
    with started(granian(port), production(engines, counts), log) as web:
        wait_until(lambda: get(port, "/healthz")[0] == 200, 30, "it serves")
        healthz = 'promptrails_http_requests_total{method="GET",status="2xx",view="healthz"}'
        before = count(port, healthz)
        for _ in range(40):
            assert get(port, "/healthz")[0] == 200
        for _ in range(4):
            assert count(port, healthz) == before + 40, "whichever process answers"
        assert count(port, "promptrails_database_up") == 1
        status = stopped_in_the_middle_of_an_upload(port, engines.named["TEST_KEY"], web)
        assert status == 201
        assert web.wait(30) == 0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)
    [upload] = [line for line in lines if line.get("method") == "POST"]
    assert (upload["path"], upload["status"], upload["workspace"]) == ("/api/v1/assets", 201, "acme")
    assert len(list(counts.glob("counter_*.db"))) == 2, "both processes served"
    assert engines.named["TEST_KEY"] not in log.read_text()


def test_manage_py_run_ends_an_upload_before_it_stops_and_clears_what_was_counted(
    engines: Engines, tmp_path: Path
) -> None:
    left = engines.data / "metrics" / "counter_1.db"
    left.parent.mkdir()
    left.write_bytes(b"of a process that is gone")
    port = free_port()
    environ = environment(engines.data, PORT=str(port), METRICS_TOKEN=TOKEN)
    with started([sys.executable, "manage.py", "run"], environ, tmp_path / "log") as run:
        wait_until(lambda: get(port, "/readyz")[0] == 200, 60, "it is ready")
        assert not left.exists()
        assert count(port, "promptrails_workers ") >= 1
        assert stopped_in_the_middle_of_an_upload(port, engines.named["TEST_KEY"], run) == 201
        assert run.wait(40) == 0


def test_a_worker_ends_the_preview_it_is_at_before_it_stops(engines: Engines, tmp_path: Path) -> None:
    asset = engines.shell(STORE)
    weed = embedded.SeaweedFS(engines.data / "seaweedfs").find()
    assert weed
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--delete-jobs=always"]
    with (
        psycopg.connect(engines.named["DATABASE_URL"], autocommit=True) as database,
        started(command, engines.named, tmp_path / "log") as worker,
    ):

        def preview() -> tuple[int, bool, bool]:
            row = database.execute(PREVIEW, [asset]).fetchone()
            assert row
            return row[0], row[1], row[2]

        weed.suspend()
        try:
            wait_until(lambda: preview()[0] == 1, 60, "the preview is claimed")
            worker.send_signal(signal.SIGTERM)
            time.sleep(3)
            assert worker.poll() is None, "it waits for its task"
        finally:
            weed.resume()
        assert worker.wait(60) == 0, (tmp_path / "log").read_text()
        assert preview() == (0, True, True)
