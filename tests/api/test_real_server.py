"""Uploads through the real web server: memory while a large file streams, a process that dies meanwhile."""

import http.client
import json
import os
import signal
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.test_worker import App, prepared, wait_until

pytestmark = pytest.mark.slow
MEGABYTE = 1024 * 1024
SETUP = """
from promptrails.workspaces import keys
from promptrails.workspaces.models import Workspace
workspace = Workspace.objects.create(slug="acme", name="Acme")
print(keys.issue(workspace, name="test", scopes=["assets:read", "assets:write"])[1])
"""
LEFT = """
from django.conf import settings
from django.utils import timezone
from assets import deletion, ingest, storage
from assets.models import Asset, Removal, Upload
where = {"Bucket": settings.STORAGE.bucket}
parts = lambda: len(storage.client().list_multipart_uploads(**where).get("Uploads", []))
begun = parts()
Upload.objects.update(expires_at=timezone.now())
ingest.sweep_intents()
deletion.remove_due()
print(begun, parts(), Upload.objects.count(), Removal.objects.count(),
      Asset.objects.count(), len(list(storage.list_objects("assets/"))))
"""
BOUNDARY = b"a-boundary-that-no-random-bytes-hold"
HEAD = (
    b"--"
    + BOUNDARY
    + b"\r\nContent-Disposition: form-data; name=file; filename=film.mp4\r\nContent-Type: video/mp4\r\n\r\n"
)
FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"
TAIL = b"\r\n--" + BOUNDARY + b"--\r\n"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with prepared(tmp_path_factory.mktemp("uploads"), SETUP) as app:
        app.start()
        yield app


def begin(app: App, size: int) -> http.client.HTTPConnection:
    return begin_at(app.port, app.environ["TEST_KEY"], size)


def begin_at(port: int, key: str, size: int) -> http.client.HTTPConnection:
    """An upload of a film of so many bytes, of which the first have been sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", "/api/v1/assets")
    connection.putheader("X-API-Key", key)
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY.decode()}")
    connection.putheader("Content-Length", str(len(HEAD) + size + len(TAIL)))
    connection.endheaders()
    connection.send(HEAD + FILM)
    return connection


def web_process(app: App) -> psutil.Process:
    """The one that answers requests: granian's child."""
    web = [one for one in app.processes() if "granian" in " ".join(one.cmdline())]
    return next(one for one in web if not [child for child in one.children() if child in web])


def test_memory_stays_flat_while_a_large_file_streams(app: App) -> None:
    upload = begin(app, 20 * MEGABYTE)  # warms: clients, pools, imports
    upload.send(bytes(20 * MEGABYTE - len(FILM)) + TAIL)
    assert upload.getresponse().status == 201
    web, megabytes = web_process(app), 256
    before = most = web.memory_info().rss
    upload = begin(app, megabytes * MEGABYTE)
    upload.send(bytes(MEGABYTE - len(FILM)))
    for _ in range(megabytes - 1):
        upload.send(os.urandom(MEGABYTE))
        most = max(most, web.memory_info().rss)
    upload.send(TAIL)
    answer = upload.getresponse()
    assert answer.status == 201
    assert json.load(answer)["data"]["file_size"] == megabytes * MEGABYTE
    assert most - before < 50 * MEGABYTE


def test_a_process_killed_in_the_middle_of_an_upload_leaves_what_the_sweep_finds(app: App) -> None:
    *_, assets, objects = left(app)
    upload = begin(app, 64 * MEGABYTE)
    for _ in range(30):  # three parts are in storage by then
        upload.send(bytes(MEGABYTE))
    time.sleep(1)
    web_process(app).send_signal(signal.SIGKILL)
    wait_until(app.is_ready, 30, "web answers again")
    begun, *kept = left(app)
    assert begun == 1
    assert kept == [0, 0, 0, assets, objects]


def left(app: App) -> list[int]:
    """Multipart uploads before the sweep and after it, intents, removals, assets, objects."""
    said = app.command("shell", "--verbosity=0", "--command", LEFT)
    assert said.returncode == 0, said.stderr
    return [int(count) for count in said.stdout.splitlines()[-1].split()]


def test_nothing_is_written_to_disk_meanwhile(app: App) -> None:
    """Django's own handlers would spool the file into the folder of temporary files."""
    web = web_process(app)
    upload = begin(app, 32 * MEGABYTE)
    upload.send(bytes(24 * MEGABYTE))
    time.sleep(0.5)
    opened = {file.path for file in web.open_files()}
    upload.close()
    assert opened == {str(app.folder / "test.log")}
