"""What the real worker makes good: a delete while storage was frozen, a preview whose maker was killed."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a password for this test"
SETUP = f"""
import io
from assets.ingest import AssetFacts, store
from promptrails.workspaces.models import Membership, Role, User, Workspace
from tests.factories import png
workspace = Workspace.objects.create(slug="acme", name="Acme")
user = User.objects.create_user("ada@example.com", {PASSWORD!r})
Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER)
facts = AssetFacts(file_name="a.png", content_type="image/png", provider="fal")
store(workspace, io.BytesIO(png()), facts=facts)
"""

# The worker waits while an asset comes and storage freezes, goes on, claims it, and is killed over it.
KILLING = """
import io, os, signal, time
from assets.ingest import AssetFacts, store
from assets.models import Preview
from promptrails.workspaces.models import Workspace
from tests.factories import png
weed, worker = {weed}, {worker}
def wait(condition):
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.02)
    raise SystemExit("waited in vain")
os.kill(worker, signal.SIGSTOP)
facts = AssetFacts(file_name="b.png", content_type="image/png", provider="fal")
asset = store(Workspace.objects.get(), io.BytesIO(png(90, 60)), facts=facts)
mine = Preview.objects.filter(asset=asset)
os.kill(weed, signal.SIGSTOP)
try:
    os.kill(worker, signal.SIGCONT)
    wait(lambda: mine.filter(claims=1).exists())
    os.kill(worker, signal.SIGKILL)
finally:
    os.kill(weed, signal.SIGCONT)
print("claimed for", round((mine.get().next_attempt_at - asset.created_at).total_seconds()))
mine.update(next_attempt_at=asset.created_at)  # as if the time of the claim were over
wait(lambda: mine.exclude(picture_key="").exists())
asset.refresh_from_db()
print(asset.preview_status, asset.width, mine.get().attempts)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} seconds"
        time.sleep(0.1)


class App:
    """One DATA_DIR and PORT, and what runs on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        kept = {k: v for k, v in os.environ.items() if not k.startswith("STORAGE_")}
        for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "DEBUG"):
            kept.pop(name, None)
        self.environ = kept | {"DATA_DIR": str(folder), "PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environ | environ,
            capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip

    def start(self) -> None:
        with (self.folder / "test.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "run"], cwd=ROOT, env=self.environ, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        wait_until(self.is_ready, 60, f"ready; it says {self.said()[-500:]}")

    def said(self) -> str:
        return (self.folder / "test.log").read_text(errors="replace")

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def is_ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def processes(self) -> list[psutil.Process]:
        """All that belong to this DATA_DIR, by their command line or environment."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                mine = process.environ().get("DATA_DIR") == str(self.folder)
                mine |= any(str(self.folder) in part for part in process.cmdline())
                if mine and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def kill_everything(self) -> None:
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()
        if self.process:
            self.process.wait(10)

    def stop(self, number: int) -> None:
        assert self.process
        self.process.send_signal(number)
        self.process.wait(40)


@contextlib.contextmanager
def prepared(folder: Path, script: str, **environ: str) -> Iterator[App]:
    """Migrated, with what the script makes; a key that it prints is TEST_KEY. It leaves nothing behind."""
    app = App(folder)
    app.environ |= environ
    try:
        assert app.command("migrate", "--verbosity=0").returncode == 0
        made = app.command("shell", "--verbosity=0", "-c", script)
        assert made.returncode == 0, made.stderr
        app.environ["TEST_KEY"] = "".join(made.stdout.split()[-1:])
        yield app
    finally:
        app.kill_everything()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """With a workspace of its own, so that no demo is made."""
    with prepared(tmp_path_factory.mktemp("run"), SETUP) as app:
        yield app


@pytest.fixture
def running(app: App) -> Iterator[App]:
    app.start()
    yield app
    if app.process and app.process.poll() is None:
        app.stop(signal.SIGTERM)


def signed_in(app: App) -> urllib.request.OpenerDirector:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    post(browser, f"http://127.0.0.1:{app.port}/sign-in/", username="ada@example.com", password=PASSWORD)
    return browser


def post(browser: urllib.request.OpenerDirector, url: str, **fields: str) -> str:
    page = browser.open(url, timeout=10).read().decode()
    token = re.findall(r'csrfmiddlewaretoken" value="([^"]+)', page)[-1]
    body = urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
    return str(browser.open(urllib.request.Request(url, body), timeout=20).read().decode())


def test_a_delete_while_storage_is_frozen_is_recorded_and_completed_by_the_worker(running: App) -> None:
    browser = signed_in(running)
    listed = browser.open(f"http://127.0.0.1:{running.port}/w/acme/assets/", timeout=10).read().decode()
    (path,) = re.findall(r'class="name" href="([^"]+)">a.png<', listed)
    asset_id = path.rstrip("/").rsplit("/", 1)[-1]
    signed = next(link for link in re.findall(r'<img src="([^"]+)"', listed) if asset_id in link)
    (weed,) = [p for p in running.processes() if p.name() == "weed"]
    weed.suspend()
    try:
        said = post(browser, f"http://127.0.0.1:{running.port}{path}delete/")
        assert "will be removed as soon as it does" in said
        assert running.get("/readyz")[0] == 503
        listed = browser.open(f"http://127.0.0.1:{running.port}/w/acme/assets/", timeout=3).read().decode()
        assert path not in listed
    finally:
        weed.resume()

    def status() -> int:
        try:
            return int(urllib.request.urlopen(signed.replace("&amp;", "&"), timeout=5).status)
        except urllib.error.HTTPError as error:
            return error.code

    wait_until(lambda: status() == 404, 60, "the object is gone")
    removals = "from assets.models import Removal; print(Removal.objects.count())"
    counted = lambda: running.command("shell", "--verbosity=0", "-c", removals).stdout.split()[-1:]  # noqa: E731
    wait_until(lambda: counted() == ["0"], 60, "the removal is confirmed")


def test_the_preview_of_a_killed_worker_is_made_by_the_next_one(running: App) -> None:
    (weed,) = [process.pid for process in running.processes() if process.name() == "weed"]
    (worker,) = [process.pid for process in running.processes() if "procrastinate" in process.cmdline()]
    script = KILLING.format(weed=weed, worker=worker)
    done = running.command("shell", "--verbosity=0", "-c", script)
    assert done.returncode == 0, done.stderr
    assert "ready 90 0" in done.stdout
    (claimed,) = re.findall(r"claimed for (\d+)", done.stdout)
    assert 290 < int(claimed) < 400, "nobody else takes it for five minutes"
    assert worker not in {process.pid for process in running.processes()}
