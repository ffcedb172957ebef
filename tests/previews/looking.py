"""A sandbox to show files to, and what is in the pictures that it makes."""

from dataclasses import dataclass, field

import numpy as np
import pyvips

from assets.kinds import MediaType, media_type
from assets.previews import Preview, Sandbox


@dataclass
class Held:
    """A file in memory that claims to have `size` bytes; what was asked of it is noted."""

    body: bytes
    size: int = -1
    asked: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.size = len(self.body) if self.size < 0 else self.size

    def read(self, offset: int, length: int) -> bytes:
        self.asked.append((offset, length))
        return self.body[offset : offset + length]


def kind_of(content_type: str) -> MediaType:
    media = media_type(content_type)
    assert media
    return media


def look(sandbox: Sandbox, body: bytes, content_type: str) -> Preview:
    return sandbox.make(Held(body), kind_of(content_type))


def pixels(preview: Preview) -> np.ndarray:
    """height x width x bands of the picture."""
    assert preview.picture
    picture = pyvips.Image.new_from_buffer(preview.picture, "")
    return np.asarray(picture.numpy()).reshape(picture.height, picture.width, picture.bands)
