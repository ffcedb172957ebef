"""What counts as media, and what a browser may render from a signed URL."""

import mimetypes

import pytest

from assets.kinds import TABLE, Kind, media_type


@pytest.mark.parametrize(
    ("content_type", "kind", "extension"),
    [
        ("image/png", Kind.IMAGE, ".png"),
        ("image/jpg", Kind.IMAGE, ".jpg"),
        ("AUDIO/MPEG", Kind.AUDIO, ".mp3"),
        ("audio/x-wav", Kind.AUDIO, ".wav"),
        ("audio/ogg; codecs=opus", Kind.AUDIO, ".ogg"),
        (" video/mp4 ", Kind.VIDEO, ".mp4"),
    ],
)
def test_a_content_type_is_known_however_it_is_written(content_type: str, kind: Kind, extension: str) -> None:
    media = media_type(content_type)
    assert media is not None
    assert (media.kind, media.extension) == (kind, extension)


@pytest.mark.parametrize(
    "content_type", ["", "image", "image/", "text/html", "application/pdf", "image/png/x"]
)
def test_what_is_no_media_has_no_row(content_type: str) -> None:
    assert media_type(content_type) is None


def test_only_types_that_carry_no_script_and_that_browsers_play_are_inline() -> None:
    held_back = {media.content_type for media in TABLE if not media.inline}
    assert {"image/tiff", "image/svg+xml", "video/x-matroska", "image/heic", "video/x-msvideo"} <= held_back
    shown = {media.content_type.partition("/")[2] for media in TABLE if media.inline}
    assert shown <= {
        *("png", "jpeg", "webp", "gif", "avif", "bmp"),
        *("mpeg", "wav", "ogg", "flac", "mp4", "aac", "webm", "quicktime"),
    }


def test_each_row_is_of_its_own_and_agrees_with_the_registry() -> None:
    assert (
        len({media.content_type for media in TABLE})
        == len({media.extension for media in TABLE})
        == len(TABLE)
    )
    for media in TABLE:
        known = mimetypes.guess_type(f"x{media.extension}")[0]
        assert media.content_type.startswith(media.kind)
        assert known is None or known.partition("/")[0] == media.kind
