"""Sounds: peaks for a waveform, duration, sample rate, channels."""

import io
import wave
from typing import Any, BinaryIO

import av
import numpy as np

from assets.previews.results import CannotPreview, Preview

PEAKS = 400  # bars of a waveform
STEPS = 4  # peaks that are taken of each decoded frame
DEMUXERS = {
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/mp4": "mov",
    "audio/aac": "aac",
    "audio/webm": "matroska",
    "audio/x-matroska": "matroska",
    "audio/aiff": "aiff",
    "audio/amr": "amr",
}
OPTIONS = {"protocol_whitelist": "", "enable_drefs": "0", "use_absolute_path": "0"}


def make(file: BinaryIO, content_type: str) -> Preview:
    """Raises CannotPreview, and av.FFmpegError for what does not decode."""
    if content_type not in DEMUXERS:
        raise CannotPreview(f"{content_type} is not decoded.")
    with av.open(file, "r", format=DEMUXERS[content_type], options=OPTIONS) as container:
        if not container.streams.audio:
            raise CannotPreview("It holds no sound.")
        return of_stream(container, container.streams.audio[0])


def of_stream(container: Any, sound: Any) -> Preview:
    sound.thread_count = 1
    loudness: list[float] = []
    samples = 0
    for frame in container.decode(sound):
        samples += frame.samples
        loudness += peaks_of(frame)
    if not samples:
        raise CannotPreview("No sound of it can be decoded.")
    context = sound.codec_context
    details = {
        "audio_codec": context.name,
        "sample_rate": context.sample_rate,
        "channels": context.layout.nb_channels,
    }
    seconds = round(samples / context.sample_rate, 3)
    return Preview(None, to_bars(loudness), None, None, seconds, details)


def peaks_of(frame: Any) -> list[float]:
    """The largest amplitudes, 0 to 1, of a few pieces of the frame, all channels together."""
    values = frame.to_ndarray()
    if values.dtype.kind == "f":
        level = np.abs(values)
    elif values.dtype == np.uint8:
        level = np.abs(values.astype(np.int16) - 128) / 128
    else:
        level = np.abs(values.astype(np.float32)) / -float(np.iinfo(values.dtype).min)
    loudest = level.reshape(-1) if level.shape[0] == 1 else level.max(axis=0)
    return [float(piece.max()) for piece in np.array_split(loudest, STEPS) if piece.size]


def to_bars(loudness: list[float]) -> list[int]:
    """PEAKS numbers from 0 to 100, whatever the length."""
    values = np.nan_to_num(np.clip(np.asarray(loudness, dtype=np.float64), 0, 1))
    edges = np.arange(PEAKS + 1) * len(values) / PEAKS
    starts, ends = np.floor(edges[:-1]).astype(int), np.ceil(edges[1:]).astype(int)
    return [round(100 * float(values[start:end].max())) for start, end in zip(starts, ends, strict=True)]


def warm() -> None:
    """Decodes a moment of silence, so that everything is imported before a process is confined."""
    silence = io.BytesIO()
    with wave.open(silence, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(1600))
    silence.seek(0)
    make(silence, "audio/wav")
