"""The one table of media types: what kind each is, its extension, and whether it is safe to show inline."""

from dataclasses import dataclass

from django.db import models


class Kind(models.TextChoices):
    """What a file is for a person: the record's `type`."""

    AUDIO = "audio", "Audio"
    IMAGE = "image", "Image"
    VIDEO = "video", "Video"


@dataclass(frozen=True)
class MediaType:
    """A content type; `inline` says that a browser may render it from a signed URL."""

    content_type: str
    kind: Kind
    extension: str
    inline: bool = True


# Only media that carries no script is inline: never SVG, HTML or XML (OWASP, unrestricted file upload).
TABLE = (
    MediaType("image/png", Kind.IMAGE, ".png"),
    MediaType("image/jpeg", Kind.IMAGE, ".jpg"),
    MediaType("image/webp", Kind.IMAGE, ".webp"),
    MediaType("image/gif", Kind.IMAGE, ".gif"),
    MediaType("image/avif", Kind.IMAGE, ".avif"),
    MediaType("image/bmp", Kind.IMAGE, ".bmp"),
    MediaType("image/tiff", Kind.IMAGE, ".tiff", inline=False),
    MediaType("image/svg+xml", Kind.IMAGE, ".svg", inline=False),
    MediaType("audio/mpeg", Kind.AUDIO, ".mp3"),
    MediaType("audio/wav", Kind.AUDIO, ".wav"),
    MediaType("audio/ogg", Kind.AUDIO, ".ogg"),
    MediaType("audio/flac", Kind.AUDIO, ".flac"),
    MediaType("audio/mp4", Kind.AUDIO, ".m4a"),
    MediaType("audio/aac", Kind.AUDIO, ".aac"),
    MediaType("audio/webm", Kind.AUDIO, ".weba"),
    MediaType("video/mp4", Kind.VIDEO, ".mp4"),
    MediaType("video/webm", Kind.VIDEO, ".webm"),
    MediaType("video/quicktime", Kind.VIDEO, ".mov"),
    MediaType("video/x-matroska", Kind.VIDEO, ".mkv", inline=False),
    # What few browsers show: kept and downloaded.
    MediaType("image/heic", Kind.IMAGE, ".heic", inline=False),
    MediaType("audio/aiff", Kind.AUDIO, ".aiff", inline=False),
    MediaType("audio/amr", Kind.AUDIO, ".amr", inline=False),
    MediaType("audio/x-matroska", Kind.AUDIO, ".mka", inline=False),
    MediaType("video/ogg", Kind.VIDEO, ".ogv", inline=False),
    MediaType("video/mpeg", Kind.VIDEO, ".mpg", inline=False),
    MediaType("video/x-msvideo", Kind.VIDEO, ".avi", inline=False),
    MediaType("video/x-flv", Kind.VIDEO, ".flv", inline=False),
    MediaType("video/x-ms-wmv", Kind.VIDEO, ".wmv", inline=False),
)
ALIASES = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/apng": "image/png",
    "image/x-png": "image/png",
    "image/x-ms-bmp": "image/bmp",
    "image/heif": "image/heic",
    "video/x-m4v": "video/mp4",
    "video/3gpp": "video/mp4",
    "video/avi": "video/x-msvideo",
    "video/vnd.avi": "video/x-msvideo",
    "audio/x-aiff": "audio/aiff",
    "audio/x-aac": "audio/aac",
    "audio/x-mp3": "audio/mpeg",
    "audio/x-mpeg": "audio/mpeg",
    "audio/vorbis": "audio/ogg",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
}
# What browsers decode inside these containers (FFmpeg's names of codecs). Few do others, such as HEVC,
# ProRes and ALAC: those are kept and downloaded, too. AV1 and MP3 were once recorded by their decoder's name.
PLAYED = {
    "h264", "vp8", "vp9", "av1", "libdav1d", "aac", "mp3", "mp3float", "opus", "vorbis", "flac",
    "pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_mulaw", "pcm_alaw",
}  # fmt: skip
BY_CONTENT_TYPE = {media.content_type: media for media in TABLE}


def media_type(content_type: str) -> MediaType | None:
    """The table's row for a content type as written in HTTP (RFC 9110, 8.3.1); None when it is no media."""
    bare = content_type.partition(";")[0].strip().lower()
    return BY_CONTENT_TYPE.get(ALIASES.get(bare, bare))
