"""Things and people: portraits, still lifes, plants, rooms, balloons and bottles."""

import numpy as np

from promptrails.demo.scenery import Palette, sun
from promptrails.demo.vector import Drawing, Point, mix, smooth


def portrait(drawing: Drawing, palette: Palette) -> None:
    """A person in flat colours. palette: ground, halo, skin, hair, clothes."""
    ground, halo, skin, hair, clothes = palette
    x, y, shade = drawing.width / 2, drawing.height * 0.44, mix(skin, "#5a2338", 0.28)
    long_hair = bool(drawing.rng.integers(2))
    drawing.ground(drawing.linear([(0, mix(ground, "#ffffff", 0.12)), (1, ground)]))
    drawing.circle(x, y, 390, fill=halo)
    if long_hair:
        drawing.path(
            f"M{x - 120} {y - 200}C{x - 320} {y + 40} {x - 250} {y + 380} {x - 190} {y + 420}"
            f"H{x + 190}C{x + 250} {y + 380} {x + 320} {y + 40} {x + 120} {y - 200}Z",
            fill=hair,
        )
    drawing.path(
        f"M{x - 430} {drawing.height + 10}C{x - 410} {y + 400} {x - 240} {y + 372} {x - 100} {y + 330}"
        f"H{x + 100}C{x + 240} {y + 372} {x + 410} {y + 400} {x + 430} {drawing.height + 10}Z",
        fill=drawing.linear([(0, clothes), (1, mix(clothes, "#000000", 0.35))]),
    )
    drawing.path(f"M{x - 82} {y + 130}V{y + 330}Q{x} {y + 420} {x + 82} {y + 330}V{y + 130}Z", fill=shade)
    for side in (-1, 1):
        drawing.ellipse(x + side * 186, y + 18, 28, 44, fill=shade)
    drawing.path(
        f"M{x - 180} {y - 90}C{x - 190} {y + 120} {x - 110} {y + 232} {x} {y + 236}"
        f"C{x + 110} {y + 232} {x + 190} {y + 120} {x + 180} {y - 90}"
        f"C{x + 150} {y - 240} {x - 150} {y - 240} "
        f"{x - 180} {y - 90}Z",
        fill=skin,
    )
    drawing.path(
        f"M{x} {y - 190}C{x + 190} {y - 190} {x + 190} {y + 120} {x + 30} {y + 235}C{x + 110} {y + 60} "
        f"{x + 40} {y - 60} {x} {y - 190}Z",
        fill=shade,
        fill_opacity=0.35,
    )
    face(drawing, (x, y), mix(hair, "#000000", 0.25), shade)
    fringe(drawing, (x, y), hair)


def face(drawing: Drawing, at: Point, ink: str, shade: str) -> None:
    x, y = at
    for side in (-1, 1):
        eye = x + side * 78
        drawing.ellipse(eye, y + 8, 17, 20, fill="#2a1a22")
        drawing.circle(eye + 6, y + 1, 5.5, fill="#ffffff")
        drawing.path(
            f"M{eye - 38} {y - 42}Q{eye} {y - 68} {eye + 38} {y - 42}",
            fill="none",
            stroke=ink,
            stroke_width=11,
            stroke_linecap="round",
        )
        drawing.ellipse(x + side * 116, y + 84, 38, 24, fill="#e8505b", fill_opacity=0.22)
    drawing.path(
        f"M{x + 4} {y + 10}L{x + 22} {y + 78}Q{x + 4} {y + 94} {x - 14} {y + 84}",
        fill="none",
        stroke=shade,
        stroke_width=9,
        stroke_linecap="round",
        stroke_linejoin="round",
    )
    drawing.path(
        f"M{x - 52} {y + 138}Q{x} {y + 186} {x + 52} {y + 138}Q{x} {y + 152} {x - 52} {y + 138}Z",
        fill="#b23a48",
    )


