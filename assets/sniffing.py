"""What a file is, told from its first bytes: whoever sends it may be wrong, or lie."""

import re
from contextlib import suppress
from xml.parsers import expat

import filetype

from assets.errors import UnsupportedMedia
from assets.kinds import BY_CONTENT_TYPE, Kind, MediaType, media_type

HEAD = 65_536  # bytes to look at: magic numbers, and the track lists of most containers
UNKNOWN = {"", "application/octet-stream", "binary/octet-stream"}
# Containers that carry sound alone or pictures too: the content types for either.
CONTAINERS = (
    {"video/webm", "audio/webm", "video/x-matroska", "audio/x-matroska"},
    {"video/mp4", "audio/mp4", "video/quicktime"},
    {"video/ogg", "audio/ogg"},
)
SOUND_OF = {"video/webm": "audio/webm", "video/x-matroska": "audio/x-matroska", "video/mp4": "audio/mp4"}
# A track's codec in Matroska (RFC 9559, 5.1.4.1.22: CodecID), its handler in ISO base media
# (ISO/IEC 14496-12, 8.4.3) and the first packets of Ogg's codecs.
PICTURES = re.compile(rb"\x86[\x80-\xa0]V_|hdlr.{8}vide|\x80theora|\x01video", re.DOTALL)
SOUND = re.compile(rb"\x86[\x80-\xa0]A_|hdlr.{8}soun|\x01vorbis|OpusHead|\x7fFLAC|Speex {3}", re.DOTALL)
BMP_HEADERS = {12, 40, 52, 56, 64, 108, 124}  # bytes: the sizes that a DIB header can have


def media_of(head: bytes, declared: str = "") -> MediaType:
    """The type of the file that begins with `head`; `declared` is what its sender calls it, if anything.

    Where a container's first bytes do not tell sound from film, the declared one of the two is taken.
    Raises UnsupportedMedia for what is no media of the table, and for a declared type that it is not.
    """
    found = sniff(head)
    if found is None:
        raise UnsupportedMedia("The file is neither audio, image nor video of a known kind.")
    named = check_declared(found, declared)
    return settle(head, found, named) if named else found


def check_declared(found: MediaType, declared: str) -> MediaType | None:
    """The declared type, None where nothing is; raises UnsupportedMedia for one that contradicts."""
    if declared.partition(";")[0].strip().lower() in UNKNOWN:
        return None
    named = media_type(declared)
    if named is None or not agree(found.content_type, named.content_type):
        raise UnsupportedMedia(
            f"The file is {found.content_type}, not {declared[:80]}.", {"content_type": found.content_type}
        )
    return named


def agree(found: str, named: str) -> bool:
    return found == named or any({found, named} <= container for container in CONTAINERS)


def settle(head: bytes, found: MediaType, named: MediaType) -> MediaType:
    """Of two types of one container: what its tracks say, else what the sender says."""
    tracks_known = PICTURES.search(head) or SOUND.search(head)
    return found if found == named or (tracks_known and found.kind != named.kind) else named


def sniff(head: bytes) -> MediaType | None:
    """The table's row for a file that begins so; None when it is no media that is taken."""
    if is_svg(head):
        return BY_CONTENT_TYPE["image/svg+xml"]
    if head.startswith(b"OggS"):
        return ogg(head)
    if head.startswith(b"BM") and not is_bmp(head):
        return None
    found = media_type(filetype.guess_mime(head) or "")
    return sound_alone(head, found) if found and found.kind == Kind.VIDEO else found


def sound_alone(head: bytes, found: MediaType) -> MediaType:
    """The container's audio type where its tracks are seen to be sound and nothing else."""
    is_sound = SOUND.search(head) and not PICTURES.search(head)
    return BY_CONTENT_TYPE[SOUND_OF.get(found.content_type, found.content_type)] if is_sound else found


def ogg(head: bytes) -> MediaType | None:
    """By its codecs: Ogg may hold subtitles alone, or anything."""
    if PICTURES.search(head):
        return BY_CONTENT_TYPE["video/ogg"]
    return BY_CONTENT_TYPE["audio/ogg"] if SOUND.search(head) else None


def is_bmp(head: bytes) -> bool:
    """Two letters begin many a text too, so the header behind them must be one."""
    return len(head) >= 26 and int.from_bytes(head[14:18], "little") in BMP_HEADERS


def is_svg(head: bytes) -> bool:
    """Whether the root element of the XML document is SVG's."""
    if b"<svg" not in head and b":svg" not in head:
        return False
    roots: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, attributes: roots.append(name)
    with suppress(expat.ExpatError):  # what follows the root does not matter
        parser.Parse(head, False)
    return roots[:1] == ["http://www.w3.org/2000/svg svg"]
