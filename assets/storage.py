"""The only door to S3: put, head, list, remove, sign. A missing object is an answer, failing an error."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache, wraps
from threading import Lock
from typing import Any, BinaryIO, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ParamValidationError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages

from assets.errors import StorageUnavailable
from assets.signing import Credentials, sign_get

P = ParamSpec("P")
R = TypeVar("R")
MISSING = {"404", "NoSuchKey", "NotFound"}
REFUSED = {"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
ELSEWHERE = {"400", "AuthorizationHeaderMalformed"}
# How services say that they do not take DeleteObjects as boto3 sends it (boto/boto3 #4392).
NO_BATCHES = {"MissingContentMD5", "NotImplemented", "MethodNotAllowed", "InvalidRequest", "InvalidDigest"}
NO_BATCHES |= {"405", "501"}  # said by the status alone
DELETE_BATCH = 1000
CLOCKS_APART = 15  # minutes from which S3 refuses a signature as RequestTimeTooSkewed
NO_CREDENTIALS = "No storage credentials. Set STORAGE_ACCESS_KEY_ID and STORAGE_SECRET_KEY."
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


def is_fault_of_store(error: ClientError) -> bool:
    """Whether the store itself fails (5xx), rather than refuses."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)) >= 500


def reason(error: StorageUnavailable) -> str:
    """What storage said, in a word for operators: its error code, or the name of the network's fault."""
    cause = error.__cause__
    return code_of(cause) if isinstance(cause, ClientError) else type(cause).__name__


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
                yield ObjectInfo(
                    item["Key"], item["Size"], etag=item["ETag"].strip('"'), modified=item["LastModified"]
                )
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
        if code_of(error) not in NO_BATCHES:
            raise
        refusals().add("DeleteObjects")
        return remove_singly(keys)
    gone = {item["Key"] for item in answer.get("Deleted", [])}
    gone |= {item["Key"] for item in answer.get("Errors", []) if item.get("Code") == "NoSuchKey"}
    return [key for key in keys if key in gone]


def remove_singly(keys: Sequence[str]) -> list[str]:
    """One request a key; a refused one is left out, a store that is away ends it.

    A 404 without S3's own NoSuchKey confirms nothing: a proxy or a wrong bucket answers so.
    """
    gone = []
    for key in keys:
        try:
            client().delete_object(Bucket=settings.STORAGE.bucket, Key=key)
        except ClientError as error:
            if code_of(error) != "NoSuchKey":
                if len(keys) == 1 or is_fault_of_store(error):
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
        raise ImproperlyConfigured(NO_CREDENTIALS)
    frozen = found.get_frozen_credentials()
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token)


@cache
def public_base() -> str:
    """The URL before "/key" under which browsers reach the bucket, without a trailing slash.

    Unless STORAGE_PUBLIC_URL names it, it is what the SDK uses: it knows which hosts take no bucket's name.
    """
    storage = settings.STORAGE
    if storage.public_url:
        return storage.public_url
    credentials()  # says it in a sentence when there are none
    url: str = client().generate_presigned_url("get_object", Params={"Bucket": storage.bucket, "Key": "-"})
    return url.partition("?")[0].removesuffix("/-")


def public_origin() -> str:
    """Scheme, host and port of signed URLs, for the pages' Content-Security-Policy."""
    parts = urlsplit(public_base())
    return f"{parts.scheme}://{parts.netloc}"


@guarded
def sign(
    key: str,
    *,
    expires_in: int,
    at: datetime | None = None,
    content_type: str = "",
    content_disposition: str = "",
) -> str:
    """A signed GET that lives `expires_in` seconds from `at`; no request is made to storage.

    Raises StorageUnavailable when a role's key has ended and cannot be renewed.
    """
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


def where() -> str:
    """The store, as sentences for operators name it."""
    return settings.STORAGE.endpoint or f"AWS S3 in {settings.STORAGE.region}"


def check_reach() -> None:
    """Raises ImproperlyConfigured with a sentence when nothing that speaks HTTP answers."""
    try:
        client().head_bucket(Bucket=settings.STORAGE.bucket)
    except (ClientError, ParamValidationError, NoCredentialsError):
        return  # what it answers is for check_bucket to judge
    except (BotoCoreError, OSError) as error:
        raise ImproperlyConfigured(f"{where()} cannot be reached. Check STORAGE_ENDPOINT.") from error


def check_bucket() -> None:
    """Raises ImproperlyConfigured with a sentence that names the variable when the bucket cannot be used."""
    try:
        client().head_bucket(Bucket=settings.STORAGE.bucket)
    except ClientError as error:
        raise ImproperlyConfigured(wrong_clock(error) or why_not(code_of(error))) from error
    except NoCredentialsError as error:
        raise ImproperlyConfigured(NO_CREDENTIALS) from error
    except ParamValidationError as error:
        name = settings.STORAGE.bucket
        raise ImproperlyConfigured(f"“{name}” cannot be a bucket's name. Correct STORAGE_BUCKET.") from error
    except (BotoCoreError, OSError) as error:
        raise ImproperlyConfigured(f"{where()} cannot be reached. Check STORAGE_ENDPOINT.") from error


def wrong_clock(error: ClientError) -> str:
    """A sentence when a refusal comes with a date far from ours; HEAD tells no code, only 403."""
    date = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    if not date or code_of(error) not in REFUSED:
        return ""
    minutes = round(abs(datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds() / 60)
    if minutes < CLOCKS_APART:
        return ""
    return f"This machine's clock and that of {where()} are {minutes} minutes apart. Set it (NTP)."


def why_not(code: str) -> str:
    bucket = f"bucket “{settings.STORAGE.bucket}”"
    if code in MISSING | {"NoSuchBucket"}:
        return f"There is no {bucket} at {where()}. Make it, or correct STORAGE_BUCKET."
    if code in REFUSED:
        return (
            f"{where()} refused the key for {bucket}. Check STORAGE_ACCESS_KEY_ID, STORAGE_SECRET_KEY "
            "and STORAGE_REGION."
        )
    if code in ELSEWHERE:
        return f"{where()} answered {code} for {bucket}. Check STORAGE_REGION and STORAGE_ENDPOINT."
    return f"{where()} answered {code} for {bucket}. Check STORAGE_ENDPOINT."
