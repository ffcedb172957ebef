"""Whether storage and database agree: both are walked in the order of keys, a page of the bucket at a time.

Memory is flat whatever the number. The system lives meanwhile, so nothing is said of what is younger than
`before`, and each finding is looked at again before it is told.
"""

import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from assets import deletion, previewing, storage
from assets.ingest.imports import batches
from assets.layout import KEY_PREFIX, OWN, PICTURE
from assets.models import Asset, Preview, Reconciliation, Removal, SignedPut, Upload
from assets.storage import ObjectInfo
from promptrails.workspaces.actors import OPERATOR
from promptrails.workspaces.models import Workspace

log = logging.getLogger(__name__)
PAGE = 1000  # objects of a listing (Amazon S3 API Reference, ListObjectsV2), and rows
ROW = ("id", "storage_key", "file_size", "created_at", "workspace_id")


class Fault(StrEnum):
    """What can be off; the first three need a person."""

    MISSING = "record without its object"
    SIZE = "object of another size than its record says"
    ORPHAN = "object that no record names"
    STRAY = "preview without its asset"
    LOST = "preview whose object is missing"


@dataclass(frozen=True)
class Finding:
    """`size` in bytes of the object, 0 where there is none; the asset's id where one is known."""

    fault: Fault
    key: str
    size: int = 0
    asset_id: str = ""


@dataclass
class Tally:
    """What was walked: objects of the app, objects of others in the bucket, records; and what was off."""

    objects: int = 0
    foreign: int = 0
    records: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)


class Interrupted(Exception):
    """The walk was told to stop; what it has seen is no outcome."""


def compare(
    before: datetime, tally: Tally, stopping: Callable[[], bool] = lambda: False
) -> Iterator[Finding]:
    """Everything that is off among what is older than `before`; raises StorageUnavailable, Interrupted."""
    low, pictures = "", Expected()
    for page in batches(storage.list_objects(), PAGE):
        if stopping():
            raise Interrupted
        yield from counted(judged(page, low, page[-1].key, before, pictures, tally), tally)
        low = page[-1].key
    yield from counted(judged([], low, None, before, pictures, tally), tally)


def counted(findings: Iterator[Finding], tally: Tally) -> Iterator[Finding]:
    for finding in findings:
        tally.faults[finding.fault] += 1
        yield finding


def judged(
    page: Sequence[ObjectInfo],
    low: str,
    high: str | None,
    before: datetime,
    pictures: "Expected",
    tally: Tally,
) -> Iterator[Finding]:
    """Objects and records whose keys lie behind `low` and up to `high`, or to the end."""
    objects, known = {info.key: info for info in page}, set[str]()
    for rows in records(low, high):
        tally.records += len(rows)
        known.update(row.storage_key for row in rows)
        expect_pictures(rows, low, pictures)
        for row in rows:
            if row.created_at < before:
                yield from differing(row, objects.get(row.storage_key))
    yield from lost_pictures(objects, high, pictures)
    unnamed = [info for info in page if info.key not in known]
    yield from unknown(unnamed, before, tally)
    tally.objects += len(page)


def records(low: str, high: str | None) -> Iterator[list[Asset]]:
    while True:
        within = Q(storage_key__gt=low) & (Q(storage_key__lte=high) if high is not None else Q())
        rows = list(Asset.objects.filter(within).order_by("storage_key").only(*ROW)[:PAGE])
        if rows:
            yield rows
        if len(rows) < PAGE:
            return
        low = rows[-1].storage_key


def differing(row: Asset, info: ObjectInfo | None) -> Iterator[Finding]:
    if info and info.size == row.file_size:
        return
    again = storage.head(row.storage_key)
    if not Asset.objects.filter(pk=row.pk, storage_key=row.storage_key).exists():
        return  # deleted meanwhile
    if again is None:
        yield Finding(Fault.MISSING, row.storage_key, asset_id=row.pk)
    elif again.size != row.file_size:
        yield Finding(Fault.SIZE, row.storage_key, again.size, row.pk)


def expect_pictures(rows: Sequence[Asset], low: str, pictures: "Expected") -> None:
    """Previews lie right behind their originals, but for objects that were imported where they lay."""
    made = Preview.objects.filter(pk__in=[row.pk for row in rows]).exclude(picture_key="")
    found = made.values_list("picture_key", "asset_id")
    pictures.add((key, asset_id) for key, asset_id in found if key > low or not storage.head(key))


def lost_pictures(
    objects: dict[str, ObjectInfo], high: str | None, pictures: "Expected"
) -> Iterator[Finding]:
    for key, asset_id in pictures.taken(high):
        if key in objects or storage.head(key):
            continue
        if Preview.objects.filter(pk=asset_id, picture_key=key).exists():
            yield Finding(Fault.LOST, key, asset_id=asset_id)


