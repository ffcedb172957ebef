"""Other S3 servers than the tests' own: a second SeaweedFS, moto, a reverse proxy, a server that fails."""

import http.client
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import override_settings

from assets import delivery, storage
from assets.management.commands.check_storage import ask
from promptrails.embedded import SeaweedFS
from promptrails.settings import object_storage

BUCKET, DOMAIN = "second-bucket", "s3.localhost"
BODY = b"0123456789" * 5
WEB = {"timeout": 2, "attempts": 1}  # as promptrails.settings for a process that serves pages
PATIENT = {"timeout": 30, "attempts": 3}


def forget() -> None:
    storage.reset()
    delivery.stable_url.cache_clear()


@contextmanager
def using_storage(*, timeout: int = 30, attempts: int = 3, **changes: Any) -> Iterator[None]:
    """The app on another storage: `changes` to settings.STORAGE, everything else as settings make it."""
    changed = replace(settings.STORAGE, **changes)
    stores = {**settings.STORAGES, "default": object_storage(changed, timeout, attempts)}
    try:
        with override_settings(STORAGE=changed, STORAGES=stores):
            forget()
            yield
    finally:
        forget()


class Second(SeaweedFS):
    """Nothing in common with the tests' own: credentials, bucket, ports, data."""

    def __init__(self, folder: Path, flags: tuple[str, ...]) -> None:
        super().__init__(folder, BUCKET)
        self.flags = flags

    def command(self) -> list[str]:
        return [*super().command(), *self.flags]

    def freeze(self) -> None:
        found = self.find()
        assert found
        found.suspend()

    def thaw(self) -> None:
        if found := self.find():
            found.resume()


@contextmanager
def second_seaweedfs(*flags: str) -> Iterator[Second]:
    with tempfile.TemporaryDirectory(prefix="second-storage-", ignore_cleanup_errors=True) as name:
        server = Second(Path(name) / "seaweedfs", flags)
        server.join()
        try:
            yield server
        finally:
            server.thaw()
            server.leave()


def named(server: SeaweedFS) -> dict[str, Any]:
    """How settings.STORAGE names it."""
    return {
        "endpoint": server.endpoint,
        "bucket": server.bucket,
        "access_key_id": server.access_key_id,
        "secret_key": server.secret_key,
        "public_url": None,
        "force_path_style": True,
    }


@contextmanager
def moto_server() -> Iterator[dict[str, Any]]:
    """moto's S3, other code for the same interface, and how settings.STORAGE names it; it checks no keys."""
    from moto.server import ThreadedMotoServer

    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    endpoint = f"http://127.0.0.1:{moto.get_host_and_port()[1]}"
    names: dict[str, Any] = {
        "endpoint": endpoint,
        "bucket": BUCKET,
        "access_key_id": "moto",
        "secret_key": "moto",
    }
    try:
        with using_storage(**names):
            storage.client().create_bucket(Bucket=BUCKET)
        yield names
    finally:
        moto.stop()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """A threaded HTTP server on a free loopback port; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Route:
    """What a reverse proxy does: `take` is cut off the path, `put` stands there instead.

    `host`, when given, replaces the Host of the request; `headers` are added, with {host} filled in.
    """

    upstream: str
    take: str = ""
    put: str = ""
    host: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)


@contextmanager
def reverse_proxy(route: Route) -> Iterator[int]:
    """Paths are forwarded as they came, byte for byte: a proxy that decodes them breaks signatures."""

    class Proxy(QuietHandler):
        def do_GET(self) -> None:
            route.seen.append(self.path)
            if not self.path.startswith(route.take):
                self.answer(404, b"")
                return
            came_as = self.headers["Host"]
            kept = {name: value for name, value in self.headers.items() if name != "Host"}
            added = {name: value.format(host=came_as) for name, value in route.headers.items()}
            connection = http.client.HTTPConnection(urlsplit(route.upstream).netloc, timeout=10)
            path = route.put + self.path.removeprefix(route.take)
            connection.request("GET", path, headers={"Host": route.host or came_as, **kept, **added})
            answer = connection.getresponse()
            self.answer(answer.status, answer.read(), dict(answer.getheaders()))
            connection.close()

    with serving(Proxy) as port:
        yield port


class QuietHandler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


Fault = Callable[[QuietHandler], None]


@contextmanager
def faulty_server(fault: Fault) -> Iterator[int]:
    """A store that fails every request in the given way."""

    class Faulty(QuietHandler):
        def fail(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault(self)

    for method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
        setattr(Faulty, f"do_{method}", Faulty.fail)
    with serving(Faulty) as port:
        yield port


def answers(status: int, code: str) -> Fault:
    """S3's error document; without a code, an answer that is not S3's."""
    error = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"
    body = (error if code else "<html>no</html>").encode()
    return lambda handler: handler.answer(status, body, {"Content-Type": "application/xml"})


def hangs(seconds: float) -> Fault:
    def hang(handler: QuietHandler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return hang


@contextmanager
def failing(fault: Fault, timeout: int = 2) -> Iterator[None]:
    """The app, as it serves pages, on a store that fails every request."""
    with ExitStack() as stack:
        endpoint = f"http://127.0.0.1:{stack.enter_context(faulty_server(fault))}"
        stack.enter_context(using_storage(endpoint=endpoint, timeout=timeout, attempts=1))
        yield


def put(key: str, body: bytes = BODY) -> None:
    storage.put(key, io.BytesIO(body), "text/plain")


def fetch(key: str, **options: Any) -> tuple[int, bytes]:
    answer = ask(storage.sign(key, **{"expires_in": 60, **options}))
    return answer.status, answer.body
