"""The only way out: signed URLs, each with the content type and disposition that storage answers with."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote

from django.conf import settings

from assets import storage
from assets.errors import InvalidInput
from assets.kinds import PLAYED, media_type

LONGEST = 604_800  # seconds: SigV4's own limit
WINDOW = 900  # seconds: how long a preview keeps its URL
PICTURE = "image/webp"
CACHED = f"private, max-age={WINDOW}, immutable"  # an object never changes under its key (RFC 8246)
ATTR_CHARS = "!#$&+-.^_`|~"  # RFC 5987, attr-char
NAME_BYTES = 200  # most file systems take 255, and browsers add " (1)"
# What a file name must not carry: separators, what Windows refuses, and characters that turn the
# reading direction around ("exe.gnp" spoofing, CVE-2009-3376) or end a line.
UNSAFE = re.compile(
    r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]'
)


class Deliverable(Protocol):
    """What delivery needs to know of an asset."""

    storage_key: str
    content_type: str
    file_name: str


# Names of devices, with whatever extension (Microsoft, "Naming Files, Paths, and Namespaces").
DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(?:\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class SignedUrl:
    """A URL, the moment from which storage refuses it, and its lifetime in seconds."""

    url: str
    expires_at: datetime
    expires_in: int


def preview_url(asset: Deliverable, codec: str = "") -> str | None:
    """A URL to show the asset inline, the same for WINDOW seconds so that browsers' caches work.

    None for a type that is not safe inline, and for a codec (where known) that browsers do not play. It
    lives at least the configured lifetime (or SigV4's limit less the window).
    """
    media = media_type(asset.content_type)
    if media is None or not media.inline or (codec and codec not in PLAYED):
        return None
    return shown_url(asset.storage_key, media.content_type)


def shown_url(key: str, content_type: str = PICTURE) -> str:
    """A URL of an object that is safe inline, the same for WINDOW seconds; previews' pictures are WebP."""
    now = int(datetime.now(UTC).timestamp())
    lifetime = min(settings.STORAGE.signed_url_ttl + WINDOW, LONGEST)
    return stable_url(key, content_type, now - now % WINDOW, lifetime)


@lru_cache(maxsize=20_000)
def stable_url(key: str, content_type: str, window: int, lifetime: int) -> str:
    """Signed as of the window's start; remembered, because a page shows fifty."""
    at = datetime.fromtimestamp(window, UTC)
    return storage.sign(
        key,
        expires_in=lifetime,
        at=at,
        content_type=content_type,
        content_disposition="inline",
        cache_control=CACHED,
    )


def download_url(asset: Deliverable, expires_in: int | None = None, *, inline: bool = False) -> SignedUrl:
    """A URL that saves the file under its own name, or shows it if `inline` and its type is safe so.

    Raises InvalidInput for an impossible lifetime (seconds).
    """
    seconds = settings.STORAGE.signed_url_ttl if expires_in is None else expires_in
    if not 1 <= seconds <= LONGEST:
        raise InvalidInput(
            f"A link lives 1 to {LONGEST:,} seconds (7 days).", {"expires_in": f"must be 1 to {LONGEST}"}
        )
    at = datetime.now(UTC).replace(microsecond=0)
    media = media_type(asset.content_type)
    is_safe = media is not None and media.inline
    url = storage.sign(
        asset.storage_key,
        expires_in=seconds,
        at=at,
        content_type=media.content_type if media and is_safe else "application/octet-stream",
        content_disposition=disposition("inline" if inline and is_safe else "attachment", asset.file_name),
    )
    return SignedUrl(url, at + timedelta(seconds=seconds), seconds)


def attachment(file_name: str) -> str:
    return disposition("attachment", file_name)


def disposition(way: str, file_name: str) -> str:
    """Content-Disposition with an ASCII name for old clients and the real one (RFC 6266, 4.3 and D)."""
    name = safe_name(file_name)
    simple = f'{way}; filename="{ascii_name(name)}"'
    if ascii_name(name) == name:
        return simple
    return f"{simple}; filename*=UTF-8''{quote(name, safe=ATTR_CHARS)}"


def ascii_name(name: str) -> str:
    """Letters without accents, other scripts left out; made safe again, as NFKD turns “＂” into a quote."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = UNSAFE.sub("_", plain).replace("%", "_").strip()
    stem, dot, extension = plain.rpartition(".")
    return f"{stem.strip() or 'download'}{dot}{extension}" if dot else plain or "download"


def safe_name(file_name: str) -> str:
    """The name without what no file system or reader should meet, cut before its extension."""
    name = UNSAFE.sub("_", unicodedata.normalize("NFC", file_name)).strip(" .") or "download"
    name = f"_{name}" if DEVICE.match(name) else name
    if len(name.encode()) <= NAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    tail = f"{dot}{extension}" if dot and len(extension.encode()) <= 10 else ""
    room = NAME_BYTES - len(tail.encode())
    return (stem if tail else name).encode()[:room].decode(errors="ignore").rstrip() + tail
