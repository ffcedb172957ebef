"""What both engines share: start or adopt, join, leave, stop."""

import abc
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from promptrails.embedded import ports
from promptrails.embedded.locks import FileLock
from promptrails.embedded.ports import Ports

ATTEMPTS = 3
START_SECONDS = 120.0  # PostgreSQL may have to replay its log after a crash
ADOPT_SECONDS = 15.0
STOP_SECONDS = 30.0
LOG_BYTES = 10_000_000


class EngineError(Exception):
    """An engine cannot run; the message is a sentence for the operator."""


def unusable(folder: Path, error: OSError) -> str:
    return f"{folder} cannot be used ({error.strerror}). Set DATA_DIR to a folder of your own."


class Engine(abc.ABC):
    """A server as a child process, in a session of its own, on loopback, with its data under `folder`."""

    name: str
    ports: Ports

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.ports = {}
        self.process: psutil.Process | None = None

    @abc.abstractmethod
    def prepare(self) -> None:
        """Make what the first start needs; safe to repeat after a crash at any point."""

    @abc.abstractmethod
    def choose_ports(self) -> Ports: ...

    @abc.abstractmethod
    def command(self) -> list[str]: ...

    @abc.abstractmethod
    def is_mine(self, command: list[str]) -> bool:
        """Whether the process with this command line serves this very folder."""

    @abc.abstractmethod
    def ready(self) -> bool:
        """Whether it answers."""

    @abc.abstractmethod
    def variables(self) -> dict[str, str]:
        """The environment variables that name this engine."""

    def environment(self) -> Mapping[str, str]:
        return os.environ

    def user(self) -> str | None:
        """The account to run as; None: ours."""
        return None

    def join(self) -> None:
        """Start the engine or adopt the running one, and keep it while this process lives."""
        self.make_folder()
        self.uses = FileLock(self.folder / "users.lock")
        with self.gate():
            if not self.adopt():
                self.start()
            self.uses.share()

    def leave(self) -> None:
        """Give the engine up; stops it when nobody else uses it."""
        if not hasattr(self, "uses"):
            return
        with self.gate():
            self.uses.release()
            if self.uses.try_hold():
                self.stop()
                self.uses.release()

    def gate(self) -> FileLock:
        """One process at a time starts, adopts or stops."""
        return FileLock(self.folder / "gate.lock")

    def make_folder(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.gate().opened().close()
        except OSError as error:
            raise EngineError(unusable(self.folder, error)) from error

    def find(self) -> psutil.Process | None:
        """The running engine of this folder, by its command line: process ids are recycled."""
        for process in psutil.process_iter(["cmdline"]):
            if self.is_mine(process.info["cmdline"] or []):
                return process
        return None

    def adopt(self) -> bool:
        """Take over an engine that survived its starter; one that does not answer is stopped."""
        if not (process := self.find()):
            return False
        self.ports = ports.remembered(self.ports_file)
        if self.ports and self.wait(process, ADOPT_SECONDS):
            self.process = process
            return True
        self.stop()
        return False

    def start(self) -> None:
        self.prepare()
        for _ in range(ATTEMPTS):
            self.ports = self.choose_ports()
            process = self.launch()
            if self.wait(process, START_SECONDS):
                return
            self.stop()
        raise EngineError(f"{self.name} does not start. The end of {self.log}:\n{self.log_end()}")

    def keep_up(self) -> bool:
        """Start it again where it ended without being told to; whether it had. Raises EngineError.

        At the ports that it had: those who use it know no others.
        """
        if self.process and alive(self.process):
            return False
        with self.gate():
            if not self.adopt():
                self.prepare()
                if not self.wait(self.launch(), START_SECONDS):
                    self.stop()
                    raise EngineError(f"{self.name} does not start again. See the end of {self.log}.")
        return True

    def launch(self) -> psutil.Process:
        self.trim_log()
        with self.log.open("ab") as log:
            self.process = psutil.Popen(
                self.command(),
                cwd=self.folder,
                env=dict(self.environment()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for the supervisor alone
                **self.identity(),
            )
        return self.process

    def identity(self) -> dict[str, Any]:
        user = self.user()
        return {"user": user, "group": user, "extra_groups": []} if user else {}

    def wait(self, process: psutil.Process, seconds: float) -> bool:
        """Whether it answers within `seconds`; a process that ended never will."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and alive(process):
            if self.ready():
                return True
            time.sleep(0.03)
        return False

    def stop(self) -> None:
        """Stop the engine in order, by force if it takes longer than STOP_SECONDS."""
        if not (process := self.find()):
            return
        try:
            self.ask_to_stop(process)
            process.wait(STOP_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(STOP_SECONDS)
        except psutil.NoSuchProcess:
            return

    def ask_to_stop(self, process: psutil.Process) -> None:
        process.terminate()

    @property
    def log(self) -> Path:
        return self.folder / "engine.log"

    @property
    def ports_file(self) -> Path:
        return self.folder / "ports.json"

    def trim_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))

    def log_end(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
