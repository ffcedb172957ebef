"""Files that mean harm, or are broken: what each is called, what it claims to be, its bytes."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyvips

from tests.encoding import bars, encode
from tests.factories import png


class Hostile(NamedTuple):
    """`size` is what its source claims, in bytes, where that is a lie too."""

    name: str
    content_type: str
    body: bytes
    size: int = -1


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int, data: bytes, *more: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), *more, chunk(b"IDAT", data), chunk(b"IEND", b"")]
    )


def zeros(size: int) -> bytes:
    """Deflated zeros: a thousandth of what they become."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def svg(content: str, head: str = "", size: str = 'width="100" height="100"') -> bytes:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<?xml version="1.0"?>{head}<svg {names} {size}>{content}</svg>'.encode()


def box(name: bytes, body: bytes) -> bytes:
    """ISO/IEC 14496-12, 4.2."""
    return struct.pack(">I4s", 8 + len(body), name) + body


def wav(samples: int, *, rate: int = 8000, channels: int = 1, bits: int = 16, kind: int = 1) -> bytes:
    """A header that claims `samples` bytes, and 1,000 of them."""
    form = struct.pack(
        "<HHIIHH", kind, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits
    )
    head = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", samples)
    return b"RIFF" + struct.pack("<I", 0xFFFFFFFF) + head + bytes(1000)


def whole() -> Iterator[tuple[str, str, bytes]]:
    """A good file of each format, to be broken."""
    picture = pyvips.Image.gaussnoise(400, 300, sigma=60, mean=128).cast("uchar")
    for suffix, content_type in (
        (".png", "image/png"), (".jpg", "image/jpeg"), (".webp", "image/webp"), (".gif", "image/gif"),
        (".avif", "image/avif"), (".tiff", "image/tiff"),
    ):  # fmt: skip
        yield suffix, content_type, bytes(picture.write_to_buffer(suffix))
    yield ".bmp", "image/bmp", encode("image2pipe", "bmp")
    for container, video, audio, content_type in (
        ("mp4", "libx264", "aac", "video/mp4"), ("webm", "libvpx", "libopus", "video/webm"),
        ("matroska", "libx264", "aac", "video/x-matroska"), ("mov", "libx264", "", "video/quicktime"),
        ("mp3", "", "libmp3lame", "audio/mpeg"), ("flac", "", "flac", "audio/flac"),
        ("ogg", "", "libopus", "audio/ogg"), ("ipod", "", "aac", "audio/mp4"),
    ):  # fmt: skip
        yield f".{container}", content_type, encode(container, video, audio, frames=20)


