"""Typed reading of environment variables: a wrong value is refused with the variable's name."""

import enum
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
SIGNED_URL_MAX_SECONDS = 604_800  # SigV4's own limit: AWS, "Authenticating Requests: Using Query Parameters"


class Mode(enum.Enum):
    """What the three states of DEBUG mean."""

    LOCAL = "local"  # unset: embedded engines allowed, our own error pages
    DEVELOPMENT = "development"  # 1: as local, with Django's debug pages
    PRODUCTION = "production"  # 0: every engine and secret must be named


@dataclass(frozen=True)
class StorageSettings:
    """Where objects live and how to sign for them; `signed_url_ttl` is in seconds."""

    endpoint: str | None
    region: str
    bucket: str
    access_key_id: str | None
    secret_key: str | None = field(repr=False)
    public_url: str | None
    force_path_style: bool
    signed_url_ttl: int


def is_plain_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, a bracket that is not closed
        return False
    more = "@" in parts.netloc or "?" in value or "#" in value
    return known and not more and value.isascii() and not re.search(r"[\s\x00-\x1f\x7f\"<>\\^`{|}]", value)


class Environment:
    """Reads variables from a mapping (`os.environ`); an empty value counts as unset."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables

    def text(self, name: str, default: str = "") -> str:
        return self.variables.get(name, "").strip() or default

    def required(self, name: str, why: str) -> str:
        """The value of `name`; raises ImproperlyConfigured with a sentence when it is unset."""
        value = self.text(name)
        if not value:
            raise ImproperlyConfigured(f"{name} is not set. {why}")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name).lower()
        if not value:
            return default
        if value not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
        return value in TRUE

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
            raise ImproperlyConfigured(
                f"{name} must be a whole number from {lowest} to {highest}, not {value!r}."
            )
        return int(value)

    def choice(self, name: str, default: str, choices: Collection[str]) -> str:
        """One of `choices`, in whatever case it is written."""
        value = self.text(name, default)
        known = {choice.lower(): choice for choice in choices}
        if value.lower() not in known:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        return known[value.lower()]

    def folder(self, name: str) -> Path | None:
        """A folder, made where it is not there yet; None when unset."""
        value = self.text(name)
        if not value:
            return None
        try:
            Path(value).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name} names {value!r}, which is no folder and cannot be made ({error.strerror})."
            ) from error
        return Path(value)

    def names(self, name: str) -> list[str]:
        """A comma-separated list."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def url(self, name: str) -> str | None:
        """An http or https URL without a trailing slash, query or fragment; None when unset.

        It is signed as it stands, so it must be what browsers send: ASCII, quoted, without a password.
        """
        value = self.text(name).rstrip("/")
        if not value:
            return None
        if not is_plain_url(value):
            raise ImproperlyConfigured(
                f"{name} must be an http:// or https:// URL, in ASCII (host as xn--…, path quoted) and "
                "without password, query or fragment."
            )
        return value

    def mode(self) -> Mode:
        if not self.text("DEBUG"):
            return Mode.LOCAL
        return Mode.DEVELOPMENT if self.flag("DEBUG", False) else Mode.PRODUCTION

    def storage(self) -> StorageSettings:
        """The STORAGE_* variables; a bucket is always named by now (embedded engines name theirs)."""
        why = "Name the S3 bucket that holds the files (see the README's configuration table)."
        access_key_id, secret_key = self.text("STORAGE_ACCESS_KEY_ID"), self.text("STORAGE_SECRET_KEY")
        if bool(access_key_id) != bool(secret_key):
            missing = "STORAGE_SECRET_KEY" if access_key_id else "STORAGE_ACCESS_KEY_ID"
            raise ImproperlyConfigured(f"{missing} is not set. Set both halves of the key, or neither.")
        return StorageSettings(
            endpoint=self.url("STORAGE_ENDPOINT"),
            region=self.text("STORAGE_REGION", "us-east-1"),
            bucket=self.required("STORAGE_BUCKET", why),
            access_key_id=access_key_id or None,
            secret_key=secret_key or None,
            public_url=self.url("STORAGE_PUBLIC_URL"),
            force_path_style=self.flag("STORAGE_FORCE_PATH_STYLE", True),
            signed_url_ttl=self.number("STORAGE_SIGNED_URL_TTL", 3600, 1, SIGNED_URL_MAX_SECONDS),
        )

    def database(self) -> dict[str, Any]:
        """Django's connection parameters from DATABASE_URL (libpq's URI form, PostgreSQL docs 32.1.1.2)."""
        why = "Name a PostgreSQL, as postgresql://user:password@host:5432/name."
        parts = urlsplit(self.required("DATABASE_URL", why))
        query = dict(parse_qsl(parts.query))
        name = unquote(parts.path.lstrip("/"))
        if parts.scheme not in {"postgres", "postgresql"} or not name:
            raise ImproperlyConfigured(
                "DATABASE_URL must look like postgresql://user:password@host:5432/name."
            )
        try:
            port = parts.port or ""
        except ValueError as error:
            raise ImproperlyConfigured("DATABASE_URL has a port that is no number.") from error
        host = query.pop("host", None) or unquote(parts.hostname or "")
        return {
            "NAME": name,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": port,
            "OPTIONS": query,
        }
