"""Short films: the painters' scenes, drawn frame by frame as their time passes."""

from collections.abc import Callable, Iterator

import numpy as np

from promptrails.demo.scenery import Palette
from promptrails.demo.vector import Drawing, Size, mix

Scene = Callable[[Drawing, Palette, float], None]

FPS = 12  # drawn on twos, as animators do for slow movement: half the drawings of film


def frames(scene: Scene, size: Size, seed: int, palette: Palette, seconds: float) -> Iterator[np.ndarray]:
    """RGB frames; each starts from the same seed, so only time tells them apart."""
    for index in range(round(seconds * FPS)):
        drawing = Drawing(size, np.random.default_rng(seed))
        scene(drawing, palette, index / FPS)
        yield drawing.pixels()


def equaliser(drawing: Drawing, palette: Palette, time: float = 0.0) -> None:
    """Bars that dance around a disc. palette: ground top, ground bottom, disc, low bars, high bars."""
    top, bottom, disc, low, high = palette
    x, y, beat = drawing.width / 2, drawing.height / 2, abs(np.sin(time * np.pi * 1.6)) ** 3
    drawing.ground(drawing.linear([(0, top), (1, bottom)]))
    glow = drawing.radial([(0, high + "90"), (1, high + "00")])
    drawing.circle(x, y, 430 + 40 * beat, fill=glow)
    for bar in range(72):
        angle, part = bar / 72 * 2 * np.pi, abs(bar % 36 - 18) / 18
        reach = (
            40 + 150 * (0.5 + 0.5 * np.sin(time * (3 + bar % 5) + bar * 1.7)) * (0.4 + 0.6 * part) + 40 * beat
        )
        drawing.line(
            [(x + r * np.cos(angle), y + r * np.sin(angle)) for r in (225, 225 + reach)],
            stroke=mix(low, high, part),
            stroke_width=11,
            stroke_linecap="round",
        )
    drawing.circle(x, y, 190 + 12 * beat, fill=disc)
    drawing.circle(x, y, 60, fill=mix(disc, top, 0.5))


def orbit(drawing: Drawing, palette: Palette, time: float = 0.0) -> None:
    """Moons that circle a sphere. palette: ground top, ground bottom, sphere, moon, ring."""
    top, bottom, sphere, moon, ring = palette
    x, y = drawing.width / 2, drawing.height / 2
    drawing.ground(drawing.linear([(0, top), (1, bottom)]))
    angles = [time * (1.5 - 0.22 * index) + index * 1.9 for index in range(4)]
    for index in range(4):
        drawing.ellipse(
            x,
            y,
            280 + 90 * index,
            90 + 30 * index,
            fill="none",
            stroke=ring,
            stroke_opacity=0.35,
            stroke_width=2.5,
        )
    for front in (False, True):
        for index, angle in enumerate(angles):
            if (np.sin(angle) > 0) == front:
                at = (x + (280 + 90 * index) * np.cos(angle), y + (90 + 30 * index) * np.sin(angle))
                ball(drawing, at, 26 + 9 * index, mix(moon, ring, index / 4), bottom)
        if not front:
            ball(drawing, (x, y), 190, sphere, bottom)


def ball(drawing: Drawing, at: tuple[float, float], radius: float, colour: str, shade: str) -> None:
    light = [(0, mix(colour, "#ffffff", 0.75)), (0.5, colour), (1, mix(colour, shade, 0.75))]
    drawing.circle(*at, radius, fill=drawing.radial(light, (0.36, 0.3)))
