"""Objects: put, head, peek, read, list."""

import contextlib
from collections.abc import Generator, Iterator
from typing import Any, BinaryIO

from botocore.exceptions import ClientError
from django.conf import settings

from assets.storage.client import (
    FAULTS,
    MISSING,
    ObjectInfo,
    client,
    code_of,
    guarded,
    transfer_client,
    unavailable,
)

EMPTY = {"InvalidRange", "416"}
CHUNK = 1024 * 1024  # bytes


@guarded
def put(key: str, file: BinaryIO, content_type: str) -> None:
    """Streams the file to storage, in parts where it is large; raises StorageUnavailable."""
    transfer_client().upload_fileobj(
        file, settings.STORAGE.bucket, key, ExtraArgs={"ContentType": content_type}
    )


@guarded
def head(key: str) -> ObjectInfo | None:
    """What storage holds under the key, or None; raises StorageUnavailable."""
    try:
        answer = client().head_object(Bucket=settings.STORAGE.bucket, Key=key)
    except ClientError as error:
        if code_of(error) in MISSING:
            return None
        raise
    return info_of(key, answer, answer["ContentLength"])


@guarded
def peek(key: str, length: int) -> tuple[ObjectInfo, bytes] | None:
    """What storage holds under the key and its first bytes, in one request, or None.

    Raises StorageUnavailable.
    """
    where = {"Bucket": settings.STORAGE.bucket, "Key": key}
    try:
        answer = client().get_object(**where, Range=f"bytes=0-{length - 1}")
    except ClientError as error:
        if code_of(error) in MISSING:
            return None
        if code_of(error) in EMPTY:  # no byte can be asked of an object that has none (RFC 9110, 15.5.17)
            found = head(key)
            return (found, b"") if found else None
        raise
    with contextlib.closing(answer["Body"]) as body:  # its own `with` hands out what lies beneath it
        first = body.read(length)
    size = int(answer.get("ContentRange", "").rpartition("/")[2] or answer["ContentLength"])
    if len(first) < min(length, size):  # the SDK tells this of whole bodies only
        raise ConnectionError("the answer broke off")
    return info_of(key, answer, size), first


@guarded
def read(key: str, offset: int, length: int) -> bytes | None:
    """Up to `length` bytes from `offset` on, fewer at the object's end; None where there is no object.

    Raises StorageUnavailable, also when the connection ends in the middle of what was promised.
    """
    where = {"Bucket": settings.STORAGE.bucket, "Key": key}
    try:
        answer = transfer_client().get_object(**where, Range=f"bytes={offset}-{offset + length - 1}")
    except ClientError as error:
        if code_of(error) in MISSING:
            return None
        if code_of(error) in EMPTY:
            return b""
        raise
    with contextlib.closing(answer["Body"]) as body:
        return bytes(body.read())


def chunks(key: str) -> Generator[bytes]:
    """The object's bytes as they come, CHUNK at a time.

    Raises StorageUnavailable, also in the middle, and where there is no such object (any more).
    """
    try:
        answer = transfer_client().get_object(Bucket=settings.STORAGE.bucket, Key=key)
        with contextlib.closing(answer["Body"]) as body:
            yield from body.iter_chunks(CHUNK)
    except FAULTS as error:
        raise unavailable("chunks") from error


def info_of(key: str, answer: dict[str, Any], size: int) -> ObjectInfo:
    return ObjectInfo(
        key, size, answer.get("ContentType", ""), answer["ETag"].strip('"'), answer["LastModified"]
    )


def list_objects(prefix: str = "", after: str = "") -> Iterator[ObjectInfo]:
    """Every object under the prefix in the order of keys, page by page; raises StorageUnavailable."""
    pages = client().get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=settings.STORAGE.bucket, Prefix=prefix, StartAfter=after)
    try:
        for page in found:
            for item in page.get("Contents", []):
                yield ObjectInfo(
                    item["Key"], item["Size"], etag=item["ETag"].strip('"'), modified=item["LastModified"]
                )
    except FAULTS as error:
        raise unavailable("list_objects") from error
