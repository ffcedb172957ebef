"""A multipart request whose file goes on to storage as it comes in: never whole in memory or on disk."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any, Protocol, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.http.request import UnreadablePostError
from rest_framework.exceptions import UnsupportedMediaType

from assets.errors import Busy, InvalidInput, LengthRequired, TooLarge

FILE = "file"
FORM = 1_000_000  # bytes that the other fields and the boundaries may take
DRAINED = 256 * 1024 * 1024  # bytes read and dropped, so that a client in the middle of sending hears why
CHUNK = 64 * 1024
LARGE = 16 * 1024 * 1024  # bytes from which an upload counts as large
END = 1024  # bytes at the end of a body, among which its closing boundary must be
large_uploads = BoundedSemaphore(max(1, settings.WEB_THREADS // 2))


class Sink(Protocol):
    """Where the file's chunks go; `digest` is the SHA-256 of them."""

    digest: Any

    def write(self, chunk: bytes) -> None: ...
    def close(self) -> None: ...
    def abandon(self) -> None: ...


class Dropped:
    """A file that only has to be told from another."""

    def __init__(self) -> None:
        self.digest = sha256()

    def write(self, chunk: bytes) -> None:
        self.digest.update(chunk)

    def close(self) -> None: ...
    def abandon(self) -> None: ...


@dataclass(frozen=True)
class Received:
    """A whole request: its fields, and the file's name as its sender calls it."""

    fields: QueryDict
    file_name: str
    sink: Sink


class Body:
    """The request's body, counted: a connection that broke looks like an end to whoever parses it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.announced = length_of(request)
        self.read_so_far = 0
        self.end = b""

    def read(self, size: int | None = CHUNK, /) -> bytes:
        try:
            chunk = self.request.read(CHUNK if size is None else size)
        except UnreadablePostError:  # the client has gone
            chunk = b""
        self.read_so_far += len(chunk)
        self.end = (self.end + chunk[-END:])[-END:]
        return chunk

    def check_whole(self) -> None:
        """The parser takes a body's end for the file's end; a boundary should close it (RFC 2046, 5.1.1)."""
        if self.read_so_far < self.announced:
            sentence = f"The request ended after {self.read_so_far:,} of {self.announced:,} bytes."
            raise InvalidInput(f"{sentence} Send it again.", {"body": "cut off"})
        boundary = (self.request.content_params or {}).get("boundary", "")
        if f"--{boundary}--".encode() not in self.end:
            raise InvalidInput("The body does not end with its closing boundary.", {"body": "malformed"})

    def drain(self) -> None:
        while self.read_so_far < min(self.announced, DRAINED) and self.read():
            pass


class ToSink(FileUploadHandler):
    """Sends the one file on; Django's own handlers would keep it in memory or on disk."""

    chunk_size = CHUNK

    def __init__(self, make_sink: Callable[[str], Sink]) -> None:
        super().__init__()
        self.make_sink = make_sink
        self.sink: Sink | None = None
        self.name = ""

    def new_file(self, field_name: str, file_name: str, content_type: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, content_type, *args, **kwargs)
        if field_name != FILE or self.sink:
            raise InvalidInput(
                "One file a request, in the field “file”.", {field_name[:100]: "unexpected file"}
            )
        self.name, self.sink = file_name, self.make_sink(content_type or "")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self.sink
        self.sink.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None  # only the end of the request tells whether it was whole


def length_of(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or ""
    if not text.isdigit() or request.META.get("HTTP_TRANSFER_ENCODING"):
        raise LengthRequired("Send the file with a Content-Length.", {"Content-Length": "missing"})
    return int(text)


def receive(request: HttpRequest, make_sink: Callable[[str], Sink]) -> Received:
    """Parses the request, its file going into the sink made for its declared content type.

    Raises InvalidInput, LengthRequired, TooLarge, UnsupportedMediaType and whatever the sink raises; the
    sink is closed, or else abandoned.
    """
    if request.content_type != "multipart/form-data":
        raise UnsupportedMediaType(request.content_type or "")
    body, handler = Body(request), ToSink(make_sink)
    with room_for(body.announced):
        return received(request, body, handler)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Large uploads take half of the threads at most: the other half goes on serving pages."""
    if size <= LARGE:
        yield
        return
    if not large_uploads.acquire(blocking=False):
        raise Busy("Too many large uploads at once. Try again in a moment, or upload directly to storage.")
    try:
        yield
    finally:
        large_uploads.release()


def received(request: HttpRequest, body: Body, handler: ToSink) -> Received:
    try:
        if body.announced > settings.UPLOAD_MAX_BYTES + FORM:
            most = settings.UPLOAD_MAX_BYTES
            raise TooLarge(f"A file may have {most:,} bytes at most.", {"file": f"at most {most}"})
        fields = parsed(request, body, handler)
        body.check_whole()
        if handler.sink is None:
            raise InvalidInput("Send the file in the field “file”.", {FILE: "missing"})
        handler.sink.close()
    except BaseException:
        if handler.sink:
            handler.sink.abandon()
        body.drain()
        raise
    return Received(fields, handler.name, handler.sink)


def parsed(request: HttpRequest, body: Body, handler: ToSink) -> QueryDict:
    try:
        parser = MultiPartParser(
            request.META, cast(HttpRequest, body), [handler], request.encoding or "utf-8"
        )
        fields, _ = parser.parse()
    except MultiPartParserError as error:
        raise InvalidInput("The body is no multipart/form-data.", {"body": "malformed"}) from error
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as error:
        raise TooLarge(
            "The fields beside the file are too many or too long.", {"body": "too large"}
        ) from error
    return fields
