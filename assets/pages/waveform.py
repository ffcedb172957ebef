"""Peaks of a sound as the path of an SVG: crisp at any size, and a few bytes a bar."""

STEP, HEIGHT = 3, 100  # units of the drawing: from bar to bar, and a full bar


def wave_path(peaks: bytes, bars: int) -> str:
    """`bars` strokes around the middle line, the loudest of the peaks that fall to each; empty without."""
    if not peaks:
        return ""
    bars = min(bars, len(peaks))
    loudest = [max(peaks[i * len(peaks) // bars : (i + 1) * len(peaks) // bars]) for i in range(bars)]
    return "".join(bar(place, height) for place, height in enumerate(loudest))


def bar(place: int, height: int) -> str:
    """Silence is a dot, so that its length shows."""
    shown = max(2, min(height, HEIGHT))
    return f"M{place * STEP + 1} {(HEIGHT - shown) // 2}v{shown}"


def wave_width(bars: int) -> int:
    """How wide the drawing is, in its units."""
    return bars * STEP
