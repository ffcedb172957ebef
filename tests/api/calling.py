"""What tests of the API say to it, byte by byte where that matters, and what they expect of its faults."""

import http.client
import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from assets import storage
from assets.models import Asset, Removal, Upload
from promptrails.workspaces.models import Workspace
from tests.factories import png

ASSETS, UPLOADS, DELETE = "/api/v1/assets", "/api/v1/assets/uploads", "/api/v1/assets/delete"
JSON = "application/json"
BOUNDARY = "a-boundary-that-no-file-holds"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def picture(body: bytes | None = None, name: str = "picture.png", content_type: str = "image/png") -> Any:
    return SimpleUploadedFile(name, png() if body is None else body, content_type)


def part(disposition: str, body: bytes, content_type: str = "") -> bytes:
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n{kind}\r\n"
    return head.encode() + body + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def field_part(name: str, value: str) -> bytes:
    return part(f'name="{name}"', value.encode())


def file_part(body: bytes, name: str = "picture.png", content_type: str = "image/png") -> bytes:
    return part(f'name="file"; filename="{name}"', body, content_type)


@dataclass(frozen=True)
class Answer:
    """As the test client's answers name it."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Wire:
    """One key on real connections to the server at `url`."""

    url: str
    secret: str

    def connection(self) -> http.client.HTTPConnection:
        place = urlsplit(self.url)
        return http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = self.connection()
        try:
            connection.request(method, path, body, headers={"X-API-Key": self.secret, **named})
            response = connection.getresponse()
            return Answer(response.status, dict(response.headers.items()), response.read())
        finally:
            connection.close()

    def begin(self, body: bytes, announced: int) -> socket.socket:
        """An upload of which only the first bytes are sent; the socket is still open."""
        place = urlsplit(self.url)
        connection = socket.create_connection((place.hostname, place.port), timeout=20)
        lines = [
            f"POST {ASSETS} HTTP/1.1",
            f"Host: {place.netloc}",
            f"X-API-Key: {self.secret}",
            f"Content-Type: {FORM}",
            f"Content-Length: {announced}",
        ]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return connection


def request(method: str, url: str, body: bytes = b"", **headers: str) -> tuple[int, Any, bytes]:
    """What storage answers to whoever holds a signed URL: status, headers, body."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=20)
    try:
        connection.request(method, f"{place.path}?{place.query}", body, headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def fetch(url: str) -> tuple[int, Any, bytes]:
    return request("GET", url)


def fault(answer: Any, status: int, code: str) -> Any:
    """The details of a fault, whose answer must be the one envelope and nothing else."""
    assert answer.status_code == status, answer.content[:500]
    assert answer.headers["Content-Type"] == JSON
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "details"}
    assert body["error"]["code"] == code
    assert body["error"]["message"].endswith((".", "…"))
    return body["error"]["details"]


def left_behind(workspace: Workspace) -> list[object]:
    """Everything that a refused upload could leave: rows, objects, and parts of objects."""
    where = {"Bucket": settings.STORAGE.bucket, "Prefix": f"assets/{workspace.id}/"}
    parts = storage.client().list_multipart_uploads(**where).get("Uploads", [])
    rows = [row for model in (Asset, Upload, Removal) for row in model.objects.all()]
    return [*rows, *storage.list_objects(where["Prefix"]), *parts]
