"""Abstract pictures: flowing lines, silk, galaxies, terrazzo, contours and geometric posters."""

import numpy as np

from promptrails.demo.scenery import Palette
from promptrails.demo.vector import Drawing, mix, smooth


def flow(drawing: Drawing, palette: Palette) -> None:
    """Ink lines that follow a field. palette: paper, then ink colours."""
    paper, *inks = palette
    width, height, rng = drawing.width, drawing.height, drawing.rng
    drawing.ground(paper)
    waves = rng.uniform(0.6, 2.2, (4, 2)) / 520
    phases = rng.uniform(0, 6.3, 4)
    for _ in range(1100):
        x, y = rng.uniform(-60, width + 60), rng.uniform(-60, height + 60)
        ink, points = inks[int((y / height + rng.normal(0, 0.16)) * len(inks)) % len(inks)], []
        for _ in range(int(rng.integers(10, 38))):
            points.append((x, y))
            angle = sum(np.sin(x * a * 6 + y * b * 4 + p) for (a, b), p in zip(waves, phases, strict=True))
            x, y = x + 13 * np.cos(angle), y + 13 * np.sin(angle)
        drawing.path(
            smooth(points),
            fill="none",
            stroke=ink,
            stroke_width=rng.choice([1.6, 3.0, 7.0]),
            stroke_linecap="round",
            stroke_opacity=0.85,
        )


def terrazzo(drawing: Drawing, palette: Palette) -> None:
    """palette: stone, then chip colours."""
    stone, *chips = palette
    rng = drawing.rng
    drawing.ground(stone)
    for _ in range(1500):
        x, y = rng.uniform(0, drawing.width), rng.uniform(0, drawing.height)
        drawing.circle(x, y, rng.uniform(1, 3.4), fill=mix(stone, str(rng.choice(chips)), 0.5))
    placed: list[tuple[float, float, float]] = []
    for attempt in range(2600):
        x, y = rng.uniform(0, drawing.width), rng.uniform(0, drawing.height)
        radius = 62 * (1 - attempt / 2600) ** 1.6 + 7
        if all((x - a) ** 2 + (y - b) ** 2 > (radius + r + 4) ** 2 for a, b, r in placed):
            placed.append((x, y, radius))
            chip(drawing, x, y, radius, chips[int(rng.integers(len(chips)))])