def fringe(drawing: Drawing, at: Point, hair: str) -> None:
    x, y = at
    style = int(drawing.rng.integers(3))
    if style == 0:
        drawing.path(
            f"M{x - 206} {y + 40}C{x - 250} {y - 330} {x + 250} {y - 330} {x + 206} {y + 40}"
            f"C{x + 196} {y - 90} "
            f"{x + 90} {y - 120} {x - 30} {y - 165}"
            f"C{x - 90} {y - 100} {x - 180} {y - 70} {x - 206} {y + 40}Z",
            fill=hair,
        )
    elif style == 1:
        for angle in np.linspace(-0.1, np.pi + 0.1, 15):
            drawing.circle(x - 200 * np.cos(angle), y - 60 - 170 * np.sin(angle), 66, fill=hair)
        for angle in np.linspace(0.5, np.pi - 0.5, 7):
            drawing.circle(x - 130 * np.cos(angle), y - 110 - 80 * np.sin(angle), 70, fill=hair)
    else:
        drawing.circle(x + 20, y - 300, 92, fill=hair)
        drawing.path(
            f"M{x - 200} {y + 10}C{x - 230} {y - 300} {x + 230} {y - 300} {x + 200} {y + 10}"
            f"C{x + 170} {y - 120} "
            f"{x + 100} {y - 170} {x} {y - 170}S{x - 170} {y - 120} {x - 200} {y + 10}Z",
            fill=hair,
        )


def still_life(drawing: Drawing, palette: Palette) -> None:
    """Vases on a table. palette: wall, table, then glazes."""
    wall, table, *glazes = palette
    width, height, rng = drawing.width, drawing.height, drawing.rng
    drawing.ground(drawing.linear([(0, mix(wall, "#ffffff", 0.25)), (1, wall)], across=True))
    drawing.circle(width * 0.68, height * 0.36, min(width, height) * 0.27, fill=mix(wall, glazes[0], 0.3))
    floor = height * 0.76
    drawing.rect(
        0, floor, width, height - floor, fill=drawing.linear([(0, table), (1, mix(table, "#000000", 0.3))])
    )
    places = np.linspace(0.17, 0.83, 4) * width
    for index in (0, 2, 1, 3):
        glaze, x = glazes[index % len(glazes)], float(places[index])
        tall, broad = height * rng.uniform(0.26, 0.46), 1000 * rng.uniform(0.075, 0.12)
        base = floor + 50 + 60 * (index % 2)
        if index % 2 == 0:
            branches(
                drawing, (x, base - tall), mix(glazes[-1], "#2d3a2a", 0.4), glazes[(index + 1) % len(glazes)]
            )
        vase(drawing, (x, base), (broad, tall), glaze)


def vase(drawing: Drawing, at: Point, size: Point, glaze: str) -> None:
    (x, base), (broad, tall) = at, size
    drawing.ellipse(
        x + broad * 0.9, base, broad * 1.9, 26, fill="#000000", fill_opacity=0.3, filter=drawing.blur(12)
    )
    belly, neck = broad * drawing.rng.uniform(1.05, 1.4), broad * drawing.rng.uniform(0.3, 0.5)
    profile = [
        (neck * 1.3, tall),
        (neck, tall * 0.9),
        (neck * 1.1, tall * 0.72),
        (belly, tall * 0.42),
        (belly * 0.9, tall * 0.2),
        (broad * 0.62, 0.0),
    ]
    right = [(x + w, base - h) for w, h in profile]
    left = [(x - w, base - h) for w, h in reversed(profile)]
    body = [
        (0, mix(glaze, "#000000", 0.2)),
        (0.3, mix(glaze, "#ffffff", 0.4)),
        (0.55, glaze),
        (1, mix(glaze, "#1a1020", 0.6)),
    ]
    drawing.path(smooth(right) + "L" + smooth(left)[1:] + "Z", fill=drawing.linear(body, across=True))
    drawing.ellipse(x, base - tall, neck * 1.3, neck * 0.3, fill=mix(glaze, "#000000", 0.55))


