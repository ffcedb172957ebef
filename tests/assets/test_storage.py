"""The door to S3 on real servers: put, head, list, remove, and signed URLs."""

from datetime import UTC, datetime, timedelta

import pytest

from assets import storage
from assets.management.commands.check_storage import ask
from tests.storage_servers import (
    BODY,
    Second,
    fetch,
    put,
)

HARD_KEYS = [
    "plain/original",
    "with space",
    "a+b&c=d",
    "100%25 and %zz",
    "what?.png",
    "one#two",
    "naïve/夕焼け/صورة",
    "🦊",
    "quote\"and'",
    "(x)!*~;:@$,",
]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("key", HARD_KEYS)
def test_any_key_goes_in_is_told_of_listed_fetched_and_removed(key: str) -> None:
    put(f"hard/{key}")
    info = storage.head(f"hard/{key}")
    assert info
    assert (info.size, info.content_type) == (len(BODY), "text/plain")
    listed = list(storage.list_objects("hard/"))
    assert [(one.key, one.size, one.etag) for one in listed] == [(f"hard/{key}", len(BODY), info.etag)]
    assert fetch(f"hard/{key}") == (200, BODY)
    assert storage.remove([f"hard/{key}"]) == [f"hard/{key}"]
    assert storage.head(f"hard/{key}") is None


@pytest.mark.usefixtures("store")
def test_an_empty_and_a_large_file_arrive_whole() -> None:
    large = bytes(range(256)) * 4096 * 9  # 9 MiB: in parts
    for body in (b"", large):
        put("sizes/file", body)
        info = storage.head("sizes/file")
        assert info
        assert info.size == len(body)
    assert storage.remove(["sizes/file"]) == ["sizes/file"]


@pytest.mark.usefixtures("store")
def test_a_list_is_in_order_and_starts_after_a_key() -> None:
    keys = [f"list/{number:02}" for number in range(5)]
    for key in reversed(keys):
        put(key)
    assert [one.key for one in storage.list_objects("list/")] == keys
    assert [one.key for one in storage.list_objects("list/", after="list/02")] == keys[3:]
    assert list(storage.list_objects("nothing/")) == []
    assert storage.remove(keys) == keys


@pytest.mark.usefixtures("store")
def test_an_object_that_never_was_there_is_missing_and_gone() -> None:
    assert storage.head("never") is None
    assert storage.remove(["never"]) == ["never"]
    assert storage.remove(["never", "ever"]) == ["never", "ever"]
    assert storage.remove([]) == []


def test_only_an_unaltered_signed_url_opens_the_object(second: Second) -> None:
    put("signed/one")
    put("signed/two")
    url = storage.sign("signed/one", expires_in=60)
    assert ask(url).status == 200
    assert ask(url.replace("/one", "/two")).status == 403
    assert ask(url[:-1] + ("0" if url[-1] != "0" else "1")).status == 403
    assert ask(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600")).status == 403
    assert ask(url + "&response-content-type=text/html").status == 403
    assert ask(url.partition("?")[0]).status == 403


def test_a_signed_url_ends(second: Second) -> None:
    put("signed/late")
    past = datetime.now(UTC) - timedelta(seconds=61)
    assert fetch("signed/late", at=past, expires_in=60)[0] == 403
    assert fetch("signed/late", at=past, expires_in=120)[0] == 200


def test_a_part_of_the_object_can_be_asked_for(second: Second) -> None:
    put("signed/part")
    answer = ask(storage.sign("signed/part", expires_in=60), {"Range": "bytes=7-11"})
    assert (answer.status, answer.body) == (206, BODY[7:12])


def test_storage_answers_with_the_type_and_name_that_were_signed(second: Second) -> None:
    put("signed/named")
    wanted = "attachment; filename=\"download.png\"; filename*=UTF-8''%E5%A4%95.png"
    answer = ask(storage.sign("signed/named", expires_in=60, content_disposition=wanted))
    assert answer.disposition == wanted
