"""The type is told from bytes that real encoders wrote, whatever the sender calls them."""

from collections.abc import Callable

import pytest

from assets.errors import UnsupportedMedia
from assets.kinds import TABLE
from assets.sniffing import HEAD, media_of, sniff
from tests.encoding import encode
from tests.factories import png

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>'
# container, video codec, audio codec, what it is
ENCODED = [
    ("mp3", "", "libmp3lame", "audio/mpeg"),
    ("wav", "", "pcm_s16le", "audio/wav"),
    ("ogg", "", "libopus", "audio/ogg"),
    ("ogg", "", "vorbis", "audio/ogg"),
    ("flac", "", "flac", "audio/flac"),
    ("adts", "", "aac", "audio/aac"),
    ("ipod", "", "aac", "audio/mp4"),
    ("mp4", "", "aac", "audio/mp4"),
    ("aiff", "", "pcm_s16be", "audio/aiff"),
    ("webm", "", "libopus", "audio/webm"),
    ("matroska", "", "libmp3lame", "audio/x-matroska"),
    ("mp4", "libx264", "aac", "video/mp4"),
    ("mp4", "libx264", "", "video/mp4"),
    ("mov", "libx264", "aac", "video/quicktime"),
    ("webm", "libvpx", "libopus", "video/webm"),
    ("matroska", "libx264", "aac", "video/x-matroska"),
    ("avi", "mpeg4", "libmp3lame", "video/x-msvideo"),
    ("asf", "wmv2", "wmav2", "video/x-ms-wmv"),
    ("flv", "flv", "", "video/x-flv"),
    ("mpeg", "mpeg2video", "", "video/mpeg"),
    ("gif", "gif", "", "image/gif"),
    ("avif", "libsvtav1", "", "image/avif"),
    ("image2pipe", "bmp", "", "image/bmp"),
    ("image2pipe", "mjpeg", "", "image/jpeg"),
    ("image2pipe", "tiff", "", "image/tiff"),
    ("image2pipe", "libwebp", "", "image/webp"),
    ("image2pipe", "png", "", "image/png"),
]


@pytest.mark.parametrize(("container", "video", "audio", "content_type"), ENCODED)
def test_what_an_encoder_wrote_is_named(container: str, video: str, audio: str, content_type: str) -> None:
    found = sniff(encode(container, video, audio)[:HEAD])
    assert found is not None
    assert found.content_type == content_type
    assert found in TABLE


@pytest.mark.parametrize(
    "body",
    [SVG, f'<?xml version="1.0"?>\n<!-- made by hand -->\n{SVG}', f"\ufeff{SVG}", f"<!DOCTYPE svg>{SVG}",
     '<s:svg xmlns:s="http://www.w3.org/2000/svg"></s:svg>', SVG[:60]],
)  # fmt: skip
def test_an_svg_is_known_by_its_root(body: str) -> None:
    found = sniff(body.encode())
    assert found is not None
    assert (found.content_type, found.inline) == ("image/svg+xml", False)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\0", b"plain text", b"BM is how this text begins, and it is no bitmap",
        b"<html><svg></svg></html>", b"<svg>without its namespace</svg>", f"<html>{SVG}</html>".encode(),
        b"%PDF-1.7\n", b"PK\3\4" + bytes(40),
        b"MZ" + bytes(60), b"\x7fELF" + bytes(60), b"#!/bin/sh\n", b'{"json": true}', b"RIFF\0\0\0\0ABCD",
        b"OggS" + bytes(20), b"\x1f\x8b\x08" + bytes(20), bytes(range(256)) * 8, bytes(HEAD),
    ],
)  # fmt: skip
def test_what_is_no_media_is_refused_whatever_it_is_called(body: bytes) -> None:
    for declared in ("", "image/png", "application/octet-stream"):
        with pytest.raises(UnsupportedMedia, match="neither audio, image nor video"):
            media_of(body, declared)


@pytest.mark.parametrize(
    ("body", "declared", "content_type"),
    [
        (png, "", "image/png"),
        (png, "application/octet-stream", "image/png"),
        (png, "IMAGE/PNG; name=x", "image/png"),
        (png, "image/apng", "image/png"),
        (lambda: encode("mp4", "libx264", "aac"), "video/quicktime", "video/quicktime"),
        (lambda: encode("webm", "libvpx", ""), "audio/webm", "video/webm"),
        (lambda: encode("webm", "", "libopus"), "video/webm", "audio/webm"),
    ],
)  # fmt: skip
def test_a_declared_type_that_agrees_is_taken_unless_the_tracks_know_better(
    body: Callable[[], bytes], declared: str, content_type: str
) -> None:
    assert media_of(body(), declared).content_type == content_type


@pytest.mark.parametrize("declared", ["image/jpeg", "video/mp4", "text/html", "image", "nonsense", "\0"])
def test_a_declared_type_that_contradicts_the_bytes_is_refused_with_what_they_are(declared: str) -> None:
    with pytest.raises(UnsupportedMedia, match="The file is image/png, not") as raised:
        media_of(png(), declared)
    assert raised.value.details == {"content_type": "image/png"}
