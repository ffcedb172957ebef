"""The door to S3 on real servers: put, head, list, remove, signed URLs, and every way a store can fail."""

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from assets import storage
from assets.errors import StorageUnavailable
from assets.management.commands.check_storage import ask
from promptrails.embedded import SeaweedFS, missing_engines
from promptrails.embedded.ports import LOOPBACK
from tests.storage_servers import (
    BUCKET,
    WEB,
    Route,
    Second,
    answers,
    failing,
    hangs,
    moto_server,
    named,
    reverse_proxy,
    second_seaweedfs,
    using_storage,
)

DOMAIN = "s3.localhost"
BODY = b"0123456789" * 5
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


@pytest.fixture(scope="module")
def seaweedfs() -> Iterator[Second]:
    with second_seaweedfs(f"-s3.domainName={DOMAIN}") as server:
        yield server


@pytest.fixture(scope="module")
def moto() -> Iterator[dict[str, Any]]:
    with moto_server() as names:
        yield names


@pytest.fixture(params=["seaweedfs", "moto"])
def store(request: pytest.FixtureRequest) -> Iterator[str]:
    """The app on each of two other servers."""
    server = request.getfixturevalue(request.param)
    with using_storage(**(named(server) if isinstance(server, SeaweedFS) else server)):
        yield request.param


@pytest.fixture
def second(seaweedfs: Second) -> Iterator[Second]:
    """The app on the second SeaweedFS."""
    with using_storage(**named(seaweedfs)):
        yield seaweedfs


def put(key: str, body: bytes = BODY) -> None:
    storage.put(key, io.BytesIO(body), "text/plain")


def fetch(key: str, **options: Any) -> tuple[int, bytes]:
    answer = ask(storage.sign(key, **{"expires_in": 60, **options}))
    return answer.status, answer.body


# What is there.


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


# Signed URLs.


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


# How the bucket is addressed.


@pytest.fixture
def every_host_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wildcard record: any name resolves to loopback."""
    resolve = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *args, **more: resolve(LOOPBACK, *args, **more))


@pytest.mark.usefixtures("every_host_is_here")
@pytest.mark.parametrize(
    ("server", "host"),
    [("seaweedfs", DOMAIN), ("moto", "s3.amazonaws.com")],  # the only domain that moto knows
)
def test_a_bucket_can_be_named_in_the_host(server: str, host: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue(server)
    names = named(found) if isinstance(found, SeaweedFS) else found
    port = urlsplit(names["endpoint"]).port
    here = {**names, "endpoint": f"http://{host}:{port}", "force_path_style": False}
    with using_storage(**here):
        assert storage.public_base() == f"http://{BUCKET}.{host}:{port}"
        put("virtual/a b")
        assert [one.key for one in storage.list_objects("virtual/")] == ["virtual/a b"]
        assert fetch("virtual/a b") == (200, BODY)
        assert storage.remove(["virtual/a b", "x"]) == ["virtual/a b", "x"]


@pytest.mark.parametrize(
    ("changes", "base"),
    [
        ({"endpoint": "http://127.0.0.1:9"}, f"http://127.0.0.1:9/{BUCKET}"),
        ({"endpoint": "http://127.0.0.1:9", "force_path_style": False}, f"http://127.0.0.1:9/{BUCKET}"),
        ({"endpoint": "https://s3.example.com/pre"}, f"https://s3.example.com/pre/{BUCKET}"),
        (
            {"endpoint": "https://s3.example.com", "force_path_style": False},
            f"https://{BUCKET}.s3.example.com",
        ),
        ({"endpoint": None, "region": "eu-west-1"}, f"https://s3.eu-west-1.amazonaws.com/{BUCKET}"),
        (
            {"endpoint": None, "region": "cn-north-1", "force_path_style": False},
            f"https://{BUCKET}.s3.cn-north-1.amazonaws.com.cn",
        ),
        ({"public_url": "https://files.example.com/media"}, "https://files.example.com/media"),
    ],
)
def test_the_public_place_of_the_bucket(changes: dict[str, Any], base: str) -> None:
    with using_storage(bucket=BUCKET, **changes):
        assert storage.public_base() == base
        parts = urlsplit(base)
        assert storage.public_origin() == f"{parts.scheme}://{parts.netloc}"


# Behind a reverse proxy, under STORAGE_PUBLIC_URL.

FORWARDED_HOST = {"X-Forwarded-Host": "{host}"}


def through(server: Second, route: Route, path: str, key: str = "proxied/original") -> int:
    """The status of a URL signed for the proxy's own host and the given path."""
    put(key)
    with reverse_proxy(route) as port:
        public = f"http://localhost:{port}{path}"
        with using_storage(**{**named(server), "public_url": public}):
            url = storage.sign(key, expires_in=60)
            assert url.startswith(f"{public}/proxied/")
            answer = ask(url, {"Range": "bytes=0-3"})
            assert answer.body == (BODY[:4] if answer.status == 206 else b"")
            assert ask(url[:-1] + ("0" if url[-1] != "0" else "1")).status == 403
            return answer.status


@pytest.mark.parametrize("key", ["proxied/original", "proxied/a b+c%20é🦊"])
def test_another_host_whose_proxy_keeps_it(second: Second, key: str) -> None:
    assert through(second, Route(second.endpoint), f"/{BUCKET}", key) == 206


