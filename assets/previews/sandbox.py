"""Previews of files that nobody trusts: each is made in a process of its own that can reach nothing else."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from assets.previews import wire
from assets.previews.limits import Limits
from assets.previews.results import CannotPreview, NotStarted, Preview, Source, TakesTooLong

if TYPE_CHECKING:
    from assets.kinds import MediaType  # the warm process does without Django

ROOT = Path(__file__).resolve().parent.parent.parent
STARTING = 60  # seconds that the warm process may take to import everything
DOES_NOT_START = "The process that makes previews does not start."
BROKE_DOWN = "The decoder broke down over it, or wanted more memory than it may have."
# mallopt(3): by default glibc gives memory back to the kernel at every large free, and a process that has
# just begun fetches it again for the next frame; a fifth of the time of a sound. It lives for one file.
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(64 * 1024 * 1024)}
ENDED = {
    signal.SIGXCPU: "It takes too much computing.",
    signal.SIGALRM: "It takes too long.",
    signal.SIGKILL: "It takes too much computing or memory.",
    signal.SIGSEGV: BROKE_DOWN,
    signal.SIGABRT: BROKE_DOWN,
    signal.SIGTRAP: BROKE_DOWN,  # how GLib ends a process for want of memory
    signal.SIGBUS: BROKE_DOWN,
    signal.SIGFPE: BROKE_DOWN,
    signal.SIGILL: BROKE_DOWN,
}


class Lost(Exception):
    """The warm process has ended, which need not be the file's doing."""


class Sandbox:
    """One warm process that makes one preview at a time; started when first asked, and again if it ends."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def make(self, source: Source, media: "MediaType") -> Preview:
        """Raises CannotPreview when the file is the reason, and whatever `source.read` raises.

        NotStarted says that nothing can be looked at, whatever the file.
        """
        job = {
            "kind": media.kind.value,
            "content_type": media.content_type,
            "size": source.size,
            "limits": asdict(self.limits),
        }
        with self._lock:
            for _ in range(2):  # whoever killed the warm process did not mean the file
                control = self._started()
                try:
                    return self._made(control, source, job)
                except Lost:
                    self._end()
        raise CannotPreview("The process that looks at files ended over it, twice.")

    def _made(self, control: socket.socket, source: Source, job: dict[str, object]) -> Preview:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs, losing():
                socket.send_fds(control, [json.dumps(job).encode()], [theirs.fileno()])
            try:
                told = self._conversation(ours, source)
            except BaseException:
                with contextlib.suppress(Lost):
                    code_of(control)
                raise
        try:
            code = code_of(control)
        except Lost:
            if not told:
                raise
            code = 0
        if isinstance(told, Preview):
            return told
        reason: str = told or ENDED.get(-code, BROKE_DOWN)  # type: ignore[call-overload]
        raise TakesTooLong(reason) if reason == ENDED[signal.SIGALRM] else CannotPreview(reason)

    def _conversation(self, channel: socket.socket, source: Source) -> Preview | str:
        """Hands out what is asked for until there is a result; empty when the process just ended."""
        until = time.monotonic() + self.limits.wall + 5  # the kernel ends it before
        while True:
            try:
                kind, payload = wire.receive(channel, self.limits.output, until)
                if kind == wire.DONE:
                    return wire.unpack(payload)
                if kind == wire.FAILED:
                    return payload.decode(errors="replace")[:300] or BROKE_DOWN
                offset, length = wire.RANGE.unpack(payload)
            except TimeoutError:
                return ENDED[signal.SIGALRM]
            except (wire.Broken, struct.error, OSError):
                return ""
            data = source.read(offset, min(length, wire.BLOCK)) if offset < source.size else b""
            with contextlib.suppress(OSError):  # if it has ended, so will the next wait
                wire.send(channel, wire.DATA, data)

    def _started(self) -> socket.socket:
        """Raises NotStarted when the warm process does not come up; what it says itself is on stderr."""
        if self._process and self._process.poll() is None and self._control:
            return self._control
        self._end()
        try:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = warm_process(theirs.fileno())
        except OSError as error:  # neither memory nor processes are left
            raise NotStarted(DOES_NOT_START) from error
        self._control.settimeout(STARTING)
        try:
            ready = self._control.recv(len(wire.READY))
        except OSError:
            ready = b""
        if ready != wire.READY:
            self._end()
            raise NotStarted(DOES_NOT_START)
        self._control.settimeout(None)
        return self._control

    def stop(self) -> None:
        """Ends the warm process once it has made what it is at; another is started when it is needed."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._control:
            self._control.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = self._control = None


def warm_process(descriptor: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "assets.previews.child", str(descriptor)],
        cwd=ROOT,
        env=plain_environment(),
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is the worker's, which may want to finish what it is at
    )


def plain_environment() -> dict[str, str]:
    """Without the secrets of the application: whoever breaks out finds none."""
    kept = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "VIRTUAL_ENV")
    return KEEP_MEMORY | {name: os.environ[name] for name in kept if name in os.environ}


@contextlib.contextmanager
def losing() -> Iterator[None]:
    """Faults of the socket to the warm process mean that it is lost."""
    try:
        yield
    except OSError as error:
        raise Lost from error


def code_of(control: socket.socket) -> int:
    """Has the child ended if it has not, and says with which code; raises Lost."""
    text = b""
    with losing():
        control.sendall(wire.OVER)
        while not text.endswith(b"\n"):
            part = control.recv(16)
            if not part:
                raise Lost
            text += part
    return int(text)