def chip(drawing: Drawing, x: float, y: float, radius: float, colour: str) -> None:
    corners = np.sort(drawing.rng.uniform(0, 2 * np.pi, drawing.rng.integers(5, 8)))
    reach = drawing.rng.uniform(0.72, 1, len(corners)) * radius
    points = [(x + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(corners, reach, strict=True)]
    drawing.polygon(points, fill=colour, stroke=colour, stroke_width=5, stroke_linejoin="round")


def contours(drawing: Drawing, palette: Palette, time: float = 0.0) -> None:
    """Cut-paper rings, each level casting a shadow. palette: levels from the highest to the lowest."""
    width, height, rng = drawing.width, drawing.height, drawing.rng
    drawing.ground(palette[0])
    x, y = width * rng.uniform(0.4, 0.6), height * rng.uniform(0.4, 0.6)
    waves = [(k, rng.uniform(-0.35, 0.35) / k**0.7, rng.uniform(0, 6.3)) for k in range(1, 6)]
    for level in range(9):
        t = level / 8 * (len(palette) - 2) + 1
        colour = mix(palette[int(t)], palette[min(int(t) + 1, len(palette) - 1)], t % 1)
        size, turn = max(width, height) * 0.62 * (1 - level / 9.6), level * 0.11 + time * 0.8
        angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        reach = [size * (1 + sum(m * np.sin(k * a + p + turn) for k, m, p in waves)) for a in angles]
        ring = [(x + r * np.cos(a), y + r * np.sin(a)) for a, r in zip(angles, reach, strict=True)]
        data = smooth(ring, closed=True)
        for shade in (30, 18, 8):
            drawing.path(data, fill="none", stroke="#000000", stroke_opacity=0.08, stroke_width=shade)
        drawing.path(data, fill=colour)


def geometry(drawing: Drawing, palette: Palette) -> None:
    """A poster of quarter circles and bars on a grid. palette: paper, then colours."""
    paper, *colours = palette
    rng, cell = drawing.rng, 1000 / 5
    drawing.ground(paper)
    for top in np.arange(0, drawing.height, cell):
        for left in np.arange(0, drawing.width, cell):
            first, second = rng.choice(colours, 2, replace=False)
            tile(drawing, float(left), float(top), cell, (str(first), str(second)))


def tile(drawing: Drawing, x: float, y: float, cell: float, colours: tuple[str, str]) -> None:
    first, second = colours
    shape = int(drawing.rng.integers(6))
    drawing.rect(x, y, cell + 1, cell + 1, fill=first)
    if shape == 0:
        drawing.circle(x + cell / 2, y + cell / 2, cell * 0.36, fill=second)
    elif shape == 1:
        drawing.path(f"M{x} {y}h{cell}a{cell} {cell} 0 0 1 -{cell} {cell}z", fill=second)
    elif shape == 2:
        drawing.path(f"M{x} {y + cell}v-{cell}a{cell} {cell} 0 0 1 {cell} {cell}z", fill=second)
    elif shape == 3:
        for bar in range(4):
            drawing.rect(x, y + cell * (bar / 4 + 0.06), cell, cell * 0.13, fill=second)
    elif shape == 4:
        drawing.path(f"M{x} {y}h{cell}a{cell / 2} {cell / 2} 0 0 1 -{cell} 0z", fill=second)
        drawing.path(f"M{x} {y + cell / 2}h{cell}a{cell / 2} {cell / 2} 0 0 1 -{cell} 0z", fill=second)
    else:
        drawing.polygon([(x, y + cell), (x + cell, y), (x + cell, y + cell)], fill=second)


def poster(drawing: Drawing, palette: Palette, words: tuple[str, str, str] = ("", "", "")) -> None:
    """Concentric arcs under a large title. palette: paper, ink, then arcs."""
    paper, ink, *arcs = palette
    width, height = drawing.width, drawing.height
    drawing.ground(paper)
    x, y, reach = width / 2, height * 0.66, min(width * 0.44, height * 0.4)
    for ring in range(9):
        radius = reach * (1 - ring / 9)
        drawing.path(
            f"M{x - radius:.1f} {y:.1f}a{radius:.1f} {radius:.1f} 0 0 1 {2 * radius:.1f} 0z",
            fill=arcs[ring % len(arcs)],
        )
        drawing.path(
            f"M{x - radius:.1f} {y + 14:.1f}a{radius:.1f} {radius * 0.34:.1f} 0 0 0 {2 * radius:.1f} 0z",
            fill=mix(arcs[ring % len(arcs)], paper, 0.45),
        )
    title, line, small = words
    font = {"font_family": "Helvetica Neue, Inter, Liberation Sans, DejaVu Sans, sans-serif", "fill": ink}
    drawing.text(
        x,
        height * 0.16,
        title,
        font_size=1300 / max(len(title), 7),
        font_weight=800,
        text_anchor="middle",
        letter_spacing=4.0,
        **font,
    )
    drawing.text(x, height * 0.21, line, font_size=30, text_anchor="middle", letter_spacing=7.0, **font)
    drawing.text(x, height * 0.955, small, font_size=23, text_anchor="middle", letter_spacing=5.0, **font)


def orbs(drawing: Drawing, palette: Palette) -> None:
    """Glass spheres in soft light. palette: light ground, dark ground, then spheres."""
    light, dark, *spheres = palette
    width, height, rng = drawing.width, drawing.height, drawing.rng
    drawing.ground(drawing.linear([(0, light), (1, dark)]))
    for index in range(11):
        radius = (230 * 0.84**index) * rng.uniform(0.8, 1.15) + 20
        x, y = width * rng.uniform(0.12, 0.88), height * rng.uniform(0.14, 0.84)
        colour = spheres[index % len(spheres)]
        drawing.ellipse(
            x + radius * 0.1,
            y + radius * 1.02,
            radius * 0.85,
            radius * 0.2,
            fill=mix(dark, "#000000", 0.4),
            fill_opacity=0.35,
            filter=drawing.blur(radius * 0.12),
        )
        body = [
            (0, mix(colour, "#ffffff", 0.8)),
            (0.45, colour),
            (0.85, mix(colour, dark, 0.6)),
            (1, mix(colour, light, 0.3)),
        ]
        drawing.circle(x, y, radius, fill=drawing.radial(body, (0.36, 0.3)), fill_opacity=0.93)
        drawing.ellipse(
            x - radius * 0.34,
            y - radius * 0.46,
            radius * 0.24,
            radius * 0.13,
            fill="#ffffff",
            fill_opacity=0.75,
            filter=drawing.blur(radius * 0.05),
        )
