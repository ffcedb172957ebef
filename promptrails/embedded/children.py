"""The processes that `manage.py run` keeps up."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST_PAUSE = 30
STEADY_SECONDS = 60
MARK = "PROMPTRAILS_RUN"  # in the environment of every child: the DATA_DIR that it belongs to
PR_SET_PDEATHSIG = 1  # prctl(2)


def end_with_parent() -> None:
    """In the child, on Linux: it is asked to stop should its supervisor be killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """A process in a session of its own: Ctrl-C in the terminal is for the supervisor alone."""

    def __init__(self, name: str, command: list[str], patience: float = 15) -> None:
        self.name = name
        self.command = command
        self.patience = patience  # seconds that it is given to stop
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.since = 0.0  # it runs, or may be started again
        self.last_code: int | None = None

    def start(self, data_dir: Path) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            cwd=ROOT,
            env={**os.environ, MARK: str(data_dir)},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent if os.name == "posix" else None,
        )
        self.since = time.monotonic()

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def code(self) -> int | None:
        return self.process.returncode if self.process else None

    def keep_up(self, data_dir: Path, say: Callable[[str], None]) -> None:
        """Start it again, after growing pauses, whenever it ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.since:
                self.start(data_dir)
        elif self.ended():
            self.failures = 0 if now - self.since > STEADY_SECONDS else self.failures + 1
            pause = min(2**self.failures, LONGEST_PAUSE)
            say(f"The {self.name} ended with code {self.code()}; starting it again in {pause} s.")
            self.end_group()  # a web server's workers, which would keep its port
            self.process, self.since = None, now + pause

    def ask_to_stop(self) -> None:
        if self.process and not self.ended():
            self.process.terminate()

    def stop(self) -> None:
        if not self.process:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(self.patience)
        self.end_group()
        self.process.wait()

    def end_group(self) -> None:
        """It and everything that it started, by force."""
        if not self.process:
            return
        if os.name == "posix":
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        elif not self.ended():
            self.process.kill()


def end_remains(data_dir: Path) -> None:
    """End what a killed supervisor of `data_dir` left behind, found by its mark: process ids are recycled."""
    remains = [process for process in psutil.process_iter() if marked(process, data_dir)]
    for process in remains:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(remains, 10)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def marked(process: psutil.Process, data_dir: Path) -> bool:
    try:
        return process.pid != os.getpid() and process.environ().get(MARK) == str(data_dir)
    except (psutil.Error, OSError):
        return False