def branches(drawing: Drawing, at: Point, stem: str, bloom: str) -> None:
    rng = drawing.rng
    for _ in range(6):
        lean, tall = rng.uniform(-150, 150), rng.uniform(130, 300)
        points = [at, (at[0] + lean * 0.25, at[1] - tall * 0.5), (at[0] + lean, at[1] - tall)]
        drawing.path(smooth(points), fill="none", stroke=stem, stroke_width=5)
        for _ in range(7):
            x, y = at[0] + lean + rng.normal(0, 26), at[1] - tall + rng.normal(0, 34)
            drawing.circle(x, y, rng.uniform(9, 22), fill=mix(bloom, "#ffffff", rng.uniform(0, 0.55)))


def botanical(drawing: Drawing, palette: Palette, time: float = 0.0) -> None:
    """Leaves that climb from the lower edge. palette: paper, disc, then greens."""
    paper, disc, *greens = palette
    width, height, rng = drawing.width, drawing.height, drawing.rng
    drawing.ground(paper)
    drawing.circle(width * 0.5, height * 0.4, min(width, height) * 0.3, fill=disc)
    for index in range(9):
        root = (width * (0.08 + 0.105 * index), height * 1.02)
        lean, tall = (
            rng.uniform(-130, 130) + 55 * np.sin(1.8 * time + index),
            height * rng.uniform(0.42, 0.86),
        )
        green = greens[index % len(greens)]
        spine = [(root[0] + lean * t**1.6, root[1] - tall * t) for t in np.linspace(0, 1, 9)]
        drawing.path(smooth(spine), fill="none", stroke=mix(green, "#000000", 0.25), stroke_width=6)
        for step, (x, y) in enumerate(spine[2:]):
            reach = 150 * (1 - step / 9) * rng.uniform(0.8, 1.1)
            for side in (-1, 1):
                leaf(drawing, (x, y), reach, side * (0.62 + 0.05 * step), green)


def leaf(drawing: Drawing, at: Point, reach: float, angle: float, colour: str) -> None:
    turn = np.degrees(angle)
    drawing.begin(transform=f"translate({at[0]:.1f} {at[1]:.1f}) rotate({turn:.1f})")
    half = f"C{reach * 0.34:.1f} {-reach * 0.3:.1f} {reach * 0.26:.1f} {-reach * 0.8:.1f} 0 {-reach:.1f}"
    other = f"C{-reach * 0.34:.1f} {-reach * 0.3:.1f} {-reach * 0.26:.1f} {-reach * 0.8:.1f} 0 {-reach:.1f}"
    drawing.path(f"M0 0{half}L0 0Z", fill=colour)
    drawing.path(f"M0 0{other}L0 0Z", fill=mix(colour, "#ffffff", 0.18))
    drawing.end()


def balloons(drawing: Drawing, palette: Palette, time: float = 0.0) -> None:
    """Hot-air balloons over soft clouds. palette: sky top, sky bottom, cloud, then stripes."""
    top, bottom, cloud, *stripes = palette
    width, height, rng = drawing.width, drawing.height, drawing.rng
    drawing.ground(drawing.linear([(0, top), (1, bottom)]))
    sun(drawing, width * 0.78, height * 0.2, 46, "#fff1c9")
    for index in range(7):
        size = 150 * (1 - index * 0.12) * rng.uniform(0.85, 1.1)
        at = (
            width * (0.12 + 0.76 * ((index * 0.382 + 0.2) % 1)) + 20 * time,
            height * rng.uniform(0.18, 0.66) - time * (9 + 4 * index),
        )
        balloon(drawing, at, size, (stripes[index % len(stripes)], stripes[(index + 1) % len(stripes)]))
    for layer in range(4):
        for x in np.arange(-160, width + 150, 74):
            drawing.circle(
                x + time * 9 * layer - 60,
                height * (0.84 + 0.06 * layer) + rng.normal(0, 16),
                rng.uniform(50, 92),
                fill=mix(bottom, cloud, 0.35 + 0.2 * layer),
            )


