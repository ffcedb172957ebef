"""Something like speech: a voice of harmonics under moving formants, in the rhythm of syllables."""

from typing import NamedTuple

import numpy as np

from promptrails.demo.sounds import RATE, Wave, master

CONTROL = 200  # control points a second, interpolated up to RATE

# First three formants of seven vowels in hertz: Peterson and Barney 1952, rounded.
VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
    (660, 1720, 2410),
    (490, 1350, 1690),
)
BANDWIDTHS = (70, 100, 140)


class Voice(NamedTuple):
    """Pitch in hertz, syllables a second, and how long the throat is (1 for a man, less for others)."""

    hertz: float
    pace: float
    throat: float


VOICES = {
    "deep": Voice(98, 4.4, 1.0),
    "warm": Voice(128, 4.8, 0.98),
    "bright": Voice(205, 5.2, 0.86),
    "calm": Voice(182, 4.1, 0.88),
    "young": Voice(262, 5.6, 0.76),
}


def speak(rng: np.random.Generator, seconds: float, name: str) -> Wave:
    """Phrases with pauses, falling in pitch at their ends, as one of VOICES; mono on both channels."""
    voice = VOICES[name]
    points = int(seconds * CONTROL) + 1
    loud, hiss, vowel, tune = (np.zeros(points) for _ in range(4))
    time, phrase = 0.15, 0
    while time < seconds - 0.5:
        syllables = int(rng.integers(5, 13))
        for index in range(syllables):
            length = rng.normal(1, 0.18) / voice.pace * (1.5 if index == syllables - 1 else 1)
            if time + length > seconds - 0.1:
                break
            syllable((loud, hiss, vowel, tune), rng, (time, length), 1 - index / syllables)
            time += length
        phrase += 1
        time += rng.uniform(0.22, 0.4) if phrase % 3 else rng.uniform(0.5, 0.8)
    return master(
        np.repeat(sound(rng, voice, (loud, hiss, vowel, tune), seconds)[:, None], 2, axis=1), seconds
    )


def syllable(
    controls: tuple[Wave, ...], rng: np.random.Generator, when: tuple[float, float], fall: float
) -> None:
    """Writes one consonant and vowel into the control curves."""
    loud, hiss, vowel, tune = controls
    start, length = int(when[0] * CONTROL), max(int(when[1] * CONTROL), 8)
    onset = min(int(rng.uniform(0.15, 0.3) * length), len(loud) - start)
    if rng.random() < 0.6:
        hiss[start : start + onset] = rng.uniform(0.2, 0.8)
    stop = min(start + length, len(loud))
    shape = (
        np.sin(np.linspace(0.1, np.pi, stop - start - onset)) ** 0.6 if stop > start + onset else np.zeros(0)
    )
    loud[start + onset : stop] = np.nan_to_num(shape) * rng.uniform(0.7, 1)
    vowel[start:stop] = rng.integers(len(VOWELS))
    tune[start:stop] = 0.16 * fall + rng.normal(0, 0.035)


def sound(rng: np.random.Generator, voice: Voice, controls: tuple[Wave, ...], seconds: float) -> Wave:
    """The sum of the voice's harmonics, each as loud as the formants let it be."""
    loud, hiss, vowel, tune = controls
    soft = np.hanning(9) / np.hanning(9).sum()
    formants = np.array(VOWELS)[vowel.astype(int)] / voice.throat
    formants = np.stack([np.convolve(formants[:, f], soft, "same") for f in range(3)], axis=1)
    hertz = voice.hertz * (1 + np.convolve(tune, np.hanning(31) / np.hanning(31).sum(), "same"))
    times = np.arange(int(seconds * RATE)) / RATE
    places = np.arange(len(loud)) / CONTROL
    phase = 2 * np.pi * np.cumsum(np.interp(times, places, hertz)) / RATE
    phase += 0.12 * np.sin(2 * np.pi * 5.1 * times)
    out = np.zeros(len(times), np.float32)
    strength = np.convolve(loud, soft, "same")
    for harmonic in range(1, int(3600 / voice.hertz)):
        envelope = sum(
            w / (1 + ((hertz * harmonic - formants[:, f]) / BANDWIDTHS[f]) ** 2)
            for f, w in enumerate((1.0, 0.5, 0.25))
        )
        level = (envelope + 0.02) * strength / harmonic**0.35
        out += np.interp(times, places, level).astype(np.float32) * np.sin(phase * harmonic).astype(
            np.float32
        )
    noise = np.diff(rng.normal(0, 1, len(times) + 1)) * np.interp(
        times, places, np.convolve(hiss, soft, "same")
    )
    return out / (np.abs(out).max() + 1e-9) + 0.045 * noise
