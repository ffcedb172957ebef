"""Keyset pages: a cursor names the row that a page starts after, so every page costs the same."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from assets.errors import InvalidInput
from assets.models import Asset, AssetQuerySet
from promptrails.workspaces.ksuids import is_ksuid

PAGE_SIZE = 50
COUNT_CAP = 10_000
SORTS = ("-created_at", "created_at", "-file_size", "file_size", "file_name", "-file_name")
CURSOR_MAX_LENGTH = 2_000
BROKEN_CURSOR = "This page address is not valid any more. Start again from the first page."


@dataclass(frozen=True)
class Cursor:
    """A place in a sorted list: before or after one row. `position` counts the rows ahead of the page."""

    sort: str
    value: str | int
    id: str
    position: int
    backward: bool = False

    def encode(self) -> str:
        fields = [self.sort, self.value, self.id, self.position, int(self.backward)]
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).rstrip(b"=").decode()

    @classmethod
    def decode(cls, text: str, sort: str) -> "Cursor":
        """The cursor in `text`; raises InvalidInput when it is broken or belongs to another sort."""
        try:
            if len(text) > CURSOR_MAX_LENGTH:
                raise ValueError("longer than any cursor made here")
            fields = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
            cursor = cls(fields[0], fields[1], fields[2], fields[3], bool(fields[4]))
            cursor.check(sort)
        except (ValueError, TypeError, LookupError, RecursionError, binascii.Error) as error:
            raise InvalidInput(BROKEN_CURSOR, {"cursor": BROKEN_CURSOR}) from error
        return cursor

    def check(self, sort: str) -> None:
        """Raises ValueError for a value that the sorted column could not hold."""
        field = sort.lstrip("-")
        if self.sort != sort or not is_ksuid(self.id):
            raise ValueError("another sort, or no id")
        if type(self.position) is not int or not 0 <= self.position < 2**53:
            raise ValueError("position")
        if field == "file_size" and (type(self.value) is not int or not 0 <= self.value < 2**63):
            raise ValueError("file_size")
        if field != "file_size" and (not isinstance(self.value, str) or "\0" in self.value):
            raise ValueError(field)
        if field == "file_name":
            str(self.value).encode()
        if field == "created_at" and datetime.fromisoformat(str(self.value)).tzinfo is None:
            raise ValueError("created_at")

    @property
    def parameter(self) -> Any:
        """The value as the database takes it."""
        is_time = self.sort.endswith("created_at")
        return datetime.fromisoformat(str(self.value)) if is_time else self.value


@dataclass(frozen=True)
class Slice:
    """One page: its assets in order, how many come before it, and the cursors of its neighbours."""

    assets: Sequence[Asset]
    position: int
    newer: Cursor | None
    older: Cursor | None


def cursor_at(asset: Asset, sort: str, position: int, backward: bool = False) -> Cursor:
    value = getattr(asset, sort.lstrip("-"))
    value = value.isoformat() if isinstance(value, datetime) else value
    return Cursor(sort, value, asset.id, position, backward)


def ordered(assets: AssetQuerySet, sort: str, cursor: Cursor | None) -> AssetQuerySet:
    """The assets behind the cursor (or before it, nearest first), in an order that ends with the id."""
    field, descending = sort.lstrip("-"), sort.startswith("-")
    if cursor:
        descending ^= cursor.backward
        lookup = TupleLessThan if descending else TupleGreaterThan
        assets = assets.filter(lookup(Tuple(F(field), F("id")), (cursor.parameter, cursor.id)))
    sign = "-" if descending else ""
    return assets.order_by(sign + field, sign + "id")


def to_slice(
    rows: Sequence[Asset], sort: str, cursor: Cursor | None, size: int = PAGE_SIZE, offset: int = 0
) -> Slice:
    """A page out of up to `size` + 1 rows in the order of `ordered`; the extra row tells of more.

    `offset` counts the rows ahead of a page that no cursor begins.
    """
    assets, more = list(rows[:size]), len(rows) > size
    backward = bool(cursor and cursor.backward)
    if backward:
        assets.reverse()
    position = cursor.position if cursor else offset
    if backward:
        position = max(position - len(assets), 0)
    has_newer, has_older = (more, True) if backward else (cursor is not None or offset > 0, more)
    if not assets:
        return Slice([], position, None, None)
    first = cursor_at(assets[0], sort, position, backward=True)
    last = cursor_at(assets[-1], sort, position + len(assets))
    return Slice(assets, position, first if has_newer else None, last if has_older else None)


def at_offset(assets: AssetQuerySet, sort: str, offset: int, count: int) -> list[str]:
    """The ids of `count` rows from `offset` on, read from an index alone."""
    return list(ordered(assets, sort, None).values_list("id", flat=True)[offset : offset + count])


def capped_count(assets: AssetQuerySet) -> tuple[int, bool]:
    """How many, and whether that is exact: beyond COUNT_CAP nobody counts further."""
    count = assets.order_by()[: COUNT_CAP + 1].count()
    return min(count, COUNT_CAP), count <= COUNT_CAP
