"""Landscapes: mountains, seas, dunes, forests, northern lights and cities at night."""

import numpy as np

from promptrails.demo.vector import Drawing, Point, mix, ridge, smooth

Palette = list[str]


def fill_below(drawing: Drawing, line: list[Point], fill: str, **attributes: object) -> None:
    edge = [(line[-1][0], drawing.height + 5), (line[0][0], drawing.height + 5)]
    drawing.polygon([*line, *edge], fill=fill, **attributes)


def sun(drawing: Drawing, x: float, y: float, radius: float, colour: str) -> None:
    glow = drawing.radial([(0, colour + "cc"), (0.25, colour + "66"), (1, colour + "00")])
    drawing.circle(x, y, radius * 5, fill=glow)
    drawing.circle(x, y, radius, fill=mix(colour, "#ffffff", 0.55))


def mountains(drawing: Drawing, palette: Palette, time: float = 0.0) -> None:
    """The camera moves past with `time` in seconds. palette: sky top, sky bottom, sun, far, near ridge."""
    top, bottom, light, far, near = palette
    width, height, rng = drawing.width, drawing.height, drawing.rng
    drawing.ground(drawing.linear([(0, top), (0.62, bottom)]))
    sun(
        drawing,
        width * rng.uniform(0.3, 0.7),
        height * (rng.uniform(0.3, 0.42) - 0.012 * time),
        height * 0.055,
        light,
    )
    for layer in range(6):
        depth = layer / 5
        line = ridge(rng, width * 1.3, height * (0.5 + 0.42 * depth), height * (0.16 - 0.06 * depth))
        line = [(x - 12 - time * (4 + 44 * depth), y) for x, y in line]
        colour = mix(far, near, depth**0.9)
        fill_below(
            drawing, line, drawing.linear([(0, colour), (0.8, mix(colour, bottom, 0.55 - 0.4 * depth))])
        )
    birds(drawing, near)


def birds(drawing: Drawing, colour: str) -> None:
    x, y = drawing.width * drawing.rng.uniform(0.15, 0.75), drawing.height * 0.2
    for _ in range(7):
        x, y, wing = (
            x + drawing.rng.uniform(18, 46),
            y + drawing.rng.uniform(-22, 22),
            drawing.rng.uniform(7, 13),
        )
        data = f"M{x - wing:.1f} {y - wing / 2:.1f}Q{x:.1f} {y - wing:.1f} {x:.1f} {y:.1f}"
        data += f"Q{x:.1f} {y - wing:.1f} {x + wing:.1f} {y - wing / 2:.1f}"
        drawing.path(data, fill="none", stroke=colour, stroke_width=2.2, stroke_linecap="round")


def sea(drawing: Drawing, palette: Palette, time: float = 0.0) -> None:
    """Rolling waves in the manner of a woodblock print. palette: sky, sun, foam, light sea, deep sea."""
    sky, light, foam, shallow, deep = palette
    width, height, rng = drawing.width, drawing.height, drawing.rng
    drawing.ground(drawing.linear([(0, sky), (0.6, mix(sky, foam, 0.6))]))
    drawing.circle(width * rng.uniform(0.28, 0.72), height * 0.3, min(width, height) * 0.15, fill=light)
    for layer in range(7):
        depth = layer / 6
        level, tall = height * (0.42 + 0.5 * depth), height * (0.02 + 0.045 * depth)
        pitch, phase = 110 + 190 * depth, rng.uniform(0, 6.3) + time * (0.7 + 0.5 * depth)
        xs = np.arange(-60, width + 70, 14)
        swell = np.abs(np.sin(xs / pitch * np.pi + phase)) ** 0.8 + 0.35 * np.sin(xs / pitch * 1.3 + phase)
        line = [(float(x), float(level - tall * 1.6 * s)) for x, s in zip(xs, swell, strict=True)]
        colour = mix(shallow, deep, depth)
        fill_below(drawing, line, drawing.linear([(0, colour), (0.7, mix(colour, deep, 0.6))]))
        drawing.path(smooth(line), fill="none", stroke=foam, stroke_width=3 + 5 * depth, stroke_opacity=0.9)
        for drop in range(2, 4):
            below = [(x + 6 * drop, y + drop * (9 + 9 * depth)) for x, y in line]
            drawing.line(below, stroke=foam, stroke_width=1.6, stroke_opacity=0.35 / drop)


