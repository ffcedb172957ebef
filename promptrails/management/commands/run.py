"""`make run`: migrates, makes the demo on the first start, then serves pages and works until told to stop."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from assets import storage
from promptrails.demo_password import demo_password
from promptrails.embedded.locks import only_one
from promptrails.workspaces.models import Workspace

ROOT = Path(settings.BASE_DIR)
STOP_SECONDS = 20
LONGEST_PAUSE = 30
PR_SET_PDEATHSIG = 1  # prctl(2)


def die_with_parent() -> None:
    """In the child, on Linux: it is ended should the supervisor be killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """A process that is started again, after growing pauses, whenever it ends."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started: float = 0.0
    again_at: float = field(default=0.0)

    def start(self) -> None:
        before: Callable[[], None] | None = die_with_parent if os.name == "posix" else None
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            cwd=ROOT,
            start_new_session=True,
            preexec_fn=before,
        )
        self.started = time.monotonic()

    def watch(self, say: Callable[[str], None]) -> None:
        """Starts the child again once its pause is over."""
        if self.process and self.process.poll() is not None:
            lived = time.monotonic() - self.started
            self.failures = 0 if lived > 60 else self.failures + 1
            pause = min(2**self.failures, LONGEST_PAUSE)
            say(f"The {self.name} ended with code {self.process.returncode}; starting it again in {pause} s.")
            self.process, self.again_at = None, time.monotonic() + pause
        elif self.process is None and time.monotonic() >= self.again_at:
            self.start()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Command(BaseCommand):
    help = "Run everything: embedded engines where none are named, web server, worker."
    requires_system_checks: list[str] = []
    stopping = False

    def handle(self, *args: Any, **options: Any) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        lock = only_one(settings.DATA_DIR / "run.lock")
        if lock is None:
            raise CommandError(
                f"PromptRails Assets is running on {settings.DATA_DIR} already. Stop that first."
            )
        try:
            for name in ("SIGTERM", "SIGINT", "SIGHUP"):
                if hasattr(signal, name):
                    signal.signal(getattr(signal, name), self.stop)
            self.prepare()
            self.supervise()
        finally:
            lock.release()

    def stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def prepare(self) -> None:
        check_port(settings.PORT)
        try:
            storage.check_bucket()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0)
        if not settings.DEBUG:
            call_command("collectstatic", verbosity=0, interactive=False)
        if not settings.PRODUCTION and not Workspace.objects.exists():
            call_command("seed_demo")
        connections.close_all()

    def supervise(self) -> None:
        children = [Child("web server", web_command()), Child("worker", worker_command())]
        try:
            for child in children:
                child.start()
            announced = False
            while not self.stopping:
                announced = announced or self.announce()
                for child in children:
                    child.watch(self.say)
                time.sleep(0.1)
            self.say("Stopping.")
        finally:
            for child in children:
                child.stop()

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def announce(self) -> bool:
        """Once the server answers: the address, and how to sign in."""
        if not serves(settings.PORT):
            return False
        lines = ["", f"  PromptRails Assets is running at http://localhost:{settings.PORT}"]
        if Workspace.objects.filter(slug="demo").exists():
            password = demo_password(settings.DATA_DIR, os.environ)
            lines += ["", "  Sign in as  admin@example.com   (owner: sees, downloads, deletes)"]
            lines += ["         or   member@example.com  (user: sees, downloads)"]
            lines += [f"  Password    {password}"]
        connections.close_all()
        self.say(
            "\n".join([*lines, "", f"  Data is kept in {settings.DATA_DIR}. Ctrl-C stops everything.", ""])
        )
        return True


def check_port(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, port))
        except OSError as error:
            hint = "Choose another with PORT, for example: PORT=8001 make run"
            raise CommandError(f"Port {port} cannot be used ({error.strerror}). {hint}") from error


def serves(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def web_command() -> list[str]:
    options = {
        "--interface": "wsgi",
        "--host": settings.HOST,
        "--port": str(settings.PORT),
        "--workers": str(settings.WEB_WORKERS),
        "--blocking-threads": str(settings.WEB_THREADS),
        "--log-level": "warning",
    }
    flags = [part for option in options.items() for part in option]
    return [
        sys.executable,
        "-m",
        "granian",
        *flags,
        "--no-ws",
        "--respawn-failed-workers",
        "promptrails.wsgi:application",
    ]


def worker_command() -> list[str]:
    return [sys.executable, "manage.py", "procrastinate", "worker", "--delete-jobs=always", "--concurrency=2"]
