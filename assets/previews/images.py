"""Stills: a WebP thumbnail of an image, upright, with its transparency, in sRGB."""

import io
from typing import Any, BinaryIO

import av
import pyvips

from assets.previews.results import CannotPreview, Preview

WIDEST = 480  # pixels
TALLEST = 2400
PIXELS = 200_000_000  # more is a decompression bomb, or no picture for a page
LARGEST = 256 * 1024 * 1024  # bytes of the file
QUALITY = 80
EFFORT = 2  # of 6: half of the encoder's usual time for a twentieth more bytes
# libvips' loader for each content type: a file is decoded as what it was found to be, or not at all.
LOADERS = {
    "image/jpeg": "jpegload_source",
    "image/png": "pngload_source",
    "image/webp": "webpload_source",
    "image/gif": "gifload_source",
    "image/avif": "heifload_source",
    "image/heic": "heifload_source",
    "image/tiff": "tiffload_source",
    "image/svg+xml": "svgload_source",
}
FAMILIES = ("Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff", "Svg")  # libvips' classes of those loaders
SIDEWAYS = {5, 6, 7, 8}  # EXIF orientations that swap width and height (Exif 2.32, 4.6.4)
CLEAR = {"rgba", "bgra", "argb", "abgr", "pal8"}  # FFmpeg's formats with transparency that a BMP may have


def make(file: BinaryIO, content_type: str) -> Preview:
    """Raises CannotPreview for what is too large, and pyvips.Error for what does not decode."""
    if content_type == "image/bmp":
        return of_bitmap(file)
    source = pyvips.Source.new_from_memory(everything(file))
    header = pyvips.Image.new_from_source(source, "", access="sequential")
    if header.get("vips-loader") != LOADERS.get(content_type):
        raise CannotPreview(f"It is no {content_type.partition('/')[2]} file that can be decoded.")
    width, height = upright_size(header)
    check_pixels(width, height)
    small = pyvips.Image.thumbnail_source(
        source,
        WIDEST,
        height=TALLEST,
        size="down",
        option_string="[fail_on=truncated]",  # thumbnail's own fail_on does not reach every loader
        **({"export_profile": "srgb"} if has_own_colours(header) else {}),
    )
    return Preview(to_webp(small), None, width, height, details=details_of(header))


def everything(file: BinaryIO) -> bytearray:
    """The whole file, once in memory; raises CannotPreview when it is too large for that."""
    size = file.seek(0, io.SEEK_END)
    if size > LARGEST:
        raise CannotPreview(f"It is larger than {LARGEST // 1024**2} MB.")
    data = bytearray(size)
    file.seek(0)
    got = file.readinto(data)  # type: ignore[attr-defined]  # every binary file has it
    if got < size:
        raise CannotPreview("It ends before its size.")
    return data


def has_own_colours(header: Any) -> bool:
    """Whether colours have to be converted, which costs as much as all the rest."""
    return header.interpretation == "cmyk" or "icc-profile-data" in header.get_fields()


def check_pixels(width: int, height: int) -> None:
    if width * height > PIXELS:
        raise CannotPreview(f"It has {width * height:,} pixels; a preview is made of {PIXELS:,} at most.")


def upright_size(header: Any) -> tuple[int, int]:
    turned = "orientation" in header.get_fields() and header.get("orientation") in SIDEWAYS
    return (header.height, header.width) if turned else (header.width, header.height)


def details_of(header: Any) -> dict[str, Any]:
    fields = set(header.get_fields())
    pages = header.get("n-pages") if "n-pages" in fields else 1
    moves = pages > 1 and "delay" in fields
    return {"has_alpha": header.hasalpha(), **({"frames": pages} if moves else {})}


def to_webp(picture: Any) -> bytes:
    """Without the original's metadata: positions and names of people are none of a preview's business."""
    return bytes(picture.webpsave_buffer(Q=QUALITY, keep="none", effort=EFFORT))


def of_bitmap(file: BinaryIO) -> Preview:
    """BMP, which libav decodes and libvips does not."""
    with av.open(file, "r", format="bmp_pipe") as container:
        frame = next(container.decode(video=0))
        check_pixels(frame.width, frame.height)
        return Preview(picture_of(frame, frame.width, frame.height), None, frame.width, frame.height)


def picture_of(frame: Any, width: int, height: int, rotation: int = 0) -> bytes:
    """A WebP of a video's frame, no wider than WIDEST; width and height as shown, before the rotation."""
    scale = min(
        1, WIDEST / (height if rotation % 180 else width), TALLEST / (width if rotation % 180 else height)
    )
    wanted = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
    pixels = frame.reformat(**wanted, format="rgba" if frame.format.name in CLEAR else "rgb24").to_ndarray()
    picture = pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")
    return to_webp(picture.rot(f"d{-rotation % 360}") if rotation % 90 == 0 else picture)


def warm() -> None:
    """No other format is ever tried, whatever libvips was built with."""
    pyvips.operation_block_set("VipsForeignLoad", True)
    for family in FAMILIES:
        pyvips.operation_block_set(f"VipsForeignLoad{family}", False)