def dunes(drawing: Drawing, palette: Palette) -> None:
    """palette: sky top, sky bottom, sun, lit sand, shadow sand."""
    top, bottom, light, lit, shade = palette
    width, height, rng = drawing.width, drawing.height, drawing.rng
    drawing.ground(drawing.linear([(0, top), (0.55, bottom)]))
    sun(drawing, width * rng.uniform(0.2, 0.8), height * 0.26, height * 0.06, light)
    for layer in range(5):
        depth = layer / 4
        level, peak = height * (0.5 + 0.36 * depth), width * rng.uniform(0.15, 0.85)
        high = height * rng.uniform(0.1, 0.17)
        xs = np.linspace(-0.1, 1.1, 60) * width
        crest = [(float(x), level - high * float(np.exp(-(((x - peak) / width * 2.6) ** 2)))) for x in xs]
        colour = mix(mix(lit, bottom, 0.5), lit, depth)
        fill_below(drawing, crest, drawing.linear([(0, colour), (1, mix(colour, shade, 0.5))]))
        lee_side(drawing, crest, peak, level - high, (mix(colour, shade, 0.75), mix(colour, shade, 0.1)))


def lee_side(drawing: Drawing, crest: list[Point], peak: float, top: float, paint: tuple[str, str]) -> None:
    """The dune's shadowed face, right of a ridge that winds down from its peak."""
    depth = drawing.height * 1.05 - top
    spine = [
        (peak + drawing.width * 0.1 * np.sin(t * 5) * (0.3 + t), top + t * depth)
        for t in np.linspace(0, 1, 24)
    ]
    side = [point for point in crest if point[0] > peak]
    fill = drawing.linear([(0, paint[0]), (1, paint[1])], across=True)
    drawing.polygon(
        [*spine, (drawing.width * 1.1, drawing.height * 1.05), *side[::-1]], fill=fill, fill_opacity=0.85
    )


def forest(drawing: Drawing, palette: Palette) -> None:
    """Firs in mist. palette: sky, mist, sun, far trees, near trees."""
    sky, mist, light, far, near = palette
    width, height, rng = drawing.width, drawing.height, drawing.rng
    drawing.ground(drawing.linear([(0, sky), (0.7, mist)]))
    sun(drawing, width * rng.uniform(0.3, 0.7), height * 0.27, 42, light)
    for layer in range(5):
        depth = layer / 4
        colour, tall = mix(mix(far, mist, 0.55), near, depth), 90 + 330 * depth**1.4
        hill = ridge(rng, width, height * (0.56 + 0.34 * depth), 60)
        fill_below(drawing, hill, drawing.linear([(0, colour), (1, mix(colour, mist, 0.35 * (1 - depth)))]))
        for x, y in hill[:: 6 + 5 * layer]:
            fir(drawing, x + rng.uniform(-9, 9), y + 14, tall * rng.uniform(0.55, 1.1), colour)
        haze = drawing.linear([(0, mist + "00"), (0.7, mist + "b0"), (1, mist + "00")])
        if layer < 4:
            drawing.rect(0, height * (0.5 + 0.34 * depth), width, height * 0.3, fill=haze)


def fir(drawing: Drawing, x: float, y: float, tall: float, colour: str) -> None:
    points: list[Point] = [(x, y - tall)]
    for tier in range(1, 7):
        reach, low = tall * 0.035 * tier * drawing.rng.uniform(0.85, 1.15), y - tall + tall * tier / 6.5
        points = [(x - reach * 0.45, low - tall * 0.035), (x - reach, low), *points]
        points = [*points, (x + reach, low), (x + reach * 0.45, low - tall * 0.035)]
    drawing.polygon(points, fill=colour)
    drawing.rect(x - tall * 0.015, y - tall * 0.1, tall * 0.03, tall * 0.16, fill=colour)


