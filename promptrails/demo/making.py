"""From a work's recipe to the bytes of its file; the same bytes on every run of one version."""

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from promptrails.demo import abstracts, encoding, fields, films, scenery, sounds, speech, subjects
from promptrails.demo.vector import Drawing, Size
from promptrails.demo.works import Work

SCENES: dict[str, films.Scene] = {
    "mountains": scenery.mountains,
    "sea": scenery.sea,
    "aurora": scenery.aurora,
    "city": scenery.city,
    "contours": abstracts.contours,
    "botanical": subjects.botanical,
    "balloons": subjects.balloons,
    "equaliser": films.equaliser,
    "orbit": films.orbit,
}
PAINTERS: dict[str, Callable[..., None]] = {
    **SCENES,
    "dunes": scenery.dunes,
    "forest": scenery.forest,
    "flow": abstracts.flow,
    "terrazzo": abstracts.terrazzo,
    "geometry": abstracts.geometry,
    "poster": abstracts.poster,
    "orbs": abstracts.orbs,
    "portrait": subjects.portrait,
    "still_life": subjects.still_life,
    "bottle": subjects.bottle,
}
FIELDS = {"silk": fields.silk, "marble": fields.marble, "galaxy": fields.galaxy}
SOUNDS: dict[str, Callable[..., sounds.Wave]] = {
    "song": sounds.song,
    "ambient": sounds.ambient,
    "arpeggio": sounds.arpeggio,
    "surf": sounds.surf,
    "chime": sounds.chime,
    "riser": sounds.riser,
    "speak": speech.speak,
}


def make(work: Work) -> bytes:
    """The whole file, encoded as its extension says."""
    if work.seconds is None:
        return encoding.encode_picture(paint(work), work.extension)
    if work.size is None:
        return encoding.encode_sound(play(work.recipe, work, work.options), work.extension, channels(work))
    return film(work)


def paint(work: Work) -> np.ndarray:
    size, options = Size(*work.size or (0, 0)), dict(work.options)
    rng = np.random.default_rng(options.pop("seed", seed(work)))
    if work.recipe in FIELDS:
        return FIELDS[work.recipe](size, rng, work.colours)
    drawing = Drawing(size, rng)
    PAINTERS[work.recipe](drawing, work.colours, **options)
    return drawing.pixels()


def play(recipe: str, work: Work, options: Any) -> sounds.Wave:
    return SOUNDS[recipe](np.random.default_rng(seed(work)), work.seconds, **options)


def film(work: Work) -> bytes:
    pictures = films.frames(
        SCENES[work.recipe], Size(*work.size or (0, 0)), seed(work), work.colours, work.seconds or 0
    )
    return encoding.encode_film(
        pictures, play(work.soundtrack[0], work, work.soundtrack[1]), work.extension, films.FPS
    )


def channels(work: Work) -> int:
    """A voice alone is mono, except in Vorbis, whose encoder here knows only stereo."""
    return 1 if work.recipe == "speak" and work.extension != "ogg" else 2


def seed(work: Work) -> int:
    return zlib.crc32(work.file_name.encode())