def balloon(drawing: Drawing, at: Point, size: float, colours: Point | tuple[str, str]) -> None:
    x, y = at
    foot = y + size * 1.34
    for share, colour in ((1.0, 0), (0.72, 1), (0.42, 0), (0.14, 1)):
        r = size * share
        drawing.path(
            f"M{x - r:.1f} {y:.1f}A{r:.1f} {size:.1f} 0 0 1 {x + r:.1f} {y:.1f}"
            f"Q{x + r:.1f} {y + size * 0.6:.1f} {x + r * 0.18:.1f} {foot:.1f}H{x - r * 0.18:.1f}"
            f"Q{x - r:.1f} {y + size * 0.6:.1f} {x - r:.1f} {y:.1f}Z",
            fill=colours[colour],
        )
    glow = drawing.radial([(0, "#ffffff70"), (1, "#ffffff00")])
    drawing.ellipse(x - size * 0.35, y - size * 0.2, size * 0.6, size * 0.75, fill=glow)
    for side in (-1, 1):
        drawing.line(
            [(x + side * size * 0.15, foot), (x + side * size * 0.1, foot + size * 0.24)],
            stroke="#4a3428",
            stroke_width=2,
        )
    drawing.rect(x - size * 0.12, foot + size * 0.22, size * 0.24, size * 0.19, rx=4, fill="#6b4a34")


def bottle(drawing: Drawing, palette: Palette) -> None:
    """A product picture on a plinth. palette: backdrop, plinth, glass, cap, leaf."""
    backdrop, plinth, glass, cap, green = palette
    x, height = drawing.width / 2, drawing.height
    light = drawing.radial([(0, mix(backdrop, "#ffffff", 0.6)), (1, backdrop)], (0.5, 0.42))
    drawing.ground(light)
    base = height * 0.8
    for turn in (-1.1, -0.75, 0.72, 1.05, 1.4):
        leaf(drawing, (x + turn * 60, base - 30), 430, turn, mix(green, backdrop, abs(turn) * 0.25))
    drawing.ellipse(x, base + 150, 420, 60, fill="#000000", fill_opacity=0.3, filter=drawing.blur(24))
    side = [(0, mix(plinth, "#ffffff", 0.3)), (0.5, plinth), (1, mix(plinth, "#000000", 0.35))]
    drawing.rect(x - 330, base, 660, 150, fill=drawing.linear(side, across=True))
    drawing.ellipse(x, base + 150, 330, 52, fill=drawing.linear(side, across=True))
    drawing.ellipse(x, base, 330, 52, fill=mix(plinth, "#ffffff", 0.35))
    drawing.ellipse(x + 40, base + 4, 170, 24, fill="#000000", fill_opacity=0.35, filter=drawing.blur(10))
    body = [
        (0, mix(glass, "#000000", 0.3)),
        (0.18, mix(glass, "#ffffff", 0.65)),
        (0.34, glass),
        (0.75, mix(glass, "#000000", 0.2)),
        (0.93, mix(glass, "#ffffff", 0.4)),
        (1, glass),
    ]
    drawing.rect(x - 125, base - 390, 250, 400, rx=44, fill=drawing.linear(body, across=True))
    metal = [
        (0, mix(cap, "#000000", 0.4)),
        (0.3, mix(cap, "#ffffff", 0.7)),
        (0.6, cap),
        (1, mix(cap, "#000000", 0.5)),
    ]
    drawing.rect(x - 62, base - 500, 124, 116, rx=10, fill=drawing.linear(metal, across=True))
    drawing.rect(x - 84, base - 270, 168, 170, rx=4, fill="#fffdf6", fill_opacity=0.92)
    drawing.circle(x, base - 205, 30, fill="none", stroke=cap, stroke_width=5)
    for row, reach in enumerate((104, 72)):
        drawing.rect(x - reach / 2, base - 152 + 22 * row, reach, 7, fill=mix(cap, "#000000", 0.3))
