"""Answers that look like S3's and are not: they confirm nothing, and are told as storage being away."""

import pytest
from django.conf import settings

from assets import storage
from assets.errors import StorageUnavailable
from tests.faults.proxy import FAULTS, faulty_proxy
from tests.storage_servers import QuietHandler, Second, failing, put, using_storage


def page(handler: QuietHandler) -> None:
    handler.answer(200, b"<html><body>Please sign in.</body></html>", {"Content-Type": "text/html"})


@pytest.mark.parametrize("keys", [["a"], ["a", "b"]], ids=["one", "many"])
def test_a_gateways_page_removes_nothing_and_lists_no_uploads(keys: list[str]) -> None:
    with failing(page):
        with pytest.raises(StorageUnavailable):
            storage.remove(keys)
        with pytest.raises(StorageUnavailable):
            storage.abort_unfinished("a")
        with pytest.raises(StorageUnavailable):
            storage.head("a")


@pytest.mark.parametrize("fault", ["truncated answer", "200 that is not of S3"])
def test_a_file_that_breaks_off_is_no_file(second: Second, fault: str) -> None:
    put("whole/file")
    assert settings.STORAGE.endpoint
    with faulty_proxy(settings.STORAGE.endpoint) as proxy, using_storage(endpoint=proxy.endpoint, attempts=1):
        proxy.spoil(FAULTS[fault], 1, for_good=True)
        with pytest.raises(StorageUnavailable):
            storage.peek("whole/file", 100)
        with pytest.raises(StorageUnavailable):
            storage.read("whole/file", 0, 100)


@pytest.mark.parametrize("really", [True, False], ids=["gone", "still there"])
def test_no_such_key_is_believed_when_a_listing_agrees(second: Second, really: bool) -> None:
    key = f"said-to-be-gone/{really}"
    if not really:
        put(key)
    assert settings.STORAGE.endpoint
    with faulty_proxy(settings.STORAGE.endpoint) as proxy, using_storage(endpoint=proxy.endpoint):
        proxy.spoil(FAULTS["404"], 1)
        assert storage.remove([key]) == ([key] if really else [])
