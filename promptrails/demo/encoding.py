"""Arrays into files: PyAV for sound and film, libvips for pictures."""

import io
import tempfile
from collections.abc import Iterable
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from promptrails.demo.sounds import RATE, Wave

if TYPE_CHECKING:
    import av.container

AUDIO_CODECS = {
    "wav": ("wav", "pcm_s16le", None),
    "mp3": ("mp3", "libmp3lame", 128_000),
    "ogg": ("ogg", "vorbis", 112_000),
    "opus": ("ogg", "libopus", 64_000),
    "flac": ("flac", "flac", None),
}
SAMPLE_FORMATS = {"pcm_s16le": "s16", "flac": "s16", "libopus": "flt"}
VIDEO_CODECS = {
    "mp4": ("libx264", {"preset": "veryfast", "crf": "24"}, "aac", {"movflags": "+faststart"}),
    "webm": (
        "libvpx-vp9",
        {"deadline": "realtime", "cpu-used": "8", "crf": "34", "b:v": "0", "row-mt": "1"},
        "libopus",
        {},
    ),
}


def encode_picture(pixels: np.ndarray, extension: str) -> bytes:
    """height x width x 3 bytes as png, jpg or webp."""
    import pyvips

    by_extension: dict[str, dict[str, Any]] = {
        "png": {"compression": 7, "filter": "up"},
        "jpg": {"Q": 88, "interlace": True},
        "webp": {"Q": 84, "effort": 2},
    }
    image = pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")
    return bytes(image.write_to_buffer(f".{extension}", **by_extension[extension]))


def encode_sound(wave: Wave, extension: str, channels: int = 2) -> bytes:
    """frames x 2 floats at RATE as one of AUDIO_CODECS."""
    import av

    container_format, codec, bit_rate = AUDIO_CODECS[extension]
    target = io.BytesIO()
    with av.open(target, "w", format=container_format) as container:
        stream = _sound_stream(container, codec, bit_rate, channels)
        _write_sound(container, stream, wave[:, :channels])
    return target.getvalue()


def encode_film(frames: Iterable[np.ndarray], wave: Wave, extension: str, fps: int) -> bytes:
    """RGB frames (even sides) and sound as mp4 (index at the front) or webm."""

    # FFmpeg moves the index to the front by reading its own output again: that takes a real file.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film.{extension}"
        _write_film(path, frames, wave, fps)
        return path.read_bytes()


def _write_film(path: Path, frames: Iterable[np.ndarray], wave: Wave, fps: int) -> None:
    import av

    codec, options, sound_codec, container_options = VIDEO_CODECS[path.suffix[1:]]
    pictures = iter(frames)
    first = next(pictures)
    with av.open(str(path), "w", options=container_options) as container:
        video: Any = container.add_stream(codec, rate=Fraction(fps), options=options)
        video.height, video.width = first.shape[:2]
        video.pix_fmt = "yuv420p"
        sound = _sound_stream(container, sound_codec, 96_000, 2)
        for pixels in chain([first], pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        _write_sound(container, sound, wave)


def _sound_stream(
    container: "av.container.OutputContainer", codec: str, bit_rate: int | None, channels: int
) -> Any:
    rate = 48_000 if codec == "libopus" else RATE  # RFC 6716: Opus runs at 48 kHz
    stream: Any = container.add_stream(codec, rate=rate)
    # FFmpeg's own Vorbis encoder asks for the first; the second makes LAME twice as fast.
    stream.options = {"strict": "experimental"} | (
        {"compression_level": "8"} if codec == "libmp3lame" else {}
    )
    stream.layout = "stereo" if channels == 2 else "mono"
    stream.format = SAMPLE_FORMATS.get(codec, "fltp")
    if bit_rate:
        stream.bit_rate = bit_rate
    return stream


def _write_sound(container: "av.container.OutputContainer", stream: Any, wave: Wave) -> None:
    import av

    layout = "stereo" if wave.shape[1] == 2 else "mono"
    resampler = av.AudioResampler(stream.format, layout, stream.rate, frame_size=stream.frame_size or None)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave.reshape(1, -1)), format="flt", layout=layout)
    frame.sample_rate, frame.pts = RATE, 0
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))
