"""Real media made for the browser tests: a tone, and a film with motion and sound."""

import io
from functools import cache

import av
import numpy as np

RATE = 44_100


@cache
def tone(seconds: float = 3.0) -> bytes:
    """A mono WAV of a 440 Hz tone."""
    wave = np.sin(2 * np.pi * 440 * np.arange(int(RATE * seconds)) / RATE)
    samples = (wave * 8000).astype("<i2").reshape(1, -1)
    file = io.BytesIO()
    with av.open(file, "w", format="wav") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return file.getvalue()


@cache
def film(seconds: int = 4, width: int = 320, height: int = 180) -> bytes:
    """A WebM in which a bright bar wanders over a dark ground."""
    file = io.BytesIO()
    with av.open(file, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=12)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(12 * seconds):
            picture = np.full((height, width, 3), 40, dtype=np.uint8)
            picture[:, number * 5 % width : number * 5 % width + 20] = (250, 180, 60)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return file.getvalue()
