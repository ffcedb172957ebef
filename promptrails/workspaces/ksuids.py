"""KSUIDs: 27 characters that sort by time, byte-wise (segmentio/ksuid)."""

import re
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from ksuid import Ksuid

LENGTH = 27
BASE62 = re.compile(r"[0-9A-Za-z]{27}", re.ASCII)
LARGEST = "aWgEPTl1tmebfsQzFP4bxwgy80V"  # 160 bits of ones


def new_ksuid(at: datetime | None = None) -> str:
    """A fresh id for that moment, or for now; 128 of its 160 bits are random."""
    return str(Ksuid(datetime=at))


def derived_ksuid(at: datetime, *of: str) -> str:
    """The same id each time for the same moment (to the second) and texts; for things that lack an id."""
    told = "\0".join(of).encode(errors="surrogateescape")
    return str(Ksuid(datetime=at, payload=sha256(told).digest()[:16]))


def time_of_ksuid(text: str) -> datetime:
    """The moment in an id, to the second, in UTC."""
    return Ksuid.from_base62(text).datetime


def is_ksuid(text: object) -> bool:
    return isinstance(text, str) and bool(BASE62.fullmatch(text)) and text <= LARGEST


def validate_ksuid(text: str) -> None:
    if not is_ksuid(text):
        raise ValidationError("An id is a KSUID: 27 letters and digits.", code="ksuid")


class KSUIDField(models.CharField):
    """char(27) that the database, too, sorts byte-wise: the "C" collation."""

    default_validators = [validate_ksuid]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"max_length": LENGTH, "db_collation": "C"}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"], kwargs["db_collation"]
        return name, path, args, kwargs
