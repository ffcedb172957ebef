"""The file in the child's hands: it lies elsewhere, and comes in blocks that are asked for."""

import io
import socket
from typing import Any

from assets.previews import wire

KEPT = 8  # blocks


class Remote(io.RawIOBase):
    """The file as its parent reads it out, a block at a time; seekable, as demuxers want it."""

    name = ""  # libav looks at names for formats

    def __init__(self, channel: socket.socket, size: int) -> None:
        super().__init__()
        self.channel = channel
        self.size = size
        self.place = 0
        self.blocks: dict[int, memoryview] = {}

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

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer, unless the file ends, or its source gives less than it promised."""
        view, filled = memoryview(buffer).cast("B"), 0
        while filled < len(view):
            number, start = divmod(self.place, wire.BLOCK)
            part = self.block(number)[start : start + len(view) - filled]
            if not part:
                break
            view[filled : filled + len(part)] = part
            filled += len(part)
            self.place += len(part)
        return filled

    def block(self, number: int) -> memoryview:
        if number * wire.BLOCK >= self.size:
            return memoryview(b"")
        if number not in self.blocks:
            while len(self.blocks) >= KEPT:
                del self.blocks[next(iter(self.blocks))]
            wire.send(self.channel, wire.READ, wire.RANGE.pack(number * wire.BLOCK, wire.BLOCK))
            self.blocks[number] = memoryview(wire.receive(self.channel, wire.BLOCK)[1])
        return self.blocks[number]
