"""Signed URLs, computed here for the very address that browsers use."""

from datetime import UTC, datetime
from functools import cache
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from assets.signing import Credentials, sign_url
from assets.storage.client import client, guarded

NO_CREDENTIALS = "No storage credentials. Set STORAGE_ACCESS_KEY_ID and STORAGE_SECRET_KEY."


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
    cache_control: str = "",
) -> str:
    """A signed GET that lives `expires_in` seconds from `at`; no request is made to storage.

    Raises StorageUnavailable when a role's key has ended and cannot be renewed.
    """
    wanted = {
        "response-cache-control": cache_control,
        "response-content-disposition": content_disposition,
        "response-content-type": content_type,
    }
    return sign_url(
        public_base(),
        key,
        {name: value for name, value in wanted.items() if value},
        credentials=credentials(),
        region=settings.STORAGE.region,
        at=at or datetime.now(UTC),
        expires_in=expires_in,
    )


@guarded
def sign_put(key: str, *, expires_in: int, size: int, headers: dict[str, str]) -> str:
    """A signed PUT of exactly `size` bytes with exactly these headers, good for `expires_in` seconds.

    Content-Length is signed too: a store refuses another size (Amazon S3 User Guide, "Uploading objects
    with presigned URLs").
    """
    signed = {name.lower(): value for name, value in headers.items()} | {"content-length": str(size)}
    return sign_url(
        public_base(),
        key,
        {},
        method="PUT",
        headers=signed,
        credentials=credentials(),
        region=settings.STORAGE.region,
        at=datetime.now(UTC),
        expires_in=expires_in,
    )
