"""Media as FFmpeg encodes them, for tests that want the real thing of every format."""

import io
import os
from collections.abc import Callable
from typing import Any

import av
import numpy as np

RATE = 48_000
PIXELS = {"gif": "rgb8", "bmp": "bgr24", "mjpeg": "yuvj420p", "tiff": "rgb24", "png": "rgb24"}
STILLS = {"image2pipe", "avif"}
Shade = Callable[[int], np.ndarray]  # a frame's number -> height x width x 3 bytes


def bars(width: int, height: int) -> Shade:
    """A bright bar that wanders over a dark ground."""

    def frame(number: int) -> np.ndarray:
        picture = np.full((height, width, 3), 40, dtype=np.uint8)
        start = number * 5 % max(1, width - 20)
        picture[:, start : start + 20] = (250, 180, 60)
        return picture

    return frame


def black(width: int, height: int) -> Shade:
    return lambda number: np.zeros((height, width, 3), dtype=np.uint8)


def sine(seconds: float, channels: int = 2, loudness: float = 0.5) -> np.ndarray:
    """channels x samples, -1 to 1."""
    tone = loudness * np.sin(2 * np.pi * 440 * np.arange(int(RATE * seconds)) / RATE)
    return np.tile(tone.astype(np.float32), (channels, 1))


def encode(
    container: str,
    video: str = "",
    audio: str = "",
    *,
    frames: int = 6,
    shade: Shade | None = None,
    wave: np.ndarray | None = None,
    options: dict[str, str] | None = None,
) -> bytes:
    """The bytes of a file of this container (FFmpeg's name of its muxer) with these codecs' streams."""
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=options or {}) as out:
        streams = [add_pictures(out, video, 1 if container in STILLS else frames, shade)] if video else []
        streams += [add_sound(out, audio, sine(0.25) if wave is None else wave)] if audio else []
        for stream, parts in streams:
            for part in [*parts, None]:
                out.mux(stream.encode(part))
    if video == "libsvtav1" and hasattr(os, "sched_setscheduler"):
        # As root it makes the thread that calls it a real-time one, and leaves it so: from then on this
        # process, and every engine that it starts, would keep all others off the processor.
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return file.getvalue()


def add_pictures(out: Any, codec: str, count: int, shade: Shade | None) -> tuple[Any, list[Any]]:
    shade = shade or bars(64, 64)
    stream = out.add_stream(codec, rate=25)
    height, width, _ = shade(0).shape
    stream.width, stream.height, stream.pix_fmt = width, height, PIXELS.get(codec, "yuv420p")
    frames = []
    for number in range(count):
        frame = av.VideoFrame.from_ndarray(shade(number), format="rgb24").reformat(format=stream.pix_fmt)
        frame.pts = number
        frames.append(frame)
    return stream, frames


def add_sound(out: Any, codec: str, wave: np.ndarray) -> tuple[Any, list[Any]]:
    layout = "mono" if len(wave) == 1 else "stereo"
    rates = {"bit_rate": 128_000, "options": {"strict": "-2"}}
    stream = out.add_stream(codec, rate=RATE, layout=layout, **rates)
    samples = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave), format="fltp", layout=layout)
    samples.sample_rate = RATE
    stream.codec_context.open()
    size = stream.codec_context.frame_size or 1024
    resampler = av.AudioResampler(stream.format, layout, RATE, frame_size=size)
    return stream, [*resampler.resample(samples), *resampler.resample(None)]
