"""What a preview is, and what it is made from; the bytes of the file come piece by piece."""

from dataclasses import dataclass, field
from typing import Any, Protocol


class Source(Protocol):
    """A file that is read where it lies; `size` in bytes."""

    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset` on; fewer only at the end of the file."""
        ...


@dataclass(frozen=True)
class Preview:
    """What a file shows: a still picture (WebP) of images and videos, peaks (0 to 100) of sounds.

    Width and height in pixels as a person sees them, duration in seconds; `details` are codecs, sample rate
    (hertz), channels, whether there is sound or movement.
    """

    picture: bytes | None = None
    peaks: list[int] | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    details: dict[str, Any] = field(default_factory=dict)


class CannotPreview(Exception):
    """The file itself is the reason; the message is a sentence, and trying again changes nothing."""


class TakesTooLong(CannotPreview):
    """All its time was used up; the file is the reason only where its source gave the bytes fast enough."""


class NotStarted(Exception):
    """Nothing can be looked at, whatever the file: the machine does not start the process that would."""
