"""Bytes in; thumbnail, poster, waveform, dimensions and duration out. Nothing here knows a record."""

from assets.previews.limits import Limits
from assets.previews.results import CannotPreview, Preview, Source
from assets.previews.sandbox import Sandbox

__all__ = ["CannotPreview", "Limits", "Preview", "Sandbox", "Source"]
