"""The only door to S3: put, peek, list, remove, sign. A missing object is an answer, failing an error."""

from assets.storage.bucket import (
    check_bucket,
    check_reach,
    is_reachable,
    where,
)
from assets.storage.client import (
    ObjectInfo,
    _client,
    _transfer_client,
    client,
    count_from_zero,
    reason,
    transfer_client,
)
from assets.storage.cors import allow_origins, allowed_origins, preflight
from assets.storage.objects import CHUNK, chunks, head, list_objects, peek, put, read
from assets.storage.removing import LEFT, refusals, remove
from assets.storage.urls import credentials, public_base, public_origin, sign, sign_put
from assets.storage.writing import PART, ObjectWriter, abort_unfinished

__all__ = [
    "CHUNK",
    "LEFT",
    "PART",
    "ObjectInfo",
    "ObjectWriter",
    "abort_unfinished",
    "allow_origins",
    "allowed_origins",
    "check_bucket",
    "check_reach",
    "chunks",
    "client",
    "count_from_zero",
    "credentials",
    "head",
    "is_reachable",
    "list_objects",
    "peek",
    "preflight",
    "public_base",
    "public_origin",
    "put",
    "read",
    "reason",
    "refusals",
    "remove",
    "reset",
    "sign",
    "sign_put",
    "transfer_client",
    "where",
]


def reset() -> None:
    """Forgets the clients, for settings that changed (tests do)."""
    for remembered in (_client, _transfer_client, public_base, refusals):
        remembered.cache_clear()