def aurora(drawing: Drawing, palette: Palette, time: float = 0.0) -> None:
    """Northern lights over a lake. palette: night, horizon, first curtain, second curtain, hills."""
    night, horizon, first, second, hills = palette
    width, height, rng = drawing.width, drawing.height, drawing.rng
    lake = height * 0.7
    drawing.ground(drawing.linear([(0, night), (0.7, horizon), (1, night)]))
    stars(drawing, 260, lake)
    drawing.begin(filter=drawing.blur(9, margin=0.04))
    for colour, base in ((first, 0.5), (second, 0.38), (first, 0.3)):
        phase, sway = rng.uniform(0, 6.3) + 0.7 * time, rng.uniform(0.04, 0.09) * height
        curtain = drawing.linear(
            [(0, colour + "00"), (0.72, colour + "88"), (0.96, colour + "ee"), (1, colour + "00")]
        )
        for x in np.arange(-20, width + 20, 17):
            foot = height * base + sway * np.sin(x / width * 7 + phase) + 12 * np.sin(x / 31 + phase)
            tall = height * (0.22 + 0.12 * np.sin(x / 67 + phase * 2)) * rng.uniform(0.8, 1.1)
            drawing.rect(float(x), foot - tall, 20, tall, fill=curtain, fill_opacity=rng.uniform(0.2, 0.75))
    drawing.end()
    line = ridge(rng, width, lake - 40, 90)
    drawing.polygon([*line, (width, lake), (0, lake)], fill=hills)
    drawing.polygon(
        [(x, 2 * lake - y) for x, y in line] + [(width, lake), (0, lake)], fill=hills, fill_opacity=0.75
    )
    for _ in range(90):
        x, y = rng.uniform(0, width), lake + (height - lake) * rng.random() ** 1.5
        drawing.rect(
            x, y, rng.uniform(30, 180), 1.8, fill=mix(first, horizon, rng.random()), fill_opacity=0.28
        )


def stars(drawing: Drawing, count: int, depth: float) -> None:
    rng = drawing.rng
    for _ in range(count):
        x, y, size = rng.uniform(0, drawing.width), rng.uniform(0, depth), rng.exponential(0.9) + 0.5
        drawing.circle(x, y, min(size, 3.2), fill="#ffffff", fill_opacity=rng.uniform(0.3, 0.95))


def city(drawing: Drawing, palette: Palette, time: float = 0.0) -> None:
    """A skyline with lit windows by the water. palette: sky top, sky bottom, moon, towers, windows."""
    top, bottom, moon, towers, windows = palette
    width, height, rng = drawing.width, drawing.height, drawing.rng
    shore = height * 0.8
    drawing.ground(drawing.linear([(0, top), (0.8, bottom)]))
    stars(drawing, 120, height * 0.4)
    sun(drawing, width * rng.uniform(0.2, 0.8), height * 0.22, 52, moon)
    for layer in range(3):
        colour, x = mix(mix(towers, bottom, 0.62), towers, layer / 2), -rng.uniform(0, 60)
        drawing.begin(transform=f"translate({-time * (6 + 18 * layer):.1f} 0)")
        while x < width * 1.2:
            broad = rng.uniform(46, 120)
            tall = height * rng.uniform(0.16, 0.52 - 0.09 * layer)
            tower(
                drawing,
                (x, shore - tall, broad, tall),
                colour,
                windows if layer else mix(windows, bottom, 0.5),
            )
            x += broad + rng.uniform(-6, 24)
        drawing.end()
    water = drawing.linear([(0, mix(bottom, towers, 0.35)), (1, towers)])
    drawing.rect(0, shore, width, height - shore, fill=water)
    rng = np.random.default_rng(int(time * 8))
    for _ in range(240):
        x, y = rng.uniform(0, width), shore + (height - shore) * rng.random() ** 1.7
        colour = windows if rng.random() < 0.6 else moon
        drawing.rect(x, y, rng.uniform(8, 60), 2.4, fill=colour, fill_opacity=rng.uniform(0.1, 0.5), rx=1.2)


def tower(drawing: Drawing, box: tuple[float, float, float, float], colour: str, windows: str) -> None:
    (x, y, broad, tall), rng = box, drawing.rng
    drawing.rect(x, y, broad, tall, fill=drawing.linear([(0, colour), (1, mix(colour, windows, 0.16))]))
    if rng.random() < 0.35:
        drawing.rect(x + broad / 2 - 2, y - tall * 0.18, 4, tall * 0.18, fill=colour)
        drawing.circle(x + broad / 2, y - tall * 0.18, 4, fill="#ff5a5f")
    lit = rng.uniform(0.2, 0.6)
    columns, rows = np.meshgrid(np.arange(x + 9, x + broad - 12, 15), np.arange(y + 12, y + tall - 8, 17))
    light = rng.random(columns.shape) / lit
    for low, opacity in ((0.0, 0.45), (0.4, 0.75), (0.7, 1.0)):
        here = (light >= low) & (light < min(low + 0.4, 1.0))
        panes = zip(columns[here], rows[here], strict=True)
        drawing.path(
            "".join(f"M{a:.1f} {b:.1f}h7v9h-7z" for a, b in panes), fill=windows, fill_opacity=opacity
        )
