"""PostgreSQL and SeaweedFS are killed, frozen and restarted under `manage.py run`, while everything is busy.

Also a store without room.
"""

import io
import os
import re
import secrets
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

import psutil
import pytest
from django.conf import settings

from assets import storage
from assets.errors import StorageUnavailable
from assets.models import Asset
from assets.previews import Sandbox
from promptrails.workspaces.models import User, Workspace
from tests.api.calling import ASSETS, FORM, file_part, form
from tests.factories import png
from tests.faults import truth
from tests.faults.deeds import World
from tests.faults.lab import lab
from tests.storage_servers import named, second_seaweedfs, using_storage
from tests.test_worker import PASSWORD, App, prepared, signed_in, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.faults]
SETUP = f"""
from promptrails.workspaces import keys
from promptrails.workspaces.models import Membership, Role, User, Workspace
workspace = Workspace.objects.create(slug="acme", name="Acme")
user = User.objects.create_user("ada@example.com", {PASSWORD!r})
Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER)
print(keys.issue(workspace, name="test", scopes=["assets:read", "assets:write"])[1])
"""
SETTLE = """
import time
from assets.previews import Sandbox
from tests.faults import truth
deadline, sandbox = time.monotonic() + 40, Sandbox()
while True:
    truth.let_time_pass(sandbox)
    try:
        truth.settled()
        break
    except AssertionError:
        if time.monotonic() > deadline:
            raise
    time.sleep(0.5)
sandbox.stop()
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with prepared(tmp_path_factory.mktemp("engines"), SETUP, API_RATE_LIMIT="1000000") as app:
        app.start()
        yield app


@dataclass
class Client:
    """Uploads and deletes without pause, and remembers what it was promised."""

    app: App
    kept: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    statuses: list[int] = field(default_factory=list)
    stop: Event = field(default_factory=Event)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """0 where nobody answers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["X-API-Key"] = self.app.environ["TEST_KEY"]
        url = f"http://127.0.0.1:{self.app.port}{path}"
        try:
            asked = urllib.request.Request(url, body, named, method=method)
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def run(self) -> None:
        while not self.stop.is_set():
            self.upload()
            if len(self.kept) > 3:
                self.delete()
            time.sleep(0.02)

    def upload(self) -> None:
        body = form(file_part(png()))
        status, told = self.send(
            "POST", ASSETS, body, Content_Type=FORM, Idempotency_Key=secrets.token_hex(8)
        )
        self.statuses.append(status)
        if status == 201:
            self.kept.add(re.findall(rb'"id": ?"(\w{27})"', told)[0].decode())

    def delete(self) -> None:
        id = self.kept.pop()
        self.unsure.add(id)
        status, _ = self.send("DELETE", f"{ASSETS}/{id}")
        self.statuses.append(status)
        if status == 204:
            self.unsure.discard(id)
            self.gone.add(id)

    def check(self) -> None:
        """What was promised holds; of what nobody answered for, either may be."""
        for ids, expected in ((self.kept, {200}), (self.gone, {404}), (self.unsure, {200, 404})):
            for id in ids:
                assert self.send("GET", f"{ASSETS}/{id}")[0] in expected, (id, expected)


@contextmanager
def busy(app: App) -> Iterator[list[Client]]:
    clients = [Client(app) for _ in range(3)]
    threads = [Thread(target=client.run) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(1)
    try:
        yield clients
    finally:
        for client in clients:
            client.stop.set()
        for thread in threads:
            thread.join()


def engine(app: App, name: str) -> psutil.Process:
    """PostgreSQL's first process, or SeaweedFS."""
    folder = str(app.folder / name)
    return next(one for one in app.processes() if any(folder in part for part in one.cmdline()))


def frozen(app: App) -> None:
    weed = engine(app, "seaweedfs")
    weed.suspend()
    try:
        browser = signed_in(app)
        for page in ("assets/", "storage/", "activity/"):
            began = time.monotonic()
            assert browser.open(f"http://127.0.0.1:{app.port}/w/acme/{page}", timeout=10).status == 200
            assert time.monotonic() - began < 3
        time.sleep(4)
    finally:
        weed.resume()


def killed(name: str, number: int = signal.SIGKILL) -> Callable[[App], None]:
    def kill(app: App) -> None:
        engine(app, name).send_signal(number)
        time.sleep(1)

    return kill


def all_killed(app: App) -> None:
    for process in app.processes():
        if app.process and process.pid != app.process.pid:
            process.kill()
    time.sleep(1)


FAULTS = {
    "SeaweedFS is frozen": frozen,
    "SeaweedFS is killed": killed("seaweedfs"),
    "PostgreSQL is killed": killed("postgres"),
    "PostgreSQL is restarted": killed("postgres", signal.SIGINT),  # fast shutdown
    "engines, web server and worker are killed": all_killed,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_everything_promised_holds_when(app: App, fault: Callable[[App], None]) -> None:
    with busy(app) as clients:
        fault(app)
        wait_until(app.is_ready, 90, "ready again")
        time.sleep(1)
    statuses = [status for client in clients for status in client.statuses]
    assert statuses.count(201) > 5, "they were busy"
    assert set(statuses) <= {0, 201, 204, 404, 409, 503}, "no fault of an engine is a 500"
    settled = app.command("shell", "--verbosity=0", "-c", SETTLE)
    assert settled.returncode == 0, settled.stderr[-2000:]
    for client in clients:
        client.check()
    agreed = app.command("reconcile", "--older-than", "0", "--quiet")
    assert agreed.returncode == 0, agreed.stdout
    assert "Storage and database agree." in agreed.stdout


def test_a_full_store_is_said_to_be_away_loses_nothing_and_gives_room_again(
    transactional_db: None, acme: Workspace, ada: User, sandbox: Sandbox
) -> None:
    """SeaweedFS with one volume of two megabytes, as under a quota."""
    with (
        second_seaweedfs("-volume.max=1", "-master.volumeSizeLimitMB=2") as server,
        using_storage(**named(server), timeout=5),
        lab(settings.STORAGE.bucket) as processes,
    ):
        world = World(processes, acme, ada)
        world.lab.start("serve")
        body = png() + os.urandom(300_000)
        sent = form(file_part(body, "a.png"))
        answers = [world.call("POST", ASSETS, sent, Content_Type=FORM) for _ in range(12)]
        stored = [answer for answer in answers if answer and answer.status_code == 201]
        refused = [answer for answer in answers if answer and answer.status_code == 503]
        assert len(stored) + len(refused) == 12
        assert stored
        assert refused
        assert all(b"Storage does not answer at the moment." in answer.content for answer in refused)
        truth.holds(all_are_dead=False)
        with pytest.raises(StorageUnavailable):
            storage.put("assets/a", io.BytesIO(body), "image/png")
        for asset in Asset.objects.all():
            assert storage.read(asset.storage_key, 0, len(body)) == body
        if running := server.find():
            running.kill()  # in order, it would wait half a minute for connections that are kept alive
            running.wait(10)
        server.flags = ("-volume.max=8",)
        server.keep_up()
        again = world.call("POST", ASSETS, sent, Content_Type=FORM)
        assert again
        assert again.status_code == 201
        truth.let_time_pass(sandbox)
        truth.settled()
