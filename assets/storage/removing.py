"""Removing objects, with every version of them: after it nothing can be brought back."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings

from assets.storage.client import MISSING, client, code_of, guarded, is_fault_of_store

# How services say that they do not take DeleteObjects as boto3 sends it (boto/boto3 #4392).
NO_BATCHES = {"MissingContentMD5", "NotImplemented", "MethodNotAllowed", "InvalidRequest", "InvalidDigest"}
NO_BATCHES |= {"405", "501"}  # said by the status alone
NOT_IN_XML = "MalformedXML"  # a key with a control character: one such would hold up all of its batch
DELETE_BATCH = 1000
LEFT = "It was left to a worker."
Reasons = dict[str, str]


@guarded
def remove(keys: Sequence[str], reasons: Reasons | None = None, *, seconds: float = math.inf) -> list[str]:
    """Removes objects; the keys that storage confirms as gone. One that never was there is gone too.

    Why it refuses the others is put into `reasons`. After so many seconds no other key is begun with, where
    each takes requests of its own. Raises StorageUnavailable when storage does not answer.
    """
    gone: list[str] = []
    why: Reasons = {} if reasons is None else reasons
    until = time.monotonic() + seconds
    for start in range(0, len(keys), DELETE_BATCH):
        batch = keys[start : start + DELETE_BATCH]
        gone += remove_batch(batch, why, until) if len(batch) > 1 else remove_singly(batch, why, until)
    return gone


@cache
def refusals() -> set[str]:
    """What this store was seen to refuse, remembered for the life of the process."""
    return set()


def remove_batch(keys: Sequence[str], why: Reasons, until: float) -> list[str]:
    if "DeleteObjects" in refusals():
        return remove_singly(keys, why, until)
    try:
        answer = delete_objects([{"Key": key} for key in keys])
    except ClientError as error:
        if not goes_singly(error):
            raise
        return remove_singly(keys, why, until)
    marked = {item["Key"] for item in answer.get("Deleted", []) if item.get("DeleteMarker")}
    gone = {item["Key"] for item in answer.get("Deleted", [])} - marked
    gone |= {item["Key"] for item in answer.get("Errors", []) if item.get("Code") == "NoSuchKey"}
    why |= {item["Key"]: in_words(item) for item in answer.get("Errors", [])}
    in_time = (key for key in keys if key in gone or may_begin(key, why, until))
    return [key for key in in_time if key in gone or (key in marked and purged(key, why))]


def may_begin(key: str, why: Reasons, until: float) -> bool:
    if time.monotonic() < until:
        return True
    why.setdefault(key, LEFT)
    return False


def goes_singly(error: ClientError) -> bool:
    """Whether the same is to be asked key by key; of a service without DeleteObjects, from now on."""
    if code_of(error) in NO_BATCHES:
        refusals().add("DeleteObjects")
    return code_of(error) in NO_BATCHES | {NOT_IN_XML}


def remove_singly(keys: Sequence[str], why: Reasons, until: float) -> list[str]:
    """One request a key; a refused one is left out, a store that is away ends it.

    S3 answers 204 even where there is no such key. A 404 confirms nothing: a proxy or a wrong bucket answers
    so; of services that say NoSuchKey instead, a listing is asked, which such a proxy does not have.
    """
    gone = []
    for key in (key for key in keys if may_begin(key, why, until)):
        try:
            answer = client().delete_object(Bucket=settings.STORAGE.bucket, Key=key)
        except ClientError as error:
            if code_of(error) != "NoSuchKey":
                if is_fault_of_store(error) or code_of(error) in {*MISSING, ""}:  # not S3
                    raise
                why[key] = in_words(error.response.get("Error", {}))
                continue
            if not is_unlisted(key, why):
                continue
            answer = {}
        if not answer.get("DeleteMarker") or purged(key, why):
            gone.append(key)
    return gone


def is_unlisted(key: str, why: Reasons) -> bool:
    """Whether a listing has it no more; one that is refused says nothing."""
    try:
        found = client().list_objects_v2(Bucket=settings.STORAGE.bucket, Prefix=key, MaxKeys=1)
    except ClientError as error:
        if is_fault_of_store(error):
            raise
        why[key] = in_words(error.response.get("Error", {}))
        return False
    if any(item["Key"] == key for item in found.get("Contents", [])):
        why[key] = "It is still listed."
    return key not in why


def purged(key: str, why: Reasons) -> bool:
    """Removes every version of an object whose removal only marked it as deleted.

    A bucket that has, or had, versioning keeps the bytes under a delete marker (Amazon S3 User Guide,
    "Deleting object versions from a versioning-enabled bucket").
    """
    try:
        found = versions_of(key)
        while some := list(islice(found, DELETE_BATCH)):
            for refusal in remove_versions(some):
                why[key] = in_words(refusal)
    except ClientError as error:  # it may not list versions, for one: the other keys' removals go on
        if is_fault_of_store(error):
            raise
        why[key] = in_words(error.response.get("Error", {}))
    return key not in why


def remove_versions(versions: Sequence[dict[str, str]]) -> list[Mapping[str, Any]]:
    """What storage refuses of them."""
    if "DeleteObjects" not in refusals():
        try:
            return list(delete_objects(versions).get("Errors", []))
        except ClientError as error:
            if not goes_singly(error):
                raise
    return [refusal for version in versions if (refusal := refusal_of(version))]


def refusal_of(version: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Removes one version; what storage says where it refuses."""
    try:
        client().delete_object(Bucket=settings.STORAGE.bucket, **version)
    except ClientError as error:
        if is_fault_of_store(error):
            raise
        return None if code_of(error) == "NoSuchVersion" else error.response.get("Error", {"Code": "refused"})
    return None


def versions_of(key: str) -> Iterator[dict[str, str]]:
    """Versions and delete markers of just this key; others may begin with it."""
    pages = client().get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=settings.STORAGE.bucket, Prefix=key):
        for item in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            if item["Key"] == key:
                yield {"Key": key, "VersionId": item["VersionId"]}


def delete_objects(objects: Sequence[dict[str, str]]) -> dict[str, Any]:
    request = {"Objects": list(objects), "Quiet": False}
    answer: dict[str, Any] = client().delete_objects(Bucket=settings.STORAGE.bucket, Delete=request)
    return answer


def in_words(error: Mapping[str, Any]) -> str:
    """What storage says, for an admin: AccessDenied, for one, where an object is locked."""
    return ": ".join(filter(None, [str(error.get("Code", "")), str(error.get("Message", ""))]))[:300]
