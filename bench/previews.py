"""Previews a second that one core of a worker makes, beside the bare library call on the same file.

Everything runs on one core: the sandbox with its processes, and the library's own call in this process,
which trusts the file, reads it from the disk by name and keeps nothing out. They take turns in a new random
order each round, so that drift of the machine meets all alike.
"""

import os

os.environ["VIPS_CONCURRENCY"] = "1"  # libvips reads it once; one core has no use for more threads

import logging
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
import pyvips

from assets.kinds import BY_CONTENT_TYPE
from assets.previews import Sandbox

ROUNDS = int(os.environ.get("PREVIEW_ROUNDS", "15"))
RATE = 44_100


@dataclass
class OnDisk:
    """A file for the sandbox to read; `size` in bytes."""

    path: Path
    size: int = 0

    def __post_init__(self) -> None:
        self.size = self.path.stat().st_size
        self.descriptor = os.open(self.path, os.O_RDONLY)

    def read(self, offset: int, length: int) -> bytes:
        return os.pread(self.descriptor, length, offset)


@dataclass
class Case:
    """A file, and the library's call that does for it what a preview needs; times in seconds."""

    name: str
    content_type: str
    path: Path
    bare: Callable[[Path], object]
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return statistics.median(self.ours) / statistics.median(self.theirs)


def measure_previews() -> None:
    logging.getLogger("pyvips").setLevel(logging.WARNING)  # it tells of every step
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if cores:
        os.sched_setaffinity(0, {max(cores)})
    sandbox = Sandbox()
    try:
        with tempfile.TemporaryDirectory() as folder:
            cases = make_cases(Path(folder))
            for case in cases:  # a first look warms caches and starts the sandbox
                once(sandbox, case)
                case.ours.clear()
                case.theirs.clear()
            for _ in range(ROUNDS):
                for case in random.sample(cases, len(cases)):
                    once(sandbox, case)
            report(cases)
    finally:
        sandbox.stop()
        if cores:
            os.sched_setaffinity(0, cores)


def once(sandbox: Sandbox, case: Case) -> None:
    source, media = OnDisk(case.path), BY_CONTENT_TYPE[case.content_type]
    turns = [
        (case.ours, lambda: sandbox.make(source, media)),
        (case.theirs, lambda: case.bare(case.path)),
    ]
    for times, call in random.sample(turns, 2):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    os.close(source.descriptor)


def report(cases: list[Case]) -> None:
    write = sys.stdout.write
    write(f"\nPreviews on one core, in the sandbox and by the bare library, {ROUNDS} rounds\n\n")
    write("| file | MB | previews a second | slowest ms | bare library, a second | x bare library |\n")
    write("|---|---|---|---|---|---|\n")
    for case in cases:
        rates = f"{1 / statistics.median(case.ours):.1f} | {1000 * max(case.ours):.0f}"
        bare = f"{1 / statistics.median(case.theirs):.1f} | {case.ratio:.2f}"
        write(f"| {case.name} | {case.path.stat().st_size / 1e6:.1f} | {rates} | {bare} |\n")


def make_cases(folder: Path) -> list[Case]:
    jpeg, png, mp4, mp3 = (folder / name for name in ("a.jpg", "b.png", "c.mp4", "d.mp3"))
    scenery(4000, 3000).jpegsave(str(jpeg), Q=90)
    scenery(2800, 1900, grain=12).pngsave(str(png))
    write_film(mp4)
    write_music(mp3)
    return [
        Case("JPEG, 12 megapixels", "image/jpeg", jpeg, bare_thumbnail),
        Case("PNG, 8 MB", "image/png", png, bare_thumbnail),
        Case("MP4, 1080p, 10 seconds", "video/mp4", mp4, bare_poster),
        Case("MP3, 3 minutes", "audio/mpeg", mp3, bare_decoding),
    ]


def bare_thumbnail(path: Path) -> object:
    return pyvips.Image.thumbnail(str(path), 480, size="down").webpsave_buffer(Q=80, keep="none")


def bare_poster(path: Path) -> object:
    """One frame a tenth into the film, as a WebP."""
    with av.open(str(path)) as container:
        container.streams.video[0].thread_count = 1
        container.seek(int((container.duration or 0) * 0.1))
        frame = next(container.decode(video=0))
        small = frame.reformat(width=480, height=270, format="rgb24").to_ndarray()
    return pyvips.Image.new_from_array(small).webpsave_buffer(Q=80, keep="none")


def bare_decoding(path: Path) -> object:
    """Every sample is decoded, as peaks need it, and none looked at."""
    with av.open(str(path)) as container:
        return sum(frame.samples for frame in container.decode(audio=0))


def scenery(width: int, height: int, grain: float = 4) -> pyvips.Image:
    """Soft clouds with a photograph's grain."""
    clouds = [pyvips.Image.perlin(width, height, cell_size=size, seed=size) for size in (256, 180, 320)]
    coarse = clouds[0].bandjoin(clouds[1:]) * 110 + 128
    noisy = coarse + pyvips.Image.gaussnoise(width, height, sigma=grain)
    return noisy.cast("uchar").copy(interpretation="srgb")


def write_film(path: Path) -> None:
    """25 frames a second in which a view wanders over the clouds."""
    view = scenery(2420, 1080).numpy()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        for number in range(250):
            part = np.ascontiguousarray(view[:, number * 2 : number * 2 + 1920])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(part, format="rgb24")))
        container.mux(stream.encode(None))


def write_music(path: Path) -> None:
    """Three minutes of chords that swell and fade, in stereo at 128 kbit/s."""
    seconds = np.arange(RATE * 180) / RATE
    chord = sum(np.sin(2 * np.pi * pitch * seconds) for pitch in (220, 277.2, 329.6))
    wave = (chord * np.abs(np.sin(seconds)) * 8000).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2).reshape(1, -1), format="s16", layout="stereo")
    frame.sample_rate = RATE
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame", rate=RATE, layout="stereo", bit_rate=128_000)
        resampler = av.AudioResampler(stream.format, "stereo", RATE, frame_size=1152)
        for part in [*resampler.resample(frame), *resampler.resample(None), None]:
            container.mux(stream.encode(part))
