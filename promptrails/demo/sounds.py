"""Sounds as arrays: notes, drums and the songs, pads and effects made of them.

Every maker returns frames x channels of floats between -1 and 1 at RATE.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

RATE = 44_100  # samples a second

Wave = np.ndarray

SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10), "pentatonic": (0, 2, 4, 7, 9)}
PROGRESSIONS = {
    "major": ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)),
    "minor": ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17)),
    "pentatonic": ((0, 4, 7), (7, 12, 16), (9, 12, 16), (5, 9, 12)),
}


def song(rng: np.random.Generator, seconds: float, tempo: int, root: int, mode: str, drums: bool) -> Wave:
    """Chords, bass, a plucked melody and drums; `tempo` in beats a minute, `root` a MIDI note."""
    track, beat = silence(seconds), 60 / tempo
    steps, melody = int(seconds / beat * 2), int(rng.integers(0, 7))
    for step in range(steps):
        at, chord = step * beat / 2, PROGRESSIONS[mode][(step // 8) % 4]
        if step % 8 == 0:
            for note in chord:
                add(track, at, pad_note(pitch(root + note), beat * 4.2), 0.09, pan=rng.uniform(-0.5, 0.5))
        if step % 4 in (0, 3):
            add(track, at, pluck(pitch(root - 24 + chord[0]), 0.8, 5), 0.34)
        if rng.random() < 0.72:
            melody = int(np.clip(melody + rng.integers(-2, 3), 0, 9))
            scale = SCALES[mode]
            note = root + 12 + scale[melody % len(scale)] + 12 * (melody // len(scale))
            add(track, at, pluck(pitch(note), 1.1, 9), 0.2, pan=0.5 * np.sin(step))
        if drums:
            beat_drums(track, rng, step, at)
    return master(echo(track, beat * 0.75), seconds)


def beat_drums(track: Wave, rng: np.random.Generator, step: int, at: float) -> None:
    if step % 4 == 0:
        add(track, at, kick(), 0.55)
    if step % 4 == 2:
        add(track, at, snare(rng), 0.24)
    add(track, at, hat(rng), 0.07 if step % 2 else 0.11, pan=0.3)


def ambient(rng: np.random.Generator, seconds: float, root: int, mode: str) -> Wave:
    """Slow swelling chords over breath."""
    track, long = silence(seconds), 6.0
    for index in range(int(seconds / 3) + 1):
        for note in PROGRESSIONS[mode][index % 4]:
            swell = pad_note(pitch(root + note + int(rng.choice([0, 12, -12]))), long)
            add(track, index * 3.0, swell, 0.12, pan=rng.uniform(-0.8, 0.8))
    breath = lowpass(rng.normal(0, 1, len(track)), 700) * (
        0.6 + 0.4 * np.sin(np.arange(len(track)) / RATE * 0.9)
    )
    track += 0.05 * breath[:, None] / np.abs(breath).max()
    return master(echo(track, 0.61), seconds)


def arpeggio(rng: np.random.Generator, seconds: float, tempo: int, root: int, mode: str) -> Wave:
    """Bells that run up and down the chords."""
    track, step = silence(seconds), 15 / tempo
    for index in range(int(seconds / step)):
        chord = PROGRESSIONS[mode][(index // 16) % 4]
        tones = [*chord, chord[0] + 12, chord[1] + 12, chord[0] + 12, chord[2], chord[1]]
        note = root + tones[index % len(tones)]
        add(
            track,
            index * step,
            bell(pitch(note + 12)),
            0.2 * rng.uniform(0.6, 1),
            pan=0.7 * np.sin(index / 5),
        )
    return master(echo(track, step * 3), seconds)


def surf(rng: np.random.Generator, seconds: float) -> Wave:
    """Waves that break on a beach."""
    track = silence(seconds)
    times = np.arange(len(track)) / RATE
    for channel in range(2):
        low, high = lowpass(rng.normal(0, 1, len(track)), 500), lowpass(rng.normal(0, 1, len(track)), 5000)
        swell = np.clip(np.sin(times * 2 * np.pi / 5.2 + 0.4 * channel), -0.3, 1) + 0.35
        track[:, channel] = (
            low / np.abs(low).max() * (0.4 + swell) + high / np.abs(high).max() * swell**3 * 0.5
        )
    return master(track, seconds)


def chime(rng: np.random.Generator, seconds: float, root: int) -> Wave:
    """A short sign that something is done."""
    track = silence(seconds)
    for index, note in enumerate((0, 7, 12, 16)):
        add(track, index * 0.11, bell(pitch(root + note + 12)), 0.4, pan=rng.uniform(-0.4, 0.4))
    return master(echo(track, 0.2), seconds)


def riser(rng: np.random.Generator, seconds: float) -> Wave:
    """A sweep upwards that ends in a hit."""
    track, hit = silence(seconds), max(seconds - 1.2, 0.2)
    times = np.arange(int(hit * RATE)) / RATE
    sweep = (
        np.sin(2 * np.pi * (70 * times + 330 * times**3 / hit**2))
        + 0.5 * rng.normal(0, 1, len(times)) * times / hit
    )
    add(track, 0, sweep * (times / hit) ** 2, 0.3)
    add(track, hit, kick(1.1), 1.0)
    add(track, hit, snare(rng), 0.5)
    return master(echo(track, 0.17), seconds)


def silence(seconds: float) -> Wave:
    return np.zeros((int(seconds * RATE), 2), np.float32)


def add(track: Wave, at: float, sound: Wave, level: float, pan: float = 0.0) -> None:
    """Mixes a mono sound in at `at` seconds; what runs past the end is cut."""
    start = int(at * RATE)
    part = sound[: max(len(track) - start, 0)] * level
    track[start : start + len(part), 0] += part * min(1, 1 - pan)
    track[start : start + len(part), 1] += part * min(1, 1 + pan)


def pitch(note: float) -> float:
    """Hertz of a MIDI note."""
    return 440 * 2 ** ((note - 69) / 12)


@lru_cache(maxsize=128)
def pluck(hertz: float, seconds: float, partials: int) -> Wave:
    times = np.arange(int(seconds * RATE)) / RATE
    tones = (
        np.sin(2 * np.pi * hertz * k * times) * np.exp(-times * (3 + 1.6 * k)) / k
        for k in range(1, partials + 1)
        if hertz * k < 16_000
    )
    return sum(tones) * np.minimum(times * 400, 1)


@lru_cache(maxsize=128)
def bell(hertz: float) -> Wave:
    times = np.arange(int(1.6 * RATE)) / RATE
    wobble = np.sin(2 * np.pi * hertz * 3.5 * times) * np.exp(-times * 5) * 1.8
    return np.sin(2 * np.pi * hertz * times + wobble) * np.exp(-times * 3.2)


@lru_cache(maxsize=128)
def pad_note(hertz: float, seconds: float) -> Wave:
    times = np.arange(int(seconds * RATE)) / RATE
    voices = sum(
        np.sin(2 * np.pi * hertz * k * detune * times) / k**1.6
        for k in range(1, 5)
        for detune in (0.996, 1.0, 1.005)
    )
    return voices / 3 * np.sin(np.pi * np.clip(times / seconds, 0, 1)) ** 0.8


def kick(seconds: float = 0.35) -> Wave:
    times = np.arange(int(seconds * RATE)) / RATE
    return np.sin(2 * np.pi * (46 * times + 7 * (1 - np.exp(-times * 28)))) * np.exp(-times * 9)


def snare(rng: np.random.Generator) -> Wave:
    times = np.arange(int(0.22 * RATE)) / RATE
    return (rng.normal(0, 0.7, len(times)) + np.sin(2 * np.pi * 190 * times)) * np.exp(-times * 20)


def hat(rng: np.random.Generator) -> Wave:
    times = np.arange(int(0.07 * RATE)) / RATE
    return np.diff(rng.normal(0, 0.7, len(times) + 1)) * np.exp(-times * 60)


def lowpass(samples: Wave, hertz: float) -> Wave:
    spectrum = np.fft.rfft(samples)
    spectrum /= 1 + (np.fft.rfftfreq(len(samples), 1 / RATE) / hertz) ** 2
    return np.fft.irfft(spectrum, len(samples))


def echo(track: Wave, delay: float, levels: Sequence[float] = (0.3, 0.15, 0.07)) -> Wave:
    wet, shift = track.copy(), int(delay * RATE)
    for times, level in enumerate(levels, 1):
        if shift * times < len(track):
            wet[shift * times :] += track[: -shift * times, ::-1] * level
    return wet


def master(track: Wave, seconds: float) -> Wave:
    """Even loudness, soft peaks, and no click at either end."""
    track = np.tanh(track / (np.abs(track).max() + 1e-9) * 1.6) * 0.8
    times = np.arange(len(track)) / RATE
    fade = np.minimum(1, np.minimum(times / 0.02, (seconds - times) / min(0.6, seconds / 4)))
    return (track * np.clip(fade, 0, 1)[:, None]).astype(np.float32)
