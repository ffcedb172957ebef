"""Each format as its encoder wrote it: size as a person sees it, picture or peaks, codecs, duration."""

import wave as waves
from io import BytesIO
from typing import Any

import av
import numpy as np
import pytest
import pyvips

from assets.previews import Sandbox
from tests.encoding import RATE, bars, black, encode, sine
from tests.previews.looking import Held, kind_of, look, pixels

RED, BLUE = [220, 20, 20], [20, 20, 220]


def halves(width: int = 800, height: int = 600) -> Any:
    """Red on the left, blue on the right."""
    left = pyvips.Image.black(width // 2, height, bands=3) + RED
    right = pyvips.Image.black(width - width // 2, height, bands=3) + BLUE
    return left.join(right, "horizontal").cast("uchar").copy(interpretation="srgb")


def saved(picture: Any, suffix: str, **options: Any) -> bytes:
    return bytes(picture.write_to_buffer(suffix, **options))


def is_near(found: Any, wanted: list[int], by: int = 12) -> bool:
    return all(abs(int(one) - other) <= by for one, other in zip(found[:3], wanted, strict=True))


@pytest.mark.parametrize(
    ("content_type", "suffix", "options"),
    [
        ("image/jpeg", ".jpg", {}),
        ("image/jpeg", ".jpg", {"interlace": True}),
        ("image/png", ".png", {}),
        ("image/png", ".png", {"interlace": True}),
        ("image/png", ".png", {"palette": True}),
        ("image/png", ".png", {"bitdepth": 16}),
        ("image/webp", ".webp", {"lossless": True}),
        ("image/gif", ".gif", {}),
        ("image/avif", ".avif", {}),
        ("image/tiff", ".tiff", {}),
        ("image/tiff", ".tiff", {"compression": "deflate", "tile": True}),
        ("image/tiff", ".tiff", {"bitdepth": 16}),
    ],
)
def test_a_picture_becomes_a_thumbnail_of_480_pixels(
    sandbox: Sandbox, content_type: str, suffix: str, options: dict[str, Any]
) -> None:
    picture = halves()
    if options.pop("bitdepth", 8) == 16:
        picture = (picture * 257).cast("ushort").copy(interpretation="rgb16")
    body = saved(picture, suffix, **options)
    assert pyvips.Image.new_from_buffer(body, "").format == picture.format  # it is what it is meant to be
    made = look(sandbox, body, content_type)
    assert (made.width, made.height, made.duration) == (800, 600, None)
    shown = pixels(made)
    assert shown.shape[:2] == (360, 480)
    assert is_near(shown[180, 60], RED)
    assert is_near(shown[180, 420], BLUE)


def test_a_bitmap_too(sandbox: Sandbox) -> None:
    body = encode("image2pipe", "bmp", shade=bars(640, 320))
    made = look(sandbox, body, "image/bmp")
    assert (made.width, made.height) == (640, 320)
    assert pixels(made).shape[:2] == (240, 480)


def test_a_cmyk_picture_is_shown_in_its_colours(sandbox: Sandbox) -> None:
    ink = pyvips.Image.black(600, 400, bands=4).linear(1, [0, 255, 255, 0])
    cmyk = ink.cast("uchar").copy(interpretation="cmyk")
    shown = pixels(look(sandbox, saved(cmyk, ".jpg"), "image/jpeg"))
    red, green, blue = map(int, shown[100, 100][:3])
    assert red > 150
    assert max(green, blue) < 90


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright(sandbox: Sandbox, orientation: int) -> None:
    picture = halves(400, 200).copy()
    picture.set_type(pyvips.GValue.gint_type, "orientation", orientation)
    made = look(sandbox, saved(picture, ".jpg"), "image/jpeg")
    turned = orientation >= 5
    assert (made.width, made.height) == ((200, 400) if turned else (400, 200))
    shown = pixels(made)
    assert shown.shape[:2] == ((400, 200) if turned else (200, 400))  # never enlarged
    red_first = orientation in {1, 4, 5, 6}  # Exif 2.32, 4.6.4: where its first column went
    first, last = (shown[20, 100], shown[380, 100]) if turned else (shown[100, 20], shown[100, 380])
    assert is_near(first, RED if red_first else BLUE)
    assert is_near(last, BLUE if red_first else RED)


@pytest.mark.parametrize(("content_type", "suffix"), [("image/png", ".png"), ("image/webp", ".webp")])
def test_transparency_is_kept(sandbox: Sandbox, content_type: str, suffix: str) -> None:
    clear = halves(200, 100).bandjoin([pyvips.Image.black(200, 100) + 64]).cast("uchar")
    made = look(sandbox, saved(clear, suffix), content_type)
    assert made.details["has_alpha"]
    shown = pixels(made)
    assert shown.shape[2] == 4
    assert abs(int(shown[50, 50][3]) - 64) < 6


@pytest.mark.parametrize(("content_type", "suffix"), [("image/gif", ".gif"), ("image/webp", ".webp")])
def test_what_moves_is_its_first_frame(sandbox: Sandbox, content_type: str, suffix: str) -> None:
    second = (pyvips.Image.black(60, 40, bands=3) + BLUE).cast("uchar")
    strip = (pyvips.Image.black(60, 40, bands=3) + RED).cast("uchar").join(second, "vertical")
    strip = strip.copy(interpretation="srgb")
    strip.set_type(pyvips.GValue.gint_type, "page-height", 40)
    strip.set_type(pyvips.GValue.array_int_type, "delay", [100, 100])
    made = look(sandbox, saved(strip, suffix), content_type)
    assert (made.width, made.height, made.details["frames"]) == (60, 40, 2)
    assert is_near(pixels(made)[20, 30], RED, by=20)


def test_a_preview_carries_nothing_of_the_originals_metadata(sandbox: Sandbox) -> None:
    picture = halves().copy()
    picture.set_type(pyvips.GValue.blob_type, "xmp-data", b"<x:xmpmeta>secret place</x:xmpmeta>")
    made = look(sandbox, saved(picture, ".jpg"), "image/jpeg")
    assert made.picture
    assert b"secret" not in made.picture
    assert len(made.picture) < 50_000


SOUNDS = [
    ("audio/mpeg", "mp3", "libmp3lame", "mp3"),
    ("audio/ogg", "ogg", "vorbis", "vorbis"),
    ("audio/ogg", "ogg", "libopus", "opus"),
    ("audio/flac", "flac", "flac", "flac"),
    ("audio/aac", "adts", "aac", "aac"),
    ("audio/mp4", "ipod", "aac", "aac"),
    ("audio/wav", "wav", "pcm_u8", "pcm_u8"),
    ("audio/wav", "wav", "pcm_s16le", "pcm_s16le"),
    ("audio/wav", "wav", "pcm_s24le", "pcm_s24le"),
    ("audio/wav", "wav", "pcm_f32le", "pcm_f32le"),
    ("audio/aiff", "aiff", "pcm_s16be", "pcm_s16be"),
    ("audio/webm", "webm", "libopus", "opus"),
    ("audio/x-matroska", "matroska", "libmp3lame", "mp3"),
]


@pytest.mark.parametrize(("content_type", "container", "codec", "named"), SOUNDS)
def test_a_sound_becomes_peaks(
    sandbox: Sandbox, content_type: str, container: str, codec: str, named: str
) -> None:
    """One loud second, then a silent one."""
    wave = np.concatenate([sine(1), np.zeros((2, RATE), np.float32)], axis=1)
    made = look(sandbox, encode(container, audio=codec, wave=wave), content_type)
    assert made.duration == pytest.approx(2, abs=0.1)
    assert made.picture is None
    assert made.details["channels"] == 2
    assert made.details["sample_rate"] == RATE
    assert made.details["audio_codec"] == named
    assert made.peaks
    assert len(made.peaks) == 400
    assert all(40 <= peak <= 62 for peak in made.peaks[20:180])
    assert max(made.peaks[220:]) <= 3


def test_a_sound_with_a_picture_of_its_cover_is_a_sound(sandbox: Sandbox) -> None:
    cover = saved(halves(100, 100), ".jpg")
    frame = b"\x00image/jpeg\x00\x03\x00" + cover
    tag = b"APIC" + len(frame).to_bytes(4, "big") + b"\0\0" + frame
    size = bytes(len(tag) >> shift & 0x7F for shift in (21, 14, 7, 0))  # ID3v2.3, 3.1: sync-safe
    body = b"ID3\x03\0\0" + size + tag + encode("mp3", audio="libmp3lame")
    made = look(sandbox, body, "audio/mpeg")
    assert made.peaks
    assert (made.width, made.picture) == (None, None)


def test_a_mono_sound_shorter_than_its_bars(sandbox: Sandbox) -> None:
    file = BytesIO()
    with waves.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(np.full(40, 16_000, np.int16).tobytes())
    made = look(sandbox, file.getvalue(), "audio/wav")
    assert (made.duration, made.details["channels"]) == (0.005, 1)
    assert made.peaks
    assert len(made.peaks) == 400
    assert max(made.peaks) == 49


FILMS = [
    ("video/mp4", "mp4", "libx264", "aac", {}),
    ("video/mp4", "mp4", "libx264", "aac", {"movflags": "frag_keyframe+empty_moov"}),
    ("video/mp4", "mp4", "libsvtav1", "", {}),
    ("video/quicktime", "mov", "libx264", "pcm_s16le", {}),
    ("video/webm", "webm", "libvpx", "libopus", {}),
    ("video/webm", "webm", "libvpx-vp9", "", {}),
    ("video/webm", "webm", "libvpx", "libopus", {"live": "1"}),  # nobody wrote how long it is
    ("video/x-matroska", "matroska", "libx264", "aac", {}),
    ("video/x-msvideo", "avi", "mpeg4", "libmp3lame", {}),
    ("video/mpeg", "mpeg", "mpeg2video", "", {}),
]


@pytest.mark.parametrize(("content_type", "container", "video", "audio", "options"), FILMS)
def test_a_film_becomes_a_poster(
    sandbox: Sandbox, content_type: str, container: str, video: str, audio: str, options: dict[str, str]
) -> None:
    body = encode(container, video, audio, frames=50, shade=bars(640, 360), options=options)
    made = look(sandbox, body, content_type)
    assert (made.width, made.height) == (640, 360)
    assert made.duration == pytest.approx(2, abs=0.15)
    assert made.details["has_sound"] is bool(audio)
    named = {"libx264": "h264", "libsvtav1": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9"}
    assert made.details["video_codec"] == named.get(video, video)
    assert made.peaks is None
    shown = pixels(made)
    assert shown.shape[:2] == (270, 480)
    assert shown.max() > 200


def test_a_poster_is_not_black_when_the_film_begins_so(sandbox: Sandbox) -> None:
    dark, bright = black(320, 180), bars(320, 180)
    body = encode(
        "mp4", "libx264", frames=75, shade=lambda number: dark(number) if number < 40 else bright(number)
    )
    assert pixels(look(sandbox, body, "video/mp4")).max() > 200


def test_a_film_that_is_black_throughout_has_a_black_poster(sandbox: Sandbox) -> None:
    body = encode("webm", "libvpx", frames=25, shade=black(320, 180))
    assert pixels(look(sandbox, body, "video/webm")).max() < 30


def test_a_film_that_was_turned_is_shown_upright(sandbox: Sandbox) -> None:
    body = encode("mp4", "libx264", frames=10, shade=bars(320, 180))
    matrix = b"".join(number.to_bytes(4, "big", signed=True) for number in (65536, 0, 0, 0, 65536, 0))
    turned = b"".join(number.to_bytes(4, "big", signed=True) for number in (0, 65536, 0, -65536, 0, 0))
    track = body.index(b"tkhd")
    place = body.index(matrix, track)  # ISO/IEC 14496-12, 8.3.2: the track's matrix
    made = look(sandbox, body[:place] + turned + body[place + len(turned) :], "video/mp4")
    assert (made.width, made.height) == (180, 320)
    assert pixels(made).shape[:2] == (320, 180)


def test_only_what_is_needed_of_a_long_film_is_read(sandbox: Sandbox) -> None:
    noise = np.random.default_rng(1)
    body = encode(
        "webm", "libvpx", frames=100,
        shade=lambda number: noise.integers(0, 255, (480, 640, 3), dtype=np.uint8),
    )  # fmt: skip
    film = Held(body + bytes(300_000_000))
    assert sandbox.make(film, kind_of("video/webm")).picture
    assert sum(length for _, length in film.asked) < 60_000_000


def test_the_version_of_the_decoders_is_the_pinned_one() -> None:
    """What these files were tried with (requirements.txt)."""
    with open("requirements.txt") as pins:
        assert f"av=={av.__version__}" in pins.read()
