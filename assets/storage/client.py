"""The clients of this process, and what storage's faults mean. A missing object is an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from django.core.files.storage import storages
from prometheus_client import Counter

from assets.errors import StorageUnavailable

P = ParamSpec("P")
R = TypeVar("R")
MISSING = {"404", "NoSuchKey", "NotFound"}
TRANSFER_TIMEOUT = 10  # seconds at least for an answer to 8 MiB: an upload is no page
HTML = (b"<html", b"<!doctype html")
AWAY = "Storage does not answer at the moment. Nothing was lost; try again in a minute."
FAILURES = Counter(
    "promptrails_storage_failures", "Operations that storage did not do: away, or at fault.", ["operation"]
)
OPERATIONS = {"chunks", "list_objects"}  # and every one that is guarded


class NotOfS3(OSError):
    """An answer that S3 does not give: a proxy's page with status 200, for one."""


# What a store at fault, or away, makes the SDK raise; a document cut short is the parser's error.
FAULTS = (BotoCoreError, ClientError, ResponseParserError, OSError)


@dataclass(frozen=True)
class ObjectInfo:
    """An object as storage tells of it; `size` in bytes."""

    key: str
    size: int
    content_type: str = ""
    etag: str = ""
    modified: datetime | None = None


_making_client = Lock()


def client() -> Any:
    """The one client of this process, as django-storages configures it: making one takes 60 ms."""
    with _making_client:
        return _client()


def transfer_client() -> Any:
    """The same with more patience, for requests that carry a file."""
    with _making_client:
        return _transfer_client()


@cache
def _client() -> Any:
    return wary(cast(Any, storages["default"]).connection.meta.client)


@cache
def _transfer_client() -> Any:
    backend = cast(dict[str, Any], storages.backends["default"])
    given = backend["OPTIONS"]["client_config"]
    patient = given.merge(Config(read_timeout=max(given.read_timeout, TRANSFER_TIMEOUT)))
    options = {**backend["OPTIONS"], "client_config": patient}
    return wary(cast(Any, storages.create_storage({**backend, "OPTIONS": options})).connection.meta.client)


def wary(made: Any) -> Any:
    made.meta.events.register("after-call.s3", refuse_pages)
    return made


def refuse_pages(http_response: Any, model: Any, **rest: Any) -> None:
    """S3 speaks XML; HTML with status 200 is a gateway's page for people, and confirms nothing.

    Raises NotOfS3. What an object's own bytes are does not count: it has an ETag.
    """
    if http_response.status_code >= 300:
        return
    if model.name in {"GetObject", "HeadObject"}:
        is_page = "etag" not in http_response.headers
    else:
        is_page = http_response.content.lstrip()[:14].lower().startswith(HTML)
    if is_page:
        raise NotOfS3


def guarded(call: Callable[P, R]) -> Callable[P, R]:
    """Turns every fault of the store into StorageUnavailable; the cause keeps the details for the log."""

    operation = call.__name__.strip("_")
    OPERATIONS.add(operation)

    @wraps(call)
    def guard(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except FAULTS as error:
            raise unavailable(operation) from error

    return guard


def unavailable(operation: str) -> StorageUnavailable:
    """The fault to raise; it is counted."""
    FAILURES.labels(operation).inc()
    return StorageUnavailable(AWAY)


def count_from_zero() -> None:
    """Lets a scrape see operations that never failed: of a count that begins with 1, no rise is told."""
    for operation in OPERATIONS:
        FAILURES.labels(operation)


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def is_fault_of_store(error: ClientError) -> bool:
    """Whether the store itself fails (5xx), rather than refuses."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)) >= 500


def reason(error: StorageUnavailable) -> str:
    """What storage said, in a word for operators: its error code, or the name of the network's fault."""
    cause = error.__cause__
    return code_of(cause) if isinstance(cause, ClientError) else type(cause).__name__
