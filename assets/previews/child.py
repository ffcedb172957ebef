"""The other side of the sandbox: a warm process that forks a confined one for each file.

`python -m assets.previews.child FD`: on the socket FD come jobs, one at a time. Imports are paid once; a
fork costs some milliseconds. Nothing of a file survives its process.
"""

import contextlib
import io
import json
import os
import socket
import sys
from typing import Any, BinaryIO, cast

os.environ.setdefault("VIPS_CONCURRENCY", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from assets.previews import images, sounds, videos, wire
from assets.previews.limits import Limits, confine
from assets.previews.results import CannotPreview

BLOCK = 1024 * 1024  # bytes asked for at once
BLOCKS = 8


class Remote(io.RawIOBase):
    """The file as its parent reads it out, a block at a time; seekable, as demuxers want it."""

    name = ""  # libav looks at names for formats

    def __init__(self, channel: socket.socket, size: int) -> None:
        super().__init__()
        self.channel = channel
        self.size = size
        self.place = 0
        self.blocks: dict[int, bytes] = {}

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence]
        self.place = max(0, base + offset)
        return self.place

    def read(self, length: int = -1) -> bytes:
        end = self.size if length is None or length < 0 else min(self.place + length, self.size)
        parts = bytearray()
        while self.place < end:
            number, start = divmod(self.place, BLOCK)
            part = self.block(number)[start : start + end - self.place]
            if not part:
                break
            parts += part
            self.place += len(part)
        return bytes(parts)

    def block(self, number: int) -> bytes:
        if number not in self.blocks:
            while len(self.blocks) >= BLOCKS:
                del self.blocks[next(iter(self.blocks))]
            wire.send(self.channel, wire.READ, wire.RANGE.pack(number * BLOCK, BLOCK))
            self.blocks[number] = wire.receive(self.channel, BLOCK)[1]
        return self.blocks[number]


MAKERS = {"image": images.make, "audio": sounds.make, "video": videos.make}


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    sounds.warm()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not message:
            return
        channel = socket.socket(fileno=descriptors[0])
        pid = os.fork()
        if pid == 0:
            control.close()
            look_at(channel, json.loads(message))
        channel.close()
        control.sendall(f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        control.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def look_at(channel: socket.socket, job: dict[str, Any]) -> None:
    """Never returns: the process ends with its file."""
    code = 1
    try:
        file = Remote(channel, job["size"])
        confine(Limits(**job["limits"]))
        preview = MAKERS[job["kind"]](cast(BinaryIO, file), job["content_type"])
        wire.send(channel, wire.DONE, wire.pack(preview))
        code = 0
    except CannotPreview as error:
        tell(channel, str(error))
    except MemoryError:
        tell(channel, "Its preview needs more memory than it may have.")
    except Exception as error:  # noqa: BLE001  whatever a decoder says is told, and ends with this process
        tell(channel, f"It cannot be decoded ({in_short(error)}).")
    finally:
        os._exit(code)


def in_short(error: Exception) -> str:
    """The last line of what a library says, which is the most exact, as part of a sentence."""
    text = getattr(error, "strerror", None) or str(error)
    lines = [" ".join(line.split()) for line in str(text).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__)[:200].rstrip(" .:")


def tell(channel: socket.socket, sentence: str) -> None:
    with contextlib.suppress(OSError, MemoryError):
        wire.send(channel, wire.FAILED, sentence.encode(errors="replace"))


if __name__ == "__main__":
    main()
