"""Nothing that a file does reaches beyond it: it has a preview or a reason, and the next one is looked at."""

import time
from pathlib import Path

import pytest

from assets.previews import CannotPreview, Sandbox
from tests.factories import png
from tests.previews.hostile import Hostile, bombs, broken, liars, reaching
from tests.previews.looking import Held, kind_of, look
from tests.storage_servers import QuietHandler, serving

LONGEST = 30  # seconds: the sandbox's own limit in these tests, and some air
CORPUS = [*broken(), *bombs(), *liars()]


def survive(sandbox: Sandbox, hostile: Hostile) -> str:
    """The reason why there is no preview, empty where there is one; the sandbox lives on either way."""
    reason = ""
    began = time.monotonic()
    try:
        made = sandbox.make(Held(hostile.body, hostile.size), kind_of(hostile.content_type))
        assert made.picture or made.peaks
        assert len(made.picture or b"") < 2_000_000
    except CannotPreview as refusal:
        reason = str(refusal)
        assert reason.endswith(".")
        assert 10 < len(reason) < 300
        assert "Traceback" not in reason
        assert "/" not in reason.replace("image/", "").replace("video/", "").replace("audio/", "")
    assert time.monotonic() - began < LONGEST
    assert look(sandbox, png(), "image/png").width == 8
    return reason


def test_there_are_enough_of_them() -> None:
    assert len(CORPUS) >= 40
    assert len({hostile.name for hostile in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda hostile: hostile.name)
def test_a_file_ends_with_a_preview_or_a_reason(sandbox: Sandbox, hostile: Hostile) -> None:
    survive(sandbox, hostile)


@pytest.mark.parametrize("hostile", list(bombs())[:8], ids=lambda hostile: hostile.name)
def test_a_bomb_has_a_reason(sandbox: Sandbox, hostile: Hostile) -> None:
    if "text" not in hostile.name and "profile" not in hostile.name:  # libpng leaves those packed
        assert survive(sandbox, hostile)


def test_no_file_reaches_another_or_a_host(sandbox: Sandbox, tmp_path: Path) -> None:
    """Each is shown, and neither is the host asked nor does what is in the file come out."""
    asked: list[str] = []

    class Counting(QuietHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.answer(200, png(), {"Content-Type": "image/png"})

    other = tmp_path / "other.png"
    other.write_bytes(png(64, 64, shade=1))
    before = other.stat().st_atime_ns
    with serving(Counting) as port:
        for hostile in reaching(f"http://127.0.0.1:{port}/canary.png", str(other)):
            survive(sandbox, hostile)
    assert asked == []
    assert other.stat().st_atime_ns == before
