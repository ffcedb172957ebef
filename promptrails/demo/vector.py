"""Drawing with vectors: a small SVG writer, rendered by libvips."""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pyvips

Point = tuple[float, float]
Stops = list[tuple[float, str]]


class Size(NamedTuple):
    """Pixels."""

    width: int
    height: int


class Drawing:
    """A picture in units of which the shorter side has 1000, whatever its size in pixels."""

    def __init__(self, size: Size, rng: np.random.Generator) -> None:
        self.size, self.rng = size, rng
        scale = 1000 / min(size)
        self.width, self.height = size.width * scale, size.height * scale
        self.shapes: list[str] = []
        self.definitions: list[str] = []

    def linear(self, stops: Stops, across: bool = False) -> str:
        """A gradient from top to bottom, or from left to right: the paint that refers to it."""
        return self._define("linearGradient", 'x2="1"' if across else 'x2="0" y2="1"', stops)

    def radial(self, stops: Stops, at: Point = (0.5, 0.5)) -> str:
        return self._define("radialGradient", f'cx="{at[0]}" cy="{at[1]}" r="0.5"', stops)

    def _define(self, tag: str, attributes: str, stops: Stops) -> str:
        name = f"d{len(self.definitions)}"
        body = "".join(
            f'<stop offset="{offset}" stop-color="{colour[:7]}" '
            f'stop-opacity="{int(colour[7:9] or "ff", 16) / 255:.3f}"/>'
            for offset, colour in stops
        )
        self.definitions.append(f'<{tag} id="{name}" {attributes}>{body}</{tag}>')
        return f"url(#{name})"

    def blur(self, amount: float, margin: float = 1.0) -> str:
        """The value of a `filter` attribute that blurs by `amount` units; `margin` is in shapes."""
        name = f"d{len(self.definitions)}"
        reach = 1 + 2 * margin
        self.definitions.append(
            f'<filter id="{name}" x="{-margin}" y="{-margin}" width="{reach}" height="{reach}">'
            f'<feGaussianBlur stdDeviation="{amount}"/></filter>'
        )
        return f"url(#{name})"

    def add(self, tag: str, **attributes: object) -> None:
        pairs = " ".join(f'{name.replace("_", "-")}="{_number(value)}"' for name, value in attributes.items())
        self.shapes.append(f"<{tag} {pairs}/>")

    def ground(self, fill: str) -> None:
        self.rect(0, 0, self.width, self.height, fill=fill)

    def rect(self, x: float, y: float, width: float, height: float, **attributes: object) -> None:
        self.add("rect", x=x, y=y, width=width, height=height, **attributes)

    def circle(self, x: float, y: float, radius: float, **attributes: object) -> None:
        self.add("circle", cx=x, cy=y, r=radius, **attributes)

    def ellipse(self, x: float, y: float, rx: float, ry: float, **attributes: object) -> None:
        self.add("ellipse", cx=x, cy=y, rx=rx, ry=ry, **attributes)

    def path(self, data: str, **attributes: object) -> None:
        self.add("path", d=data, **attributes)

    def polygon(self, points: list[Point], **attributes: object) -> None:
        self.add("polygon", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), **attributes)

    def line(self, points: list[Point], **attributes: object) -> None:
        data = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.add("polyline", points=data, fill="none", **attributes)

    def text(self, x: float, y: float, words: str, **attributes: object) -> None:
        """Words in whatever fonts there are; a system without fonts leaves them out."""
        self.add("text", x=x, y=y, **attributes)
        self.shapes[-1] = self.shapes[-1].removesuffix("/>") + f">{words}</text>"

    def begin(self, **attributes: object) -> None:
        """Starts a group: its attributes hold until `end`."""
        self.add("g", **attributes)
        self.shapes[-1] = self.shapes[-1].removesuffix("/>") + ">"

    def end(self) -> None:
        self.shapes.append("</g>")

    def svg(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.size.width}" height="{self.size.height}" '
            f'viewBox="0 0 {self.width:.2f} {self.height:.2f}"><defs>{"".join(self.definitions)}</defs>'
            f"{''.join(self.shapes)}</svg>"
        )

    def render(self) -> "pyvips.Image":
        """The picture with its transparency, in exactly `size` pixels."""
        import pyvips

        image = pyvips.Image.svgload_buffer(self.svg().encode())
        return image.crop(0, 0, *self.size) if (image.width, image.height) != self.size else image

    def pixels(self) -> np.ndarray:
        """The picture on black, as height x width x 3 bytes."""
        return self.render().flatten().numpy()


def _number(value: object) -> object:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value


@lru_cache(maxsize=4096)
def mix(first: str, second: str, amount: float) -> str:
    """The colour `amount` (0 to 1) of the way from the first to the second, both #rrggbb."""
    one, two = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (first, second))
    return "#" + "".join(f"{round(part):02x}" for part in one + (two - one) * amount)


def ridge(rng: np.random.Generator, width: float, level: float, relief: float, steps: int = 8) -> list[Point]:
    """A mountain line of 2**steps + 1 points, by midpoint displacement."""
    line = rng.uniform(-0.5, 0.5, 2) * relief
    for step in range(steps):
        middle = (line[:-1] + line[1:]) / 2 + rng.normal(0, relief * 0.42 / 1.85**step, len(line) - 1)
        line = np.insert(line, range(1, len(line)), middle)
    return [(x, level + y) for x, y in zip(np.linspace(0, width, len(line)), line, strict=True)]


def smooth(points: list[Point], closed: bool = False) -> str:
    """Path data of a Catmull-Rom curve through the points."""
    around = [points[-1], *points, *points[:2]] if closed else [points[0], *points, points[-1]]
    data = [f"M{around[1][0]:.1f} {around[1][1]:.1f}"]
    for before, start, end, after in zip(around, around[1:], around[2:], around[3:], strict=False):
        one = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        two = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        data.append(f"C{one[0]:.1f} {one[1]:.1f} {two[0]:.1f} {two[1]:.1f} {end[0]:.1f} {end[1]:.1f}")
    return "".join(data) + ("Z" if closed else "")