def broken() -> Iterator[Hostile]:
    for suffix, content_type, body in whole():
        yield Hostile(f"truncated{suffix}", content_type, body[: len(body) // 2])
        middle = len(body) // 2
        torn = body[: middle // 2] + np.random.default_rng(7).bytes(middle) + body[middle // 2 + middle :]
        yield Hostile(f"torn{suffix}", content_type, torn)
        yield Hostile(f"shorter-than-it-says{suffix}", content_type, body[: len(body) // 2], len(body))
    for content_type in ("image/png", "image/svg+xml", "audio/mpeg", "audio/wav", "video/mp4", "video/webm"):
        yield Hostile(f"empty {content_type}", content_type, b"")
        yield Hostile(f"one byte {content_type}", content_type, b"\0")
        yield Hostile(f"noise {content_type}", content_type, np.random.default_rng(3).bytes(100_000))


def bombs() -> Iterator[Hostile]:
    yield Hostile("png of 3.6 gigapixels", "image/png", png_of(60_000, 60_000, zeros(1 << 20)))
    yield Hostile("png that unpacks to 1.2 GB", "image/png", png_of(20_000, 20_000, zeros(1200 << 20)))
    text = chunk(b"zTXt", b"comment\0\0" + zeros(512 << 20))
    yield Hostile("png with 512 MB of text", "image/png", png_of(2, 2, zlib.compress(bytes(14)), text))
    profile = chunk(b"iCCP", b"profile\0\0" + zeros(512 << 20))
    yield Hostile("png with 512 MB of profile", "image/png", png_of(2, 2, zlib.compress(bytes(14)), profile))
    gif = b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\x80\0\0" + bytes(6)
    yield Hostile(
        "gif of 65,535 squared",
        "image/gif",
        gif + b"," + struct.pack("<HHHH", 0, 0, 65_535, 65_535) + b"\0\2\0;",
    )
    jpeg = next(body for suffix, _, body in whole() if suffix == ".jpg")
    place = jpeg.index(b"\xff\xc0") + 5
    yield Hostile(
        "jpeg of 65,500 squared",
        "image/jpeg",
        jpeg[:place] + struct.pack(">HH", 65_500, 65_500) + jpeg[place + 4 :],
    )
    huge = (pyvips.Image.black(30_000, 30_000, bands=1)).write_to_buffer(
        ".tiff", compression="deflate", tile=True
    )
    yield Hostile("tiff of 900 megapixels", "image/tiff", bytes(huge))
    yield Hostile(
        "svg of a million squared", "image/svg+xml", svg("<rect/>", size='width="1000000" height="1000000"')
    )
    nested = "".join(
        f'<g id="g{level}">' + f'<use xlink:href="#g{level - 1}"/>' * 10 + "</g>" for level in range(1, 10)
    )
    yield Hostile("svg of a billion circles", "image/svg+xml", svg(f'<circle id="g0" r="9"/>{nested}'))
    lols = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    doctype = f'<!DOCTYPE svg [<!ENTITY l0 "lol">{lols}]>'
    yield Hostile("svg of a billion laughs", "image/svg+xml", svg("<text>&l9;</text>", doctype))
    deep = "<g>" * 100_000 + "</g>" * 100_000
    yield Hostile("svg 100,000 levels deep", "image/svg+xml", svg(deep))
    blur = '<filter id="f"><feGaussianBlur stdDeviation="9999"/></filter>'
    wide = blur + '<rect width="100" height="100" filter="url(#f)"/>' * 500
    yield Hostile("svg of 500 great blurs", "image/svg+xml", svg(wide))


def liars() -> Iterator[Hostile]:
    films = {kind: body for _, kind, body in whole()}
    pairs = [
        ("image/png", "image/jpeg"), ("video/mp4", "video/webm"), ("audio/mpeg", "audio/flac"),
        ("audio/mpeg", "video/mp4"), ("video/webm", "image/gif"), ("image/gif", "video/x-matroska"),
        ("audio/ogg", "video/ogg"), ("image/png", "image/svg+xml"),
    ]  # fmt: skip
    for real, claimed in pairs:
        yield Hostile(f"{real} called {claimed}", claimed, films[real])
    for claimed in ("image/png", "video/mp4", "audio/mpeg", "image/svg+xml"):
        yield Hostile(f"html called {claimed}", claimed, b"<!doctype html><script>alert(1)</script>" * 99)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("a.png", png())
        yield Hostile(f"zip called {claimed}", claimed, packed.getvalue())
    yield Hostile("wav of 4 GB", "audio/wav", wav(0xFFFFFFFF))
    yield Hostile("wav of no channel", "audio/wav", wav(1000, channels=0))
    yield Hostile("wav of no rate", "audio/wav", wav(1000, rate=0))
    yield Hostile("wav of 65,535 channels", "audio/wav", wav(1000, channels=65_535, bits=8))
    yield Hostile(
        "mp3 with a tag of 256 MB", "audio/mpeg", b"ID3\3\0\0\x7f\x7f\x7f\x7f" + films["audio/mpeg"]
    )
    yield Hostile(
        "mp4 whose boxes end nowhere", "video/mp4", box(b"ftyp", b"isom" * 4) + b"\0\0\0\1moov" + b"\xff" * 8
    )
    nested = b""
    for _ in range(5000):
        nested = box(b"moov", nested)
    yield Hostile("mp4 5,000 boxes deep", "video/mp4", box(b"ftyp", b"isom" * 4) + nested)
    yield Hostile(
        "mkv whose elements are endless",
        "video/x-matroska",
        b"\x1a\x45\xdf\xa3\x01" + b"\xff" * 7 + bytes(999),
    )
    film = encode("mp4", "libx264", frames=5)
    place = film.index(b"mvhd") + 16  # ISO/IEC 14496-12, 8.2.2: timescale, duration
    yield Hostile(
        "mp4 of 136 years", "video/mp4", film[:place] + b"\0\0\0\1\xff\xff\xff\xfe" + film[place + 8 :]
    )
    place = film.index(b"avc1") + 28
    yield Hostile("mp4 of 65,535 squared", "video/mp4", film[:place] + b"\xff" * 4 + film[place + 4 :])
    yield Hostile("gif of 2,000 frames", "image/gif", encode("gif", "gif", frames=2000, shade=bars(64, 64)))


def reaching(url: str, path: str) -> Iterator[Hostile]:
    """Files that name others: `url` on a host that counts who asks, `path` on this machine."""
    for name, place in (("a host", url), ("a file", f"file://{path}"), ("a path", path)):
        playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{place}\n#EXT-X-ENDLIST\n".encode()
        concat = f"ffconcat version 1.0\nfile '{place}'\n".encode()
        for claimed in ("video/mp4", "audio/mpeg", "video/x-matroska", "image/svg+xml"):
            yield Hostile(f"HLS of {name} called {claimed}", claimed, playlist)
            yield Hostile(f"concat of {name} called {claimed}", claimed, concat)
        yield Hostile(
            f"svg with an image of {name}",
            "image/svg+xml",
            svg(f'<image xlink:href="{place}" width="9" height="9"/>'),
        )
        entity = f'<!DOCTYPE svg [<!ENTITY x SYSTEM "{place}">]>'
        yield Hostile(
            f"svg with an entity of {name}", "image/svg+xml", svg("<text y='20'>&x;</text>", entity)
        )
        sheet = f'<?xml-stylesheet href="{place}"?>'
        yield Hostile(
            f"svg with a stylesheet of {name}",
            "image/svg+xml",
            svg(f"<style>@import '{place}';</style>", sheet),
        )
        include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{place}" parse="text"/>'
        yield Hostile(f"svg with an inclusion of {name}", "image/svg+xml", svg(f"<text>{include}</text>"))
        film = encode("mov", "libx264", frames=5)
        reference = box(b"dref", b"\0\0\0\0\0\0\0\1" + box(b"url ", b"\0\0\0\0" + place.encode() + b"\0"))
        start = film.index(b"dref") - 4
        length = int.from_bytes(film[start : start + 4], "big")
        yield Hostile(
            f"mov whose data is {name}", "video/quicktime", film[:start] + reference + film[start + length :]
        )
