"""What parent and child say to each other over one socket: length-prefixed messages of a kind.

The child has read a hostile file and may be its puppet: the parent believes nothing that it says.
"""

import json
import math
import socket
import struct
import time
from dataclasses import asdict
from typing import Any

from assets.previews.results import Preview

BLOCK = 1024 * 1024  # bytes of the file asked for at once
HEADER = struct.Struct("!cI")
RANGE = struct.Struct("!QI")
READ, DATA, DONE, FAILED = b"R", b"D", b"P", b"F"
READY, OVER = b"+", b"."  # on the socket to the warm process: it is up; this child is needed no more
LONGEST = 1 << 31  # pixels of a side, as a column of the database takes them


class Broken(Exception):
    """The other side ended in the middle, or says what it may not."""


def send(channel: socket.socket, kind: bytes, payload: bytes) -> None:
    channel.sendall(HEADER.pack(kind, len(payload)))
    channel.sendall(payload)


def receive(channel: socket.socket, most: int, until: float | None = None) -> tuple[bytes, bytearray]:
    """The next message; raises Broken, or TimeoutError at the moment `until` (of time.monotonic)."""
    kind, length = HEADER.unpack(exactly(channel, HEADER.size, until))
    if length > most:
        raise Broken("a message is too long")
    return kind, exactly(channel, length, until)


def exactly(channel: socket.socket, length: int, until: float | None = None) -> bytearray:
    parts = bytearray(length)
    view, place = memoryview(parts), 0
    while place < length:
        if until is not None:
            channel.settimeout(max(0.01, until - time.monotonic()))
        count = channel.recv_into(view[place:])
        if not count:
            raise Broken("the other side has ended")
        place += count
    return parts


def pack(preview: Preview) -> bytes:
    facts: dict[str, Any] = {**asdict(preview), "picture": None}
    told = json.dumps(facts).encode()
    return struct.pack("!I", len(told)) + told + (preview.picture or b"")


def unpack(payload: bytes | bytearray) -> Preview:
    """Raises Broken for what no maker of previews would say."""
    try:
        (length,) = struct.unpack_from("!I", payload)
        picture = bytes(payload[4 + length :]) or None
        preview = Preview(**{**json.loads(payload[4 : 4 + length]), "picture": picture})
        believable = is_believable(preview)
    except (struct.error, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Broken("what came is no preview") from error
    if not believable:
        raise Broken("what came is no preview")
    return preview


def is_believable(preview: Preview) -> bool:
    """Types and bounds of every field; the picture is WebP by its first bytes (RFC 9649, 2.4)."""
    picture, peaks, seconds = preview.picture, preview.peaks, preview.duration
    sides = [side for side in (preview.width, preview.height) if side is not None]
    return (
        (picture is None or (picture[:4] == b"RIFF" and picture[8:12] == b"WEBP"))
        and (peaks is None or all(type(peak) is int and 0 <= peak <= 100 for peak in peaks))
        and all(type(side) is int and 0 < side < LONGEST for side in sides)
        and (seconds is None or (type(seconds) in {int, float} and 0 <= seconds < math.inf))
        and all(isinstance(value, str | int | float | None) for value in preview.details.values())
    )
