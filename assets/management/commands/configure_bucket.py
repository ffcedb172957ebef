"""Lets the app's own pages send files straight to the bucket: CORS, set and tried."""

from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assets import storage
from assets.errors import StorageUnavailable

BY_HAND = "docs/storage.md (“Uploads in the browser”) says how each service sets it."


class Command(BaseCommand):
    help = "Allow uploads in the browser: sets the bucket's CORS rule, and tries it as a browser would."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Other CORS rules of the bucket stay. Exit status 1: a browser could not upload."
        parser.add_argument(
            "--origin",
            action="append",
            default=[],
            help="where people open the app, such as https://assets.example.com; may be given several times "
            "(default: CSRF_TRUSTED_ORIGINS and ALLOWED_HOSTS)",
        )
        parser.add_argument("--check", action="store_true", help="change nothing, only try it")

    def handle(self, *args: Any, origin: list[str], check: bool, **options: Any) -> None:
        origins = [checked(one) for one in origin] or own_origins()
        if not origins:
            raise CommandError("Name where people open the app: --origin https://assets.example.com")
        if not check:
            self.allow(origins)
        wrong = {one: storage.preflight(one) for one in origins if "*" not in one}
        for one, lacking in wrong.items():
            self.stdout.write(f"{'failed' if lacking else 'ok':<8}{one}{': ' if lacking else ''}{lacking}")
        if any(wrong.values()):
            raise CommandError(f"A browser cannot upload to {storage.public_origin()}. {BY_HAND}")

    def allow(self, origins: list[str]) -> None:
        try:
            storage.allow_origins(origins)
        except StorageUnavailable as error:
            raise CommandError(
                f"{storage.where()} did not take the CORS rule ({storage.reason(error)}). Give the key the "
                f"permissions s3:GetBucketCORS and s3:PutBucketCORS, or set it in the service: {BY_HAND}"
            ) from error
        self.stdout.write(f"Bucket “{settings.STORAGE.bucket}” takes uploads from {', '.join(origins)}.")


def checked(origin: str) -> str:
    """An origin as browsers send it (RFC 6454, 6.2); raises CommandError."""
    parts = urlsplit(origin.strip())
    named = f"{parts.scheme}://{parts.netloc}".lower()
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or named != origin.strip().lower().rstrip("/")
    ):
        raise CommandError(
            f"“{origin}” is no origin. Write it as https://assets.example.com, without a path."
        )
    return named


def own_origins() -> list[str]:
    """Where the settings say that the app is opened."""
    found = [*settings.CSRF_TRUSTED_ORIGINS]
    if not settings.PRODUCTION:
        found += [f"http://{host}:{settings.PORT}" for host in ("localhost", "127.0.0.1")]
    else:
        hosts = [host for host in settings.ALLOWED_HOSTS if host != "*"]
        found += [f"https://*{host}" if host.startswith(".") else f"https://{host}" for host in hosts]
    return list(dict.fromkeys(found))