class Expected:
    """The previews' keys, with their assets, that the walk has not come to yet.

    What was imported where it lay may have millions of them far behind: they take disk, not memory.
    """

    def __init__(self) -> None:
        self._keys = sqlite3.connect("")  # a private file that ends with the connection
        self._keys.execute("CREATE TABLE picture (key TEXT PRIMARY KEY, asset_id TEXT) WITHOUT ROWID")

    def add(self, pictures: Iterable[tuple[str, str]]) -> None:
        self._keys.executemany("INSERT OR REPLACE INTO picture VALUES (?, ?)", pictures)

    def taken(self, high: str | None) -> Iterator[tuple[str, str]]:
        """Those up to `high`, or all, which are expected no longer."""
        last = "\U0010ffff" if high is None else high  # no key sorts behind the last character
        up_to = "FROM picture WHERE key <= ?"
        while some := self._keys.execute(f"SELECT * {up_to} ORDER BY key LIMIT {PAGE}", [last]).fetchall():
            yield from some
            self._keys.execute(f"DELETE {up_to}", [some[-1][0]])


def unknown(unnamed: Sequence[ObjectInfo], before: datetime, tally: Tally) -> Iterator[Finding]:
    """Objects that are no asset's: previews, uploads on their way, removals not done yet; or nobody's."""
    own = [info for info in unnamed if info.key.startswith(KEY_PREFIX)]
    tally.foreign += len(unnamed) - len(own)
    tally.objects -= len(unnamed) - len(own)
    named = named_among([info.key for info in own])
    for info in own:
        if info.key in named or (info.modified and info.modified >= before):
            continue
        if storage.head(info.key) and not named_among([info.key]):
            match = PICTURE.fullmatch(info.key)
            fault = Fault.STRAY if match else Fault.ORPHAN
            yield Finding(fault, info.key, info.size, match["asset"] if match else "")


def named_among(keys: Sequence[str]) -> set[str]:
    assets = [match["asset"] for match in map(PICTURE.fullmatch, keys) if match]
    previews = Preview.objects.filter(pk__in=assets, picture_key__in=keys)
    named = set(previews.values_list("picture_key", flat=True))
    for table in (Asset, Upload, Removal, SignedPut):
        found = table._default_manager.filter(storage_key__in=keys)
        named.update(found.values_list("storage_key", flat=True))
    return named


def repair(finding: Finding) -> bool:
    """Puts right what cannot lose data: a lost preview is made again, a stray one removed."""
    if finding.fault is Fault.LOST:
        previewing.ask_again(Q(pk=finding.asset_id))
        return True
    return finding.fault is Fault.STRAY and remove(finding)


def remove(finding: Finding) -> bool:
    """Has an object removed that nothing names; False where something names it by now.

    Raises StorageUnavailable for an object of a workspace that this database does not know: its removal
    cannot be recorded.
    """
    match = OWN.fullmatch(finding.key)
    owner = Workspace.objects.filter(pk=match["workspace"]).first() if match else None
    with transaction.atomic():
        if named_among([finding.key]):
            return False
        if match and owner:
            Removal.objects.create(workspace=owner, asset_id=match["asset"], storage_key=finding.key)
    if match and owner:
        deletion.remove_keys([finding.key])
        return True
    return bool(storage.remove([finding.key]))


def forget(missing: Sequence[Finding]) -> int:
    """Deletes the records whose object is still missing, as every deletion goes; how many.

    Raises StorageUnavailable.
    """
    forgotten = 0
    for some in batches(iter(missing), deletion.BATCH):
        ids = [finding.asset_id for finding in some if not storage.head(finding.key)]
        owners = Workspace.objects.filter(pk__in=Asset.objects.filter(pk__in=ids).values("workspace"))
        forgotten += sum(len(deletion.delete_assets(owner, ids, OPERATOR).ids) for owner in owners)
    return forgotten


def agreement(older_than: timedelta, stopping: Callable[[], bool] = lambda: False) -> Reconciliation:
    """The read-only comparison, written down with its outcome; raises as `compare` does."""
    tally, started = Tally(), timezone.now()
    for finding in compare(started - older_than, tally, stopping):
        log.warning("%s: %s", finding.fault, finding.key)
    return write_down(tally, started)


def write_down(tally: Tally, started: datetime) -> Reconciliation:
    """What a walk over everything has found."""
    return Reconciliation.objects.create(
        seconds=(timezone.now() - started).total_seconds(),
        objects_seen=tally.objects,
        records_seen=tally.records,
        faults={fault.name.lower(): count for fault, count in tally.faults.items()},
    )
