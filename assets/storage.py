"""The only door to S3: put, head, list, remove, sign. A missing object is an answer, failing an error."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, wraps
from threading import Lock
from typing import Any, BinaryIO, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages

from assets.errors import StorageUnavailable
from assets.signing import Credentials, sign_get

P = ParamSpec("P")
R = TypeVar("R")
MISSING = {"404", "NoSuchKey", "NotFound"}
# How services say that they do not take DeleteObjects as boto3 sends it (boto/boto3 #4392).
NO_MULTI_DELETE = {
    "MissingContentMD5",
    "NotImplemented",
    "MethodNotAllowed",
    "InvalidRequest",
    "InvalidDigest",
}
DELETE_BATCH = 1000
AWAY = "Storage does not answer at the moment. Nothing was lost; try again in a minute."


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


@cache
def _client() -> Any:
    return cast(Any, storages["default"]).connection.meta.client


def reset() -> None:
    """Forgets the client, for settings that changed (tests do)."""
    for remembered in (_client, public_base, refusals):
        remembered.cache_clear()


def guarded(call: Callable[P, R]) -> Callable[P, R]:
    """Turns every fault of the store into StorageUnavailable; the cause keeps the details for the log."""

    @wraps(call)
    def guard(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except (BotoCoreError, ClientError, OSError) as error:
            raise StorageUnavailable(AWAY) from error

    return guard


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@guarded
def put(key: str, file: BinaryIO, content_type: str) -> None:
    """Streams the file to storage, in parts where it is large; raises StorageUnavailable."""
    client().upload_fileobj(file, settings.STORAGE.bucket, key, ExtraArgs={"ContentType": content_type})


@guarded
def head(key: str) -> ObjectInfo | None:
    """What storage holds under the key, or None; raises StorageUnavailable."""
    try:
        answer = client().head_object(Bucket=settings.STORAGE.bucket, Key=key)
    except ClientError as error:
        if code_of(error) in MISSING:
            return None
        raise
    size, kind = answer["ContentLength"], answer.get("ContentType", "")
    return ObjectInfo(key, size, kind, answer["ETag"].strip('"'), answer["LastModified"])


def list_objects(prefix: str = "", after: str = "") -> Iterator[ObjectInfo]:
    """Every object under the prefix in the order of keys, page by page; raises StorageUnavailable."""
    pages = client().get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=settings.STORAGE.bucket, Prefix=prefix, StartAfter=after)
    try:
        for page in found:
            for item in page.get("Contents", []):
                yield ObjectInfo(item["Key"], item["Size"], etag=item["ETag"], modified=item["LastModified"])
    except (BotoCoreError, ClientError, OSError) as error:
        raise StorageUnavailable(AWAY) from error


@guarded
def remove(keys: Sequence[str]) -> list[str]:
    """Removes objects; the keys that storage confirms as gone. One that never was there is gone too.

    Raises StorageUnavailable when storage does not answer at all.
    """
    gone: list[str] = []
    for start in range(0, len(keys), DELETE_BATCH):
        batch = keys[start : start + DELETE_BATCH]
        gone += remove_batch(batch) if len(batch) > 1 else remove_singly(batch)
    return gone


@cache
def refusals() -> set[str]:
    """What this store was seen to refuse, remembered for the life of the process."""
    return set()


def remove_batch(keys: Sequence[str]) -> list[str]:
    if "DeleteObjects" in refusals():
        return remove_singly(keys)
    request = {"Objects": [{"Key": key} for key in keys], "Quiet": False}
    try:
        answer = client().delete_objects(Bucket=settings.STORAGE.bucket, Delete=request)
    except ClientError as error:
        if code_of(error) not in NO_MULTI_DELETE:
            raise
        refusals().add("DeleteObjects")
        return remove_singly(keys)
    gone = {item["Key"] for item in answer.get("Deleted", [])}
    gone |= {item["Key"] for item in answer.get("Errors", []) if item.get("Code") in MISSING}
    return [key for key in keys if key in gone]


def remove_singly(keys: Sequence[str]) -> list[str]:
    """One request a key; a refused one is left out, a store that is away ends it."""
    gone = []
    for key in keys:
        try:
            client().delete_object(Bucket=settings.STORAGE.bucket, Key=key)
        except ClientError as error:
            if code_of(error) not in MISSING:
                if len(keys) == 1:
                    raise
                continue
        gone.append(key)
    return gone


def credentials() -> Credentials:
    """The configured key, or what the SDK's own chain finds (an instance's role), renewed by botocore."""
    storage = settings.STORAGE
    if storage.access_key_id:
        return Credentials(storage.access_key_id, cast(str, storage.secret_key))
    found = client()._get_credentials()
    if found is None:
        raise ImproperlyConfigured(
            "No storage credentials. Set STORAGE_ACCESS_KEY_ID and STORAGE_SECRET_KEY."
        )
    frozen = found.get_frozen_credentials()
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token)


@cache
def public_base() -> str:
    """The URL before "/key" under which browsers reach the bucket, without a trailing slash."""
    storage = settings.STORAGE
    if storage.public_url:
        return storage.public_url
    endpoint = urlsplit(storage.endpoint or f"https://s3.{storage.region}.amazonaws.com")
    path = endpoint.path.rstrip("/")
    if storage.force_path_style:
        return f"{endpoint.scheme}://{endpoint.netloc}{path}/{storage.bucket}"
    return f"{endpoint.scheme}://{storage.bucket}.{endpoint.netloc}{path}"


def public_origin() -> str:
    """Scheme, host and port of signed URLs, for the pages' Content-Security-Policy."""
    parts = urlsplit(public_base())
    return f"{parts.scheme}://{parts.netloc}"


