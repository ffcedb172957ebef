"""Every way a store can fail or refuse: what is confirmed, what is said, and how long it may take."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import ClientError, CredentialRetrievalError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from assets import storage
from assets.errors import StorageUnavailable
from promptrails.embedded.ports import LOOPBACK
from tests.storage_servers import (
    WEB,
    Second,
    answers,
    failing,
    fetch,
    hangs,
    named,
    put,
    using_storage,
)


def refused(status: int, code: str) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "DeleteObjects")


@pytest.mark.parametrize("code", ["MissingContentMD5", "NotImplemented", "MethodNotAllowed", "405"])
def test_a_service_without_multi_delete_is_asked_key_by_key_and_remembered(second: Second, code: str) -> None:
    keys = [f"single/{number}" for number in range(3)]
    for key in keys:
        put(key)
    with mock.patch.object(storage.client(), "delete_objects", side_effect=refused(400, code)) as multi:
        assert storage.remove(keys) == keys
        assert storage.remove(keys) == keys
    assert multi.call_count == 1
    assert list(storage.list_objects("single/")) == []


def test_a_key_that_no_document_can_name_holds_up_no_other(second: Second) -> None:
    """XML 1.0 (2.2) has no control characters, and a batch of DeleteObjects is one document."""
    keys = ["odd/\x01.png", "odd/2", "odd/3"]
    for key in keys:
        put(key)
    assert storage.remove(keys) == keys
    assert list(storage.list_objects("odd/")) == []
    assert not storage.refusals()


def test_what_storage_does_not_confirm_is_left_out(second: Second) -> None:
    answer = {
        "Deleted": [{"Key": "a"}],
        "Errors": [
            {"Key": "b", "Code": "AccessDenied"},
            {"Key": "c", "Code": "NoSuchKey"},
            {"Key": "d", "Code": "InternalError"},
        ],
    }
    with mock.patch.object(storage.client(), "delete_objects", return_value=answer):
        assert storage.remove(["a", "b", "c", "d", "e"]) == ["a", "c"]


def test_single_deletes_go_on_past_a_refusal_and_end_when_the_store_fails(second: Second) -> None:
    storage.refusals().add("DeleteObjects")
    try:
        with mock.patch.object(storage.client(), "delete_object") as single:
            single.side_effect = [{}, refused(403, "AccessDenied"), {}]
            assert storage.remove(["a", "b", "c"]) == ["a", "c"]
            single.side_effect = [{}, refused(503, "SlowDown"), {}]
            with pytest.raises(StorageUnavailable):
                storage.remove(["a", "b", "c"])
    finally:
        storage.refusals().clear()


def test_more_keys_than_one_request_takes_are_sent_in_turns(second: Second) -> None:
    keys = [f"many/{number}" for number in range(storage.removing.DELETE_BATCH + 1)]
    put(keys[0])
    put(keys[-1])
    assert storage.remove(keys) == keys
    assert list(storage.list_objects("many/")) == []


def test_a_404_that_is_not_of_s3_confirms_no_removal() -> None:
    page = answers(404, "")
    with failing(page), pytest.raises(StorageUnavailable):
        storage.remove(["a"])


@pytest.mark.usefixtures("store")
def test_nothing_is_gone_from_a_bucket_that_is_not_there() -> None:
    put("kept/original")
    with using_storage(bucket="no-such-bucket"):
        for keys in (["kept/original"], ["kept/original", "kept/other"]):
            try:
                confirmed = storage.remove(keys)
            except StorageUnavailable:
                confirmed = []
            assert confirmed == []
    assert storage.remove(["kept/original"]) == ["kept/original"]


@pytest.mark.usefixtures("store")
def test_a_missing_bucket_is_named() -> None:
    with using_storage(bucket="no-such-bucket"):
        with pytest.raises(ImproperlyConfigured, match=r"no bucket “no-such-bucket”.*STORAGE_BUCKET"):
            storage.check_bucket()
        assert not storage.is_reachable()


@pytest.mark.parametrize("wrong", [{"secret_key": "another"}, {"access_key_id": "nobody"}])
def test_wrong_credentials_name_their_variables_and_never_the_secret(
    second: Second, wrong: dict[str, str]
) -> None:
    put("closed/original")
    with using_storage(**{**named(second), **wrong}):
        with pytest.raises(ImproperlyConfigured, match=r"STORAGE_ACCESS_KEY_ID.*STORAGE_SECRET_KEY") as told:
            storage.check_bucket()
        assert (settings.STORAGE.secret_key or "") not in str(told.value)
        assert fetch("closed/original")[0] == 403
        with pytest.raises(StorageUnavailable):
            storage.head("closed/original")


@pytest.mark.parametrize(("status", "variable"), [(400, "STORAGE_REGION"), (418, "STORAGE_ENDPOINT")])
def test_other_answers_name_the_variable_to_look_at(status: int, variable: str) -> None:
    sentence = f"{status}.*{variable}"
    with failing(answers(status, "")), pytest.raises(ImproperlyConfigured, match=sentence):
        storage.check_bucket()


@pytest.mark.parametrize("minutes", [-40, 40])
def test_a_clock_that_is_wrong_is_told_from_a_wrong_key(second: Second, minutes: int) -> None:
    elsewhen = datetime.now(UTC) + timedelta(minutes=minutes)
    with (
        mock.patch("botocore.auth.get_current_datetime", return_value=elsewhen.replace(tzinfo=None)),
        mock.patch.object(storage.bucket, "datetime", mock.Mock(now=lambda _: elsewhen)),
        pytest.raises(ImproperlyConfigured, match="40 minutes apart"),
    ):
        storage.check_bucket()


def test_an_impossible_name_of_a_bucket_is_called_so() -> None:
    with using_storage(bucket="no good/name"), pytest.raises(ImproperlyConfigured, match="STORAGE_BUCKET"):
        storage.check_bucket()


def test_no_credentials_at_all_are_missed_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with using_storage(access_key_id=None, secret_key=None):
        for ask_for in (storage.check_bucket, storage.public_base, storage.credentials):
            with pytest.raises(ImproperlyConfigured, match="STORAGE_ACCESS_KEY_ID"):
                ask_for()


def role(access_key: str, minutes: int) -> dict[str, str]:
    """What an instance's metadata tells of its role's key."""
    ends = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
    return {
        "access_key": access_key,
        "secret_key": "secret",
        "token": f"{access_key} token",
        "expiry_time": ends,
    }


@contextmanager
def on_an_instance(found: RefreshableCredentials) -> Iterator[None]:
    """The app without a key of its own, where the SDK's chain finds this one."""
    with (
        using_storage(access_key_id=None, secret_key=None, public_url="https://files.example"),
        mock.patch.object(storage.client(), "_get_credentials", return_value=found),
    ):
        yield


