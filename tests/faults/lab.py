"""What tests of sudden death hold in hand: forked processes of the app, and a client that survives them."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from tests.api.calling import Answer
from tests.test_worker import ROOT

KILLED = -signal.SIGKILL
SESSIONS = "application_name=forks"  # tells theirs from what other tests have left open


@dataclass
class Lab:
    """Forks on the test's own database and bucket; `port` is where each web process listens."""

    spawner: "subprocess.Popen[str]"
    port: int

    def order(self, **order: object) -> dict[str, Any]:
        assert self.spawner.stdin
        assert self.spawner.stdout
        self.spawner.stdin.write(json.dumps(order) + "\n")
        self.spawner.stdin.flush()
        said = json.loads(self.spawner.stdout.readline())
        assert isinstance(said, dict)
        return said

    def start(self, deed: str, step: int = 0) -> int:
        """A process that does this, and is killed right before its so-manieth step (0: never); its id."""
        return int(self.order(deed=deed, step=step)["pid"])

    def ended(self, pid: int) -> tuple[int, int]:
        """Waits for the end: exit code (-9: killed), and how many steps it had taken."""
        said = self.order(deed="wait", pid=pid)
        return said["code"], said["steps"]

    def kill(self, pid: int) -> int:
        """At once; how many steps it had taken."""
        os.kill(pid, signal.SIGKILL)
        return self.ended(pid)[1]

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer | None:
        """None where the process died over it."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            wire.request(method, path, body, headers=named)
            response = wire.getresponse()
            return Answer(response.status, dict(response.headers.items()), response.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            wire.close()


@contextmanager
def lab(bucket: str, **more: str) -> Iterator[Lab]:
    database = connection.settings_dict
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environ = os.environ | {
        "DATABASE_URL": f"postgresql://{database['USER']}:{database['PASSWORD']}@{place}?{SESSIONS}",
        "STORAGE_ENDPOINT": str(settings.STORAGE.endpoint),
        "STORAGE_BUCKET": bucket,
        "STORAGE_ACCESS_KEY_ID": settings.STORAGE.access_key_id or "",
        "STORAGE_SECRET_KEY": settings.STORAGE.secret_key or "",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "SERVES_PAGES": "1",
        "LOG_LEVEL": "CRITICAL",
        **more,
    }
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        spawner = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.spawner", str(listening.fileno())],
            cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            pass_fds=[listening.fileno()], start_new_session=True,
        )  # fmt: skip
        try:
            yield Lab(spawner, listening.getsockname()[1])
        finally:
            os.killpg(spawner.pid, signal.SIGKILL)
            spawner.communicate()