def sign(
    key: str,
    *,
    expires_in: int,
    at: datetime | None = None,
    content_type: str = "",
    content_disposition: str = "",
) -> str:
    """A signed GET that lives `expires_in` seconds from `at`; no request is made."""
    wanted = {"response-content-disposition": content_disposition, "response-content-type": content_type}
    return sign_get(
        public_base(),
        key,
        {name: value for name, value in wanted.items() if value},
        credentials=credentials(),
        region=settings.STORAGE.region,
        at=at or datetime.now(UTC),
        expires_in=expires_in,
    )


def is_reachable() -> bool:
    """Whether the bucket answers within the time-outs of a web request."""
    try:
        client().head_bucket(Bucket=settings.STORAGE.bucket)
    except (BotoCoreError, ClientError, OSError):
        return False
    return True


def check_bucket() -> None:
    """Raises ImproperlyConfigured with a sentence that names the variable when the bucket cannot be used."""
    storage = settings.STORAGE
    where = storage.endpoint or f"AWS S3 in {storage.region}"
    try:
        client().head_bucket(Bucket=storage.bucket)
    except ClientError as error:
        code = code_of(error)
        if code in MISSING | {"NoSuchBucket"}:
            reason = f"There is no bucket “{storage.bucket}” at {where}. Make it, or correct STORAGE_BUCKET."
        elif code in {"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"}:
            reason = (
                f"{where} refused the key for bucket “{storage.bucket}”. Check STORAGE_ACCESS_KEY_ID, "
                "STORAGE_SECRET_KEY and STORAGE_REGION."
            )
        else:
            reason = f"{where} answered {code} for bucket “{storage.bucket}”. Check STORAGE_ENDPOINT."
        raise ImproperlyConfigured(reason) from error
    except (BotoCoreError, OSError) as error:
        raise ImproperlyConfigured(f"{where} cannot be reached. Check STORAGE_ENDPOINT.") from error


@guarded
def ensure_bucket() -> None:
    """Makes the bucket where there is none: for the embedded engine, never for a configured one."""
    if not is_reachable():
        client().create_bucket(Bucket=settings.STORAGE.bucket)
