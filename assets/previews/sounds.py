"""Sounds: peaks for a waveform, duration, sample rate, channels."""

import io
import wave
from collections.abc import Iterable
from typing import Any, BinaryIO

import av
import numpy as np

from assets.previews.results import CannotPreview, Preview

PEAKS = 400  # bars of a waveform
WINDOW = 128  # samples that share one measure of loudness
BLOCK = 96 * WINDOW  # samples measured at once: so few stay in the processor's cache
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
    context = sound.codec_context
    if context is None:
        raise CannotPreview("Its codec is not known here.")
    sound.thread_count = 1
    samples, loudness = measured(container.decode(sound))
    if not samples or not context.sample_rate:
        raise CannotPreview("No sound of it can be decoded.")
    details = {
        "audio_codec": context.codec.canonical_name,
        "sample_rate": context.sample_rate,
        "channels": context.layout.nb_channels,
    }
    return Preview(None, to_bars(loudness), None, None, round(samples / context.sample_rate, 3), details)


def measured(frames: Iterable[Any]) -> tuple[int, np.ndarray]:
    """The number of samples, and the loudness of each WINDOW of them, all channels together, 0 to 1."""
    samples, parts, fifo = 0, [np.zeros(0, np.float32)], av.AudioFifo()
    for frame in frames:
        frame.pts = None  # gaps between frames are not heard either
        samples += frame.samples
        try:
            fifo.write(frame)
        except ValueError:  # another rate or layout from here on
            parts += loudness_of(fifo.read())
            fifo = av.AudioFifo()
            fifo.write(frame)
        if fifo.samples >= BLOCK:
            parts += loudness_of(fifo.read(BLOCK))
    parts += loudness_of(fifo.read())
    return samples, np.nan_to_num(np.clip(np.concatenate(parts), 0, 1))


def loudness_of(frame: Any) -> list[np.ndarray]:
    """The largest amplitude of each WINDOW, 1 where it is full; nothing of no frame."""
    if frame is None:
        return []
    values = frame.to_ndarray()  # channels x samples, or 1 x samples with the channels side by side
    unsigned = values.dtype == np.uint8
    most = -int(np.iinfo(values.dtype).min) if values.dtype.kind == "i" else 128 if unsigned else 1
    level = np.abs(values.astype(np.float32, copy=False) - np.float32(128 if unsigned else 0))
    starts = np.arange(0, values.shape[1], WINDOW * values.shape[1] // frame.samples)
    return [np.maximum.reduceat(level, starts, axis=1).max(axis=0) / np.float32(most)]


def to_bars(loudness: np.ndarray) -> list[int]:
    """PEAKS numbers from 0 to 100, whatever the length."""
    edges = np.arange(PEAKS + 1) * len(loudness) / PEAKS
    starts, ends = np.floor(edges[:-1]).astype(int), np.ceil(edges[1:]).astype(int)
    return [round(100 * float(loudness[start:end].max())) for start, end in zip(starts, ends, strict=True)]


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
