"""Pictures computed pixel by pixel: silk, galaxies and marbled ink."""

from collections.abc import Sequence

import numpy as np

from promptrails.demo.vector import Size

Grid = np.ndarray


def silk(size: Size, rng: np.random.Generator, palette: Sequence[str]) -> Grid:
    """Folds of cloth in soft light: waves bent by waves."""
    x, y = plane(size)
    phase = rng.uniform(0, 6.3, 6)
    for step in range(4):
        x, y = (
            x + 0.42 * np.sin(1.7 * y + phase[step] + 0.6 * step),
            y + 0.38 * np.cos(1.5 * x + phase[step + 1]),
        )
    fold = np.sin(3.1 * x + 1.9 * y + phase[5])
    light = np.clip(0.5 + 0.5 * np.sin(4 * x - 2.4 * y + phase[0]), 0, 1) ** 3
    return to_bytes(ramp(palette, 0.5 + 0.5 * fold) + 62 * light[..., None] - 18)


def marble(size: Size, rng: np.random.Generator, palette: Sequence[str]) -> Grid:
    """Ink in water with thin gilded veins."""
    x, y = plane(size)
    first, second = clouds(size, rng, 5), clouds(size, rng, 4)
    bent = clouds_at(first, second, 0.22)
    vein = np.exp(-((np.abs(np.sin(7 * bent + 1.6 * x + y)) / 0.045) ** 2))
    colour = ramp(palette[:-1], np.clip(bent * 1.5 - 0.25, 0, 1))
    gilt = ramp([palette[-1], "#fff6d8"], np.clip(second * 1.2, 0, 1))
    return to_bytes(colour + (gilt - colour) * vein[..., None] * 0.9)


def galaxy(size: Size, rng: np.random.Generator, palette: Sequence[str]) -> Grid:
    """A spiral seen from aslant. palette: space, dust, arms, core."""
    x, y = plane(size)
    tilt = rng.uniform(-0.7, 0.7)
    u, v = x * np.cos(tilt) + y * np.sin(tilt), (y * np.cos(tilt) - x * np.sin(tilt)) * 1.75
    radius, angle = np.hypot(u, v) + 1e-3, np.arctan2(v, u)
    noise = clouds(size, rng, 6)
    arms = (0.5 + 0.5 * np.cos(2 * (angle - 3.1 * np.log(radius + 0.12)) + 2.4 * (noise - 0.5))) ** 2
    disc = np.exp(-radius * 1.15)
    glow = arms * disc * (0.35 + 1.3 * noise) * 1.5 + 0.16 * noise * np.exp(-radius * 0.7)
    picture = ramp(palette[:3], np.clip(glow * 1.5, 0, 1))
    picture += np.exp(-((radius / 0.2) ** 1.3))[..., None] * np.array(rgb(palette[3])) * 1.1
    return to_bytes(picture + starlight(size, rng, arms * disc)[..., None])


def starlight(size: Size, rng: np.random.Generator, density: Grid) -> Grid:
    chance = rng.random((size.height, size.width)) / (0.35 + 2.2 * density)
    field = np.where(chance < 0.0016, rng.random(chance.shape) ** 3 * 255, 0)
    near = sum(np.roll(field, shift, axis) for shift in (-1, 1) for axis in (0, 1))
    return field + 0.45 * near


def plane(size: Size) -> tuple[Grid, Grid]:
    """Coordinates of each pixel, the shorter side running from -1.6 to 1.6."""
    unit = 3.2 / min(size)
    across = (np.arange(size.width, dtype=np.float32) - size.width / 2) * unit
    down = (np.arange(size.height, dtype=np.float32) - size.height / 2) * unit
    x, y = np.meshgrid(across, down)
    return x, y


def clouds(size: Size, rng: np.random.Generator, octaves: int) -> Grid:
    """Fractal noise from 0 to 1."""
    total = np.zeros((size.height, size.width), np.float32)
    for octave in range(octaves):
        cells = 3 * 2**octave
        total += lattice(rng.random((cells + 2, cells + 2), dtype=np.float32), size, cells) / 1.9**octave
    low, high = total.min(), total.max()
    return (total - low) / (high - low)


def lattice(values: Grid, size: Size, cells: int) -> Grid:
    """The values of a coarse grid, smoothly stretched over the picture."""

    def weights(length: int) -> tuple[Grid, Grid]:
        at = np.linspace(0, cells, length, endpoint=False, dtype=np.float32)
        whole = at.astype(int)
        part = at - whole
        return whole, part * part * (3 - 2 * part)

    (row, down), (column, across) = weights(size.height), weights(size.width)
    lines = values[row] * (1 - down[:, None]) + values[row + 1] * down[:, None]
    return lines[:, column] * (1 - across) + lines[:, column + 1] * across


def clouds_at(noise: Grid, shift: Grid, strength: float) -> Grid:
    """The noise, read at places that another noise displaces."""
    rows, columns = noise.shape
    moved = (shift - 0.5) * strength
    y = np.clip(np.arange(rows)[:, None] + moved * rows, 0, rows - 1).astype(int)
    x = np.clip(np.arange(columns)[None, :] + moved * columns, 0, columns - 1).astype(int)
    return noise[y, x]


def ramp(palette: Sequence[str], amount: Grid) -> Grid:
    """Colours for amounts from 0 (first) to 1 (last), as floats up to 255."""
    places = np.linspace(0, 1, len(palette))
    colours = np.array([rgb(colour) for colour in palette], np.float32)
    return np.stack([np.interp(amount, places, colours[:, band]) for band in range(3)], axis=-1)


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def to_bytes(picture: Grid) -> Grid:
    return np.clip(picture, 0, 255).astype(np.uint8)
