"""A proxy in front of a real S3 server that spoils what it is told to spoil, in the ways that happen."""

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Condition
from typing import Any
from urllib.parse import urlsplit

from tests.storage_servers import QuietHandler, answers, serving

PATIENCE = 2  # seconds that web processes wait for storage
Said = tuple[int, dict[str, str], bytes]


@dataclass
class Proxy:
    """Passes everything on, but for the request of this number (from 1), or all from it on."""

    upstream: str
    port: int = 0
    fault: "Callable[[Proxy, Handler], None] | None" = None
    at: int = 0
    for_good: bool = False
    seen: int = 0
    busy: int = 0
    changed: Condition = field(default_factory=Condition)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spoil(self, fault: "Callable[[Proxy, Handler], None]", at: int, *, for_good: bool = False) -> None:
        with self.changed:
            self.fault, self.at, self.for_good, self.seen = fault, at, for_good, 0

    def heal(self) -> int:
        """Nothing more is spoiled; waits for what is on its way late. How many requests came meanwhile."""
        with self.changed:
            seen, self.fault, self.seen = self.seen, None, 0
            assert self.changed.wait_for(lambda: self.busy == 0, 20)
        return seen

    @contextmanager
    def passing(self) -> "Iterator[Callable[[Proxy, Handler], None] | None]":
        with self.changed:
            self.seen += 1
            self.busy += 1
            hit = self.seen >= self.at if self.for_good else self.seen == self.at
            fault = self.fault if hit else None
        try:
            yield fault
        finally:
            with self.changed:
                self.busy -= 1
                self.changed.notify_all()


class Handler(QuietHandler):
    proxy: Proxy
    protocol_version = "HTTP/1.1"

    def handle_one(self) -> None:
        self.sent = self.body()
        with self.proxy.passing() as fault, suppress(ConnectionError):
            (fault or passed)(self.proxy, self)

    def body(self) -> bytes:
        if self.headers.get("Expect") == "100-continue":
            self.handle_expect_100()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def forward(self) -> Said:
        connection = http.client.HTTPConnection(urlsplit(self.proxy.upstream).netloc, timeout=20)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
        try:
            connection.request(self.command, self.path, self.sent, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def hang_up(self) -> None:
        self.close_connection = True


def passed(proxy: Proxy, handler: Handler) -> None:
    status, headers, body = handler.forward()
    told = {"Content-Length": headers["Content-Length"]} if handler.command == "HEAD" else {}
    handler.send_response(status)
    for name, value in headers.items():
        if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}:
            handler.send_header(name, value)
    handler.send_header("Content-Length", told.get("Content-Length", str(len(body))))
    handler.end_headers()
    handler.wfile.write(body)


def says(status: int, code: str) -> Callable[[Proxy, Handler], None]:
    say = answers(status, code)
    return lambda proxy, handler: say(handler)


def page(proxy: Proxy, handler: Handler) -> None:
    """What a gateway shows to people."""
    handler.answer(200, b"<html><body>Please sign in.</body></html>", {"Content-Type": "text/html"})


def half(proxy: Proxy, handler: Handler) -> None:
    """Half of a document, told as if it were whole."""
    status, headers, body = handler.forward()
    is_document = headers.get("Content-Type", "").endswith("xml")
    handler.answer(status, body[: len(body) // 2] if is_document else body, headers)


def silent(proxy: Proxy, handler: Handler) -> None:
    """Nothing is done, and nothing said."""
    time.sleep(PATIENCE + 0.5)
    handler.hang_up()


def late(proxy: Proxy, handler: Handler) -> None:
    """Done when whoever asked has gone away, as a frozen server does when it thaws."""
    time.sleep(PATIENCE + 0.5)
    handler.forward()
    handler.hang_up()


def lost(proxy: Proxy, handler: Handler) -> None:
    """Done, and not told."""
    handler.forward()
    handler.hang_up()


def cut(proxy: Proxy, handler: Handler) -> None:
    """Half of the answer; none where there is nothing to halve."""
    status, headers, body = handler.forward()
    if body:
        handler.send_response(status)
        handler.send_header("Content-Type", headers.get("Content-Type", "application/xml"))
        handler.send_header("ETag", headers.get("ETag", '"none"'))
        handler.send_header("Last-Modified", headers.get("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"))
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])
    handler.hang_up()


FAULTS: dict[str, Any] = {
    "500": says(500, "InternalError"),
    "503 SlowDown": says(503, "SlowDown"),
    "404 that is not of S3": says(404, ""),
    "404": says(404, "NoSuchKey"),
    "200 that is not of S3": page,
    "half a document": half,
    "403": says(403, "AccessDenied"),
    "silence": silent,
    "late": late,
    "lost answer": lost,
    "truncated answer": cut,
}


@contextmanager
def faulty_proxy(upstream: str) -> Iterator[Proxy]:
    proxy = Proxy(upstream)
    own = type("OwnHandler", (Handler,), {"proxy": proxy})
    for method in ("GET", "HEAD", "PUT", "POST", "DELETE"):
        setattr(own, f"do_{method}", Handler.handle_one)
    with serving(own) as proxy.port:
        yield proxy
