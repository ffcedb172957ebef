"""The URL that a browser uses is the one that is signed: virtual hosts, other hosts, paths, proxies."""

import socket
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest

from assets import storage
from assets.management.commands.check_storage import ask
from promptrails.embedded import SeaweedFS
from promptrails.embedded.ports import LOOPBACK
from tests.storage_servers import (
    BODY,
    BUCKET,
    DOMAIN,
    Route,
    Second,
    fetch,
    named,
    put,
    reverse_proxy,
    second_seaweedfs,
    using_storage,
)


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
