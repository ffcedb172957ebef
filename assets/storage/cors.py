"""CORS: which pages may send files to the bucket from a browser (Fetch Standard, 3.3; S3, PutBucketCors)."""

import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings

from assets.storage.client import client, code_of, guarded
from assets.storage.urls import public_base

UPLOAD_HEADERS = ("content-type", "if-none-match")  # what a direct upload sends, as signed
# Named headers, as not every service knows "*" there. Reading too, and before the rules of others, as some
# services (SeaweedFS) take the first rule of an origin whatever its methods are.
RULE: dict[str, Any] = {
    "AllowedMethods": ["GET", "HEAD", "PUT"],
    "AllowedHeaders": list(UPLOAD_HEADERS),
    "MaxAgeSeconds": 3600,
}
TIMEOUT = 10  # seconds for a preflight's answer


@guarded
def allow_origins(origins: Sequence[str]) -> None:
    """Lets pages of exactly these origins PUT files; the bucket's rules that are not ours stay.

    Raises StorageUnavailable when storage refuses or is away.
    """
    others = [rule for rule in rules() if not is_ours(rule)]
    wanted = {"CORSRules": [{"AllowedOrigins": list(origins), **RULE}, *others]}
    client().put_bucket_cors(Bucket=settings.STORAGE.bucket, CORSConfiguration=wanted)


@guarded
def allowed_origins() -> list[str]:
    """The origins that `allow_origins` allowed; raises StorageUnavailable."""
    return [origin for rule in rules() if is_ours(rule) for origin in rule["AllowedOrigins"]]


def rules() -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = client().get_bucket_cors(Bucket=settings.STORAGE.bucket)["CORSRules"]
    except ClientError as error:
        if code_of(error) == "NoSuchCORSConfiguration":
            return []
        raise
    return found


def is_ours(rule: Mapping[str, Any]) -> bool:
    """By what it allows: services keep no order, and not all of them an ID."""
    headers = {header.lower() for header in rule.get("AllowedHeaders", [])}
    return set(rule["AllowedMethods"]) == set(RULE["AllowedMethods"]) and headers == set(UPLOAD_HEADERS)


def preflight(origin: str) -> str:
    """Asks as a browser at `origin` would before an upload; empty when it may, else what is wrong."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": ",".join(UPLOAD_HEADERS),
    }
    url = f"{public_base()}/assets/preflight"
    request = urllib.request.Request(url, method="OPTIONS", headers=headers)  # noqa: S310  settings: http(s)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            return lacking(origin, answer.headers)
    except urllib.error.HTTPError as error:
        return f"the preflight request was answered {error.code}"
    except (OSError, ValueError) as error:
        return f"nothing answered the preflight request ({type(error).__name__})"


def lacking(origin: str, headers: Mapping[str, str]) -> str:
    """What a browser would miss in the answer to a preflight."""
    if headers.get("Access-Control-Allow-Origin", "") not in {origin, "*"}:
        return "the answer does not allow this origin"
    if not allows(headers.get("Access-Control-Allow-Methods", ""), ["PUT"]):
        return "the answer does not allow PUT"
    if not allows(headers.get("Access-Control-Allow-Headers", ""), UPLOAD_HEADERS):
        return f"the answer does not allow the headers {' and '.join(UPLOAD_HEADERS)}"
    return ""


def allows(listed: str, wanted: Sequence[str]) -> bool:
    names = {name.strip().lower() for name in listed.split(",")}
    return "*" in names or {name.lower() for name in wanted} <= names