def test_another_host_that_the_proxy_tells_of(second: Second) -> None:
    inner = urlsplit(second.endpoint).netloc
    told = Route(second.endpoint, host=inner, headers=FORWARDED_HOST)
    assert through(second, told, f"/{BUCKET}") == 206


def test_another_host_that_the_proxy_hides_does_not_verify(second: Second) -> None:
    hidden = Route(second.endpoint, host=urlsplit(second.endpoint).netloc)
    assert through(second, hidden, f"/{BUCKET}") == 403


def test_a_path_before_the_bucket_that_the_proxy_tells_of(second: Second) -> None:
    told = Route(second.endpoint, take="/media", headers={"X-Forwarded-Prefix": "/media"})
    assert through(second, told, f"/media/{BUCKET}") == 206


def test_a_path_in_place_of_the_bucket(second: Second) -> None:
    """The bucket goes into the host, the prefix into a header, and /media/KEY is what was signed."""
    host = f"{BUCKET}.{DOMAIN}:{second.ports['s3']}"
    headers = {**FORWARDED_HOST, "X-Forwarded-Prefix": "/media"}
    route = Route(second.endpoint, take="/media", host=host, headers=headers)
    assert through(second, route, "/media") == 206
    assert all(path.startswith("/media/proxied/") for path in route.seen)


def test_the_bucket_at_the_root_of_a_host(second: Second) -> None:
    host = f"{BUCKET}.{DOMAIN}:{second.ports['s3']}"
    assert through(second, Route(second.endpoint, host=host, headers=FORWARDED_HOST), "") == 206


@pytest.mark.slow
def test_a_store_that_is_told_its_own_outer_address() -> None:
    route = Route("")
    with ExitStack() as stack:
        outer = f"http://localhost:{stack.enter_context(reverse_proxy(route))}"
        server = stack.enter_context(second_seaweedfs(f"-s3.externalUrl={outer}"))
        route.upstream, route.host = server.endpoint, urlsplit(server.endpoint).netloc
        stack.enter_context(using_storage(**{**named(server), "public_url": f"{outer}/{BUCKET}"}))
        put("proxied/original")
        assert fetch("proxied/original") == (200, BODY)


def test_a_path_that_the_proxy_changes_silently_does_not_verify(second: Second) -> None:
    assert through(second, Route(second.endpoint, take="/media", put=f"/{BUCKET}"), "/media") == 403


# Removing where not everything works.


def refused(status: int, code: str) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "DeleteObjects")


@pytest.mark.parametrize("code", ["MissingContentMD5", "NotImplemented", "MethodNotAllowed"])
def test_a_service_without_multi_delete_is_asked_key_by_key_and_remembered(second: Second, code: str) -> None:
    keys = [f"single/{number}" for number in range(3)]
    for key in keys:
        put(key)
    with mock.patch.object(storage.client(), "delete_objects", side_effect=refused(400, code)) as multi:
        assert storage.remove(keys) == keys
        assert storage.remove(keys) == keys
    assert multi.call_count == 1
    assert list(storage.list_objects("single/")) == []


def test_what_storage_does_not_confirm_is_left_out(second: Second) -> None:
    with Stubber(storage.client()) as stub:
        stub.add_response(
            "delete_objects",
            {
                "Deleted": [{"Key": "a"}],
                "Errors": [
                    {"Key": "b", "Code": "AccessDenied"},
                    {"Key": "c", "Code": "NoSuchKey"},
                    {"Key": "d", "Code": "InternalError"},
                ],
            },
        )
        assert storage.remove(["a", "b", "c", "d", "e"]) == ["a", "c"]


def test_single_deletes_go_on_past_a_refusal_and_end_when_the_store_fails(second: Second) -> None:
    storage.refusals().add("DeleteObjects")
    try:
        with mock.patch.object(storage.client(), "delete_object") as single:
            single.side_effect = [None, refused(403, "AccessDenied"), None]
            assert storage.remove(["a", "b", "c"]) == ["a", "c"]
            single.side_effect = [None, refused(503, "SlowDown"), None]
            with pytest.raises(StorageUnavailable):
                storage.remove(["a", "b", "c"])
    finally:
        storage.refusals().clear()


def test_more_keys_than_one_request_takes_are_sent_in_turns(second: Second) -> None:
    keys = [f"many/{number}" for number in range(storage.DELETE_BATCH + 1)]
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


# A store that cannot be used.


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


# Nothing embedded where everything is named.

NAMED = {"DATABASE_URL": "postgresql://a@localhost/a", "STORAGE_BUCKET": "b"}


@pytest.mark.parametrize("more", [{}, {"STORAGE_ENDPOINT": "http://localhost:9000"}, {"DEBUG": "1"}])
def test_with_database_and_storage_named_nothing_embedded_starts(more: dict[str, str]) -> None:
    assert missing_engines({**NAMED, **more}) == []


def test_only_what_is_not_named_is_embedded(tmp_path: Any) -> None:
    here = {"DATA_DIR": str(tmp_path)}
    storage_alone = missing_engines({**here, "DATABASE_URL": NAMED["DATABASE_URL"]})
    assert [engine.name for engine in storage_alone] == ["SeaweedFS"]
    database_alone = missing_engines({**here, "STORAGE_BUCKET": "b"})
    assert [engine.name for engine in database_alone] == ["PostgreSQL"]
