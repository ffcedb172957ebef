"""`make run`: migrates, serves pages, works, makes the demo on the first start, until told to stop."""

import hashlib
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from threading import Thread
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from assets import storage
from promptrails import embedded
from promptrails.demo_password import demo_password
from promptrails.embedded import stopping_signals
from promptrails.embedded.children import Child, end_remains
from promptrails.embedded.locks import FileLock
from promptrails.monitoring import logs
from promptrails.workspaces.models import Workspace

# What requests in flight and tasks under way are given to end; Kubernetes, too, grants 30 until it kills.
STOPPING_SECONDS = 25
ENGINE_PAUSE = 5  # seconds until an engine that did not start again is tried once more


class Command(BaseCommand):
    help = "Run everything: embedded engines where none are named, web server, worker."
    requires_system_checks: list[str] = []
    stopping = False

    def handle(self, *args: Any, **options: Any) -> None:
        """Until the children run, a signal raises (embedded.stop_on_signals); then it is noted."""
        end_remains(settings.DATA_DIR)
        check_port(settings.PORT)
        try:
            storage.check_bucket()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        call_command("migrate", verbosity=0)
        collect_static()
        count_together()
        seeding = wants_demo()
        connections.close_all()
        for number in stopping_signals():
            if number.name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                signal.signal(number, self.stop)
        self.supervise(seeding)

    def stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def supervise(self, seeding: bool) -> None:
        children = [
            Child("web server", web_command(), patience=STOPPING_SECONDS + 5),
            Child("worker", worker_command(), patience=STOPPING_SECONDS + 5),
        ]
        demo = Child("demo", [sys.executable, "manage.py", "seed_demo"], patience=1) if seeding else None
        everyone = [*children, demo] if demo else children
        try:
            for child in everyone:
                child.start(settings.DATA_DIR)
            for engine in embedded.joined:
                Thread(target=self.keep_engine_up, args=[engine], daemon=True).start()
            told = False
            while not self.stopping:
                if demo and demo.ended():
                    self.demo_ended(demo)
                    demo = None
                told = told or (demo is None and self.announce())
                for child in children:
                    child.keep_up(settings.DATA_DIR, self.say)
                time.sleep(0.05)
            self.say("Stopping.")
        finally:
            self.stopping = True
            for child in everyone:
                child.ask_to_stop()
            for child in everyone:
                child.stop()

    def keep_engine_up(self, engine: embedded.Engine) -> None:
        """An engine that is killed, by a lack of memory for one, is there again a moment later."""
        while not self.stopping:
            try:
                if engine.keep_up():
                    self.say(f"{engine.name} had ended; it is started again.")
            except embedded.EngineError as error:
                self.say(str(error))
                time.sleep(ENGINE_PAUSE)
            time.sleep(0.5)

    def demo_ended(self, demo: Child) -> None:
        if demo.code() == 0:
            unfinished_demo().unlink(missing_ok=True)
        else:
            self.say("The demo is not complete; the next start goes on with it, or manage.py seed_demo.")

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


def unfinished_demo() -> Path:
    return Path(settings.DATA_DIR) / "demo-unfinished"


def wants_demo() -> bool:
    """At the first start, and again until it was made to its end."""
    if settings.PRODUCTION or (Workspace.objects.exists() and not unfinished_demo().exists()):
        return False
    unfinished_demo().touch()
    return True


def collect_static() -> None:
    """Only when a source changed since: compressing all of them takes a second or two."""
    if settings.DEBUG:
        return
    root = Path(settings.STATIC_ROOT)
    made_of, now = root / ".made-of", static_sources()
    try:
        if made_of.exists() and made_of.read_text() == now:
            return
        root.mkdir(exist_ok=True)
        with FileLock(root / ".lock"):  # another run of this checkout, with data of its own
            call_command("collectstatic", verbosity=0, interactive=False)
            made_of.write_text(now)
    except OSError as error:
        if (root / "staticfiles.json").exists():  # an image whose files were collected when it was built
            return
        raise CommandError(
            f"{root} cannot be written ({error.strerror}); collectstatic has to run once."
        ) from error


def static_sources() -> str:
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, store in finder.list([]):
            status = Path(store.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def count_together() -> None:
    """An empty folder in which web and worker processes count what /metrics tells, where that is wanted.

    (prometheus_client's multiprocess mode; what a killed run has left is of processes that are gone.)
    """
    if not settings.METRICS_TOKEN:
        return
    folder = settings.METRICS_DIR or Path(settings.DATA_DIR) / "metrics"
    folder.mkdir(exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def check_port(port: int) -> None:
    try:
        found = socket.getaddrinfo(settings.HOST, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except socket.gaierror as error:
        raise CommandError(f"HOST {settings.HOST!r} is not an address ({error.strerror}).") from error
    except OSError as error:
        raise CommandError(
            f"Port {port} on {settings.HOST} cannot be used ({error.strerror}). "
            "Choose another with PORT, for example: PORT=8001 make run"
        ) from error


def serves(port: int) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=1) as answer:
            return answer.status == 200
    except urllib.error.HTTPError:
        return True  # HOST is not among ALLOWED_HOSTS, perhaps; it serves all the same
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
        "--workers-kill-timeout": str(STOPPING_SECONDS),
    }
    if settings.LOG_FORMAT == "json":
        options["--log-config"] = str(Path(logs.__file__).with_name("granian.json"))
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
    return [sys.executable, "manage.py", "procrastinate", "worker", "--delete-jobs=always"]
