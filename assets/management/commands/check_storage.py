"""Says step by step what works with the configured storage, through the very URLs that browsers use."""

import io
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from assets import storage
from assets.delivery import attachment
from assets.errors import StorageUnavailable

BODY = b"0123456789" * 10
FETCH_SECONDS = 15


class Fault(Exception):
    """A step that does not work; the message is a sentence that names the variable to look at."""


class Answer(NamedTuple):
    status: int
    body: bytes
    disposition: str


class Step(NamedTuple):
    name: str
    try_it: Callable[[str], str]
    needs: tuple[str, ...] = ()


def ask(url: str, headers: dict[str, str] | None = None) -> Answer:
    """What a browser would get; raises Fault when nothing answers."""
    request = urllib.request.Request(url, headers=headers or {})  # noqa: S310 - settings allow http(s) only
    try:
        with urllib.request.urlopen(request, timeout=FETCH_SECONDS) as answer:  # noqa: S310
            disposition = answer.headers.get("Content-Disposition", "")
            return Answer(answer.status, answer.read(len(BODY) + 1), disposition)
    except urllib.error.HTTPError as error:
        return Answer(error.code, b"", "")
    except (OSError, ValueError) as error:
        raise Fault(f"{storage.public_origin()} cannot be reached. Check {public_variable()}.") from error


def public_variable() -> str:
    return "STORAGE_PUBLIC_URL" if settings.STORAGE.public_url else "STORAGE_ENDPOINT"


def signed(key: str) -> str:
    return storage.sign(key, expires_in=60, content_disposition=attachment("check storage.txt"))


def not_permitted(act: str, permission: str, error: StorageUnavailable) -> Fault:
    return Fault(
        f"Storage does not {act} ({storage.reason(error)}). Give the key of STORAGE_ACCESS_KEY_ID "
        f"the permission {permission} on STORAGE_BUCKET."
    )


def reach(key: str) -> str:
    storage.check_reach()
    return f"{storage.where()} answers."


def bucket(key: str) -> str:
    storage.check_bucket()
    return f"The bucket “{settings.STORAGE.bucket}” is there and takes the key."


def list_objects(key: str) -> str:
    try:
        next(storage.list_objects(key), None)
    except StorageUnavailable as error:
        raise not_permitted("list objects", "s3:ListBucket", error) from error
    return "Objects can be listed."


def put(key: str) -> str:
    try:
        storage.put(key, io.BytesIO(BODY), "text/plain")
    except StorageUnavailable as error:
        raise not_permitted("take an object", "s3:PutObject", error) from error
    return f"{len(BODY)} bytes were written."


def head(key: str) -> str:
    try:
        found = storage.head(key)
    except StorageUnavailable as error:
        raise not_permitted("tell of an object", "s3:GetObject", error) from error
    if found is None or found.size != len(BODY):
        raise Fault("What was written is not there. Check that STORAGE_ENDPOINT names one store only.")
    return "Size and type are as written."


def fetch(key: str) -> str:
    answer = ask(signed(key))
    if answer.status == 403:
        raise Fault(
            f"{storage.public_origin()} refused a signed URL. Check that {public_variable()} is the address "
            "that the store itself sees (docs/storage.md, “Behind a proxy”), and STORAGE_REGION."
        )
    if answer.status != 200 or answer.body != BODY:
        raise Fault(
            f"A signed URL answered {answer.status}, not the object. Check that {public_variable()} leads to "
            "the bucket in STORAGE_BUCKET."
        )
    if not answer.disposition.startswith("attachment"):
        raise Fault(
            "A signed URL came back without the file name that it asked for. Check that the service or "
            f"proxy at {public_variable()} keeps response-content-disposition."
        )
    return f"A signed URL at {storage.public_origin()} gives the object under its own name."


def byte_range(key: str) -> str:
    answer = ask(signed(key), {"Range": "bytes=10-19"})
    if answer.status != 206 or answer.body != BODY[10:20]:
        raise Fault(
            f"A range of bytes answered {answer.status}, not 206, so seeking in audio and video fails. "
            f"Check the proxy at {public_variable()}."
        )
    return "A range of bytes answers 206."


def altered(key: str) -> str:
    url = signed(key)
    answer = ask(url[:-1] + ("0" if url[-1] != "0" else "1"))
    if not 400 <= answer.status < 500:
        raise Fault(
            f"A URL with an altered signature answered {answer.status}. Check that {public_variable()} asks "
            "the store itself, without a cache or key of its own."
        )
    return f"An altered signature is refused ({answer.status})."


def unsigned(key: str) -> str:
    answer = ask(signed(key).partition("?")[0])
    if not 400 <= answer.status < 500:
        raise Fault(
            f"A URL without a signature answered {answer.status}: anyone can read the files. Take public "
            f"access off the bucket in STORAGE_BUCKET, and check {public_variable()}."
        )
    return f"A URL without a signature is refused ({answer.status})."


def delete(key: str) -> str:
    try:
        gone = storage.remove([key]) == [key] and storage.head(key) is None
    except StorageUnavailable as error:
        raise not_permitted("delete", "s3:DeleteObject", error) from error
    if not gone:
        raise Fault("A deleted object is still there. Check the retention rules of STORAGE_BUCKET.")
    return "The object is deleted again."


STEPS = (
    Step("reach", reach),
    Step("bucket", bucket, ("reach",)),
    Step("list", list_objects, ("bucket",)),
    Step("put", put, ("bucket",)),
    Step("head", head, ("put",)),
    Step("sign and fetch", fetch, ("put",)),
    Step("range", byte_range, ("sign and fetch",)),
    Step("altered", altered, ("sign and fetch",)),
    Step("unsigned", unsigned, ("sign and fetch",)),
    Step("delete", delete, ("put",)),
)


class Command(BaseCommand):
    help = "Checks the storage named by STORAGE_*: reach, list, put, sign and fetch, range, delete."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            "Writes one small object under check-storage/ and removes it. Exit status 1: a failure."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key = f"check-storage/{uuid4().hex}/original"  # of the same letters as an asset's key
        works: set[str] = set()
        try:
            for step in STEPS:
                if self.passes(step, key, works):
                    works.add(step.name)
        finally:
            if "bucket" in works and "delete" not in works:
                self.clean(key)
        if len(works) < len(STEPS):
            raise CommandError("Storage is not ready.")
        self.stdout.write("Storage is ready.")

    def passes(self, step: Step, key: str, works: set[str]) -> bool:
        """Tries one step and writes its line."""
        lacking = [name for name in step.needs if name not in works]
        if lacking:
            self.line("skipped", step, f"needs “{lacking[0]}”.")
            return False
        try:
            self.line("ok", step, step.try_it(key))
        except (Fault, ImproperlyConfigured, StorageUnavailable) as fault:
            self.line("failed", step, str(fault))
            return False
        return True

    def line(self, outcome: str, step: Step, sentence: str) -> None:
        self.stdout.write(f"{outcome:<8}{step.name:<15} {sentence}")

    def clean(self, key: str) -> None:
        """A put that seemed to fail may have arrived; what cannot be removed is named."""
        try:
            left = storage.remove([key]) != [key]
        except StorageUnavailable:
            left = True
        if left:
            self.stdout.write(f"Perhaps left behind: {key}")
