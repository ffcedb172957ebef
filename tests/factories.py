"""Short makers of what a test needs; each asset gets an object of its own only where a test stores one."""

import io
import struct
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from assets import ingest
from assets.ingest import AssetFacts
from assets.kinds import Kind, media_type
from assets.models import Asset
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import Workspace

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
CONTENT_TYPES = {Kind.IMAGE: "image/png", Kind.AUDIO: "audio/mpeg", Kind.VIDEO: "video/mp4"}


def png(width: int = 8, height: int = 8, shade: int = 120) -> bytes:
    """A real grey PNG (ISO/IEC 15948)."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes([shade]) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def make_asset(workspace: Workspace, **fields: Any) -> Asset:
    """A record alone, for tests that never touch its file."""
    metadata = fields.pop("metadata", {}) | {
        name: fields.pop(name) for name in ("model", "prompt") if name in fields
    }
    kind = Kind(fields.pop("type", Kind.IMAGE))
    created_at = fields.pop("created_at", NOON)
    content_type = fields.pop("content_type", CONTENT_TYPES[kind])
    asset_id = fields.pop("id", None) or new_ksuid(created_at)
    media = media_type(content_type)
    name = f"{asset_id[-6:]}{media.extension if media else ''}"
    known = {
        "provider": "fal",
        "file_name": name,
        "file_size": 1000,
        "storage_key": f"assets/{workspace.id}/{asset_id}",
    }
    return Asset.objects.create(
        id=asset_id,
        workspace=workspace,
        type=kind,
        content_type=content_type,
        created_at=created_at,
        metadata=metadata,
        **known | fields,
    )


def make_assets(workspace: Workspace, count: int, **fields: Any) -> list[Asset]:
    """Newest first, a minute apart."""
    return [
        make_asset(workspace, **{"created_at": NOON - timedelta(minutes=number)} | fields)
        for number in range(count)
    ]


def store_asset(workspace: Workspace, body: bytes | None = None, **facts: Any) -> Asset:
    """A record with its object in storage, through the one way in."""
    known = {"file_name": "picture.png", "content_type": "image/png", "provider": "fal"}
    return ingest.store(
        workspace, io.BytesIO(png() if body is None else body), facts=AssetFacts(**known | facts)
    )