def test_a_role_s_key_signs_with_its_token_and_is_renewed() -> None:
    renewed = mock.Mock(return_value=role("RENEWED", minutes=60))
    ending = RefreshableCredentials.create_from_metadata(role("ENDING", minutes=1), renewed, "iam-role")
    with on_an_instance(ending):
        url = storage.sign("k", expires_in=60)
    assert "X-Amz-Credential=RENEWED" in url
    assert "X-Amz-Security-Token=RENEWED%20token" in url


def test_a_role_s_key_that_cannot_be_renewed_is_storage_away() -> None:
    lost = mock.Mock(side_effect=CredentialRetrievalError(provider="iam-role", error_msg="no answer"))
    ended = RefreshableCredentials.create_from_metadata(role("ENDED", minutes=-1), lost, "iam-role")
    with on_an_instance(ended), pytest.raises(StorageUnavailable):
        storage.sign("k", expires_in=60)


def every_act() -> list[Any]:
    return [
        lambda: put("x"),
        lambda: storage.head("x"),
        lambda: list(storage.list_objects()),
        lambda: storage.remove(["x"]),
        lambda: storage.remove(["x", "y"]),
    ]


def is_away() -> None:
    """Every act says so with the one error that pages know."""
    for act in every_act():
        with pytest.raises(StorageUnavailable, match="Nothing was lost"):
            act()
    assert not storage.is_reachable()


def test_an_unreachable_store_is_an_error_not_an_answer() -> None:
    with using_storage(endpoint=f"http://{LOOPBACK}:1", **WEB):
        is_away()
        for check in (storage.check_bucket, storage.check_reach):
            with pytest.raises(ImproperlyConfigured, match=r"cannot be reached.*STORAGE_ENDPOINT"):
                check()


@pytest.mark.parametrize(("status", "code"), [(500, "InternalError"), (503, "SlowDown")])
def test_a_failing_store_is_an_error_not_an_answer(status: int, code: str) -> None:
    with failing(answers(status, code)):
        is_away()


def test_a_store_that_never_answers_holds_a_page_no_longer_than_its_time_out() -> None:
    with failing(hangs(10), timeout=1):
        started = time.monotonic()
        with pytest.raises(StorageUnavailable):
            storage.head("x")
        assert time.monotonic() - started < 2


@pytest.mark.slow
def test_a_frozen_server_holds_a_page_three_seconds_at_most_and_works_again_when_thawed(
    seaweedfs: Second,
) -> None:
    with using_storage(**named(seaweedfs), **WEB):
        put("frozen/original")
        seaweedfs.freeze()
        try:
            for act in (lambda: storage.head("frozen/original"), lambda: storage.remove(["x", "y"])):
                started = time.monotonic()
                with pytest.raises(StorageUnavailable):
                    act()
                assert time.monotonic() - started < 3.5
            assert storage.sign("frozen/original", expires_in=60)  # signing asks nobody
        finally:
            seaweedfs.thaw()
        assert storage.head("frozen/original")


def test_only_a_process_that_serves_pages_is_short_of_patience() -> None:
    program = (
        "from promptrails.settings import STORAGES; config = STORAGES['default']['OPTIONS']['client_config'];"
        "print(config.read_timeout, config.retries['total_max_attempts'], config.retries['mode'])"
    )
    for serves, wanted in (("1", "2 1 standard"), ("0", "30 3 standard")):
        here = {**os.environ, "SERVES_PAGES": serves}
        told = subprocess.run([sys.executable, "-c", program], env=here, capture_output=True, text=True)
        assert told.stdout.strip() == wanted, told.stderr
    assert WEB == {"timeout": 2, "attempts": 1}
