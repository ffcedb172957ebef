"""Bytes in; thumbnail, poster, waveform, dimensions and duration out. Nothing here knows a record."""

from assets.previews.limits import Limits
from assets.previews.results import CannotPreview, NotStarted, Preview, Source, TakesTooLong
from assets.previews.sandbox import Sandbox

__all__ = ["CannotPreview", "Limits", "NotStarted", "Preview", "Sandbox", "Source", "TakesTooLong"]
