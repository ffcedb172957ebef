"""A file on its way into storage, part by part, on two servers; and what is given up leaves nothing."""

import hashlib
import os
from uuid import uuid4

import pytest
from django.conf import settings

from assets import storage
from assets.errors import StorageUnavailable
from assets.storage import PART, ObjectWriter
from tests.storage_servers import answers, failing

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def key() -> str:
    return f"writing/{uuid4().hex}"


def unfinished(prefix: str) -> list[str]:
    found = storage.client().list_multipart_uploads(Bucket=settings.STORAGE.bucket, Prefix=prefix)
    return [upload["Key"] for upload in found.get("Uploads", [])]


@pytest.mark.parametrize("size", [1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 77])
def test_what_was_written_is_what_is_there(key: str, size: int) -> None:
    body = os.urandom(size)
    writer = ObjectWriter(key, "video/mp4")
    for start in range(0, size, 1_000_003):  # chunks that meet no edge of a part
        writer.write(body[start : start + 1_000_003])
        assert storage.head(key) is None
    writer.close()
    info = storage.head(key)
    assert info
    assert (info.size, info.content_type, writer.size) == (size, "video/mp4", size)
    stored = storage.client().get_object(Bucket=settings.STORAGE.bucket, Key=key)["Body"].read()
    assert hashlib.sha256(stored).digest() == hashlib.sha256(body).digest()
    assert unfinished(key) == []
    storage.remove([key])


def test_what_is_given_up_leaves_neither_object_nor_parts(key: str) -> None:
    writer = ObjectWriter(key, "video/mp4")
    writer.write(bytes(PART + 1))
    assert unfinished(key) == [key]
    writer.abort()
    assert unfinished(key) == []
    assert storage.head(key) is None
    writer.abort()  # twice is once


def test_only_the_parts_of_exactly_this_key_are_ended(key: str) -> None:
    for name in (key, f"{key}-longer"):
        ObjectWriter(name, "video/mp4").write(bytes(PART + 1))
    assert storage.abort_unfinished(key) >= 1
    assert unfinished(key) == [f"{key}-longer"]
    assert storage.abort_unfinished(f"{key}-longer") == 1
    assert storage.abort_unfinished(f"{key}-longer") == 0


def test_storage_that_fails_is_said_so_at_every_step(key: str) -> None:
    begun = ObjectWriter(key, "video/mp4")
    begun.write(bytes(PART + 1))
    with failing(answers(503, "SlowDown")):
        for call in (begun.close, begun.abort, ObjectWriter(key, "image/png").close):
            with pytest.raises(StorageUnavailable):
                call()
    begun.abort()
    assert unfinished(key) == []


def test_the_first_bytes_come_with_size_and_type_in_one_request(key: str) -> None:
    writer = ObjectWriter(key, "image/png")
    writer.write(b"0123456789")
    writer.close()
    found = storage.peek(key, 4)
    assert found
    info, head = found
    assert (head, info.size, info.content_type) == (b"0123", 10, "image/png")
    whole = storage.peek(key, 100)
    assert whole
    assert (whole[1], whole[0].size) == (b"0123456789", 10)
    assert storage.peek(f"{key}-not-there", 4) is None
    storage.client().put_object(Bucket=settings.STORAGE.bucket, Key=key, Body=b"")
    empty = storage.peek(key, 4)
    assert empty
    assert (empty[1], empty[0].size) == (b"", 0)
