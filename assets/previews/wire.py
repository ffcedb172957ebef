"""What parent and child say to each other over one socket: length-prefixed messages of a kind."""

import json
import socket
import struct
from dataclasses import asdict
from typing import Any

from assets.previews.results import Preview

HEADER = struct.Struct("!cI")
RANGE = struct.Struct("!QI")
READ, DATA, DONE, FAILED = b"R", b"D", b"P", b"F"


class Broken(Exception):
    """The other side ended in the middle, or says more than it may."""


def send(channel: socket.socket, kind: bytes, payload: bytes) -> None:
    channel.sendall(HEADER.pack(kind, len(payload)) + payload)


def receive(channel: socket.socket, most: int) -> tuple[bytes, bytes]:
    """The next message; raises Broken, or TimeoutError when the channel has a time-out."""
    kind, length = HEADER.unpack(exactly(channel, HEADER.size))
    if length > most:
        raise Broken("a message is too long")
    return kind, exactly(channel, length)


def exactly(channel: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = channel.recv(min(length - len(parts), 1 << 20))
        if not part:
            raise Broken("the other side has ended")
        parts += part
    return bytes(parts)


def pack(preview: Preview) -> bytes:
    facts: dict[str, Any] = {**asdict(preview), "picture": None}
    told = json.dumps(facts).encode()
    return struct.pack("!I", len(told)) + told + (preview.picture or b"")


def unpack(payload: bytes) -> Preview:
    (length,) = struct.unpack_from("!I", payload)
    facts = json.loads(payload[4 : 4 + length])
    return Preview(**{**facts, "picture": payload[4 + length :] or None})
