"""Previews of files that nobody trusts: each is made in a process of its own that can reach nothing else."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from assets.previews import wire
from assets.previews.limits import Limits
from assets.previews.results import CannotPreview, Preview, Source

if TYPE_CHECKING:
    from assets.kinds import MediaType  # the warm process does without Django

ROOT = Path(__file__).resolve().parent.parent.parent
ENDED = {
    signal.SIGXCPU: "It takes too much computing.",
    signal.SIGALRM: "It takes too long.",
    signal.SIGKILL: "It takes too much computing or memory.",
    signal.SIGSEGV: "The decoder broke down over it.",
    signal.SIGABRT: "The decoder broke down over it.",
}


class Sandbox:
    """One warm process that makes one preview at a time; started when first asked, and again if it ends."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def make(self, source: Source, media: "MediaType") -> Preview:
        """Raises CannotPreview when the file is the reason, and whatever `source.read` raises."""
        with self._lock:
            job = {
                "kind": media.kind.value,
                "content_type": media.content_type,
                "size": source.size,
                "limits": asdict(self.limits),
            }
            try:
                return self._made(source, job)
            except wire.Broken:
                self.stop()  # whoever ended it, perhaps not this file: once more
            try:
                return self._made(source, job)
            except wire.Broken as error:
                self.stop()
                raise CannotPreview("The decoder broke down over it.") from error

    def _made(self, source: Source, job: dict[str, object]) -> Preview:
        control = self._started()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            try:
                socket.send_fds(control, [json.dumps(job).encode()], [theirs.fileno()])
            except OSError as error:
                raise wire.Broken("the warm process has ended") from error
            theirs.close()
            pid = number_from(control)
            try:
                told = self._conversation(ours, source)
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                number_from(control)
                raise
        code = number_from(control)
        if isinstance(told, Preview):
            return told
        raise CannotPreview(told or ENDED.get(-code, "It ended the process that looked at it."))  # type: ignore[call-overload]

    def _conversation(self, channel: socket.socket, source: Source) -> Preview | str:
        """Hands out what is asked for until there is a result; empty when the process just ended."""
        ends = time.monotonic() + self.limits.wall + 5  # the kernel ends it before
        while True:
            channel.settimeout(max(0.1, ends - time.monotonic()))
            try:
                kind, payload = wire.receive(channel, self.limits.output)
            except (wire.Broken, ConnectionError):
                return ""
            except TimeoutError:
                raise CannotPreview("It takes too long.") from None
            if kind == wire.DONE:
                return wire.unpack(payload)
            if kind == wire.FAILED:
                return payload.decode(errors="replace") or "It cannot be decoded."
            offset, length = wire.RANGE.unpack(payload)
            block = source.read(offset, length)
            try:
                wire.send(channel, wire.DATA, block)
            except ConnectionError:
                return ""

    def _started(self) -> socket.socket:
        if self._process and self._process.poll() is None and self._control:
            return self._control
        self.stop()
        self._control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "assets.previews.child", str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603
                command,
                cwd=ROOT,
                env=plain_environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        return self._control

    def stop(self) -> None:
        """Ends the warm process; another is started when it is needed."""
        if self._control:
            self._control.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = self._control = None


def plain_environment() -> dict[str, str]:
    """Without the secrets of the application: whoever breaks out finds none."""
    kept = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in kept if name in os.environ}


def number_from(control: socket.socket) -> int:
    """A line with a number; raises wire.Broken when the warm process has ended."""
    text = b""
    while not text.endswith(b"\n"):
        try:
            part = control.recv(1)
        except ConnectionError:
            part = b""
        if not part:
            raise wire.Broken("the warm process has ended")
        text += part
    return int(text)
