"""The only way to nothing: Asset -> no row, no object.

Database and storage cannot commit together. One transaction deletes the row, writes the log and records
the removal of the object; only then storage is asked. What storage does not confirm stays recorded, and
the worker asks again with growing pauses. A crash leaves a whole asset or a recorded removal, never less.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from assets import activity, storage
from assets.errors import NotFound, StorageUnavailable
from assets.models import Asset, Preview, Removal
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import Workspace

log = logging.getLogger(__name__)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=6)
IN_HAND = timedelta(seconds=30)  # how long whoever deletes has the first try to itself
AWAITED = 2  # seconds that whoever deletes waits for storage, where it removes one object after the other
PATIENTLY = 60  # seconds of a worker for one batch
CLAIM = timedelta(minutes=5)  # longer than a batch takes, whatever the last of its requests waits for
BATCH = 1000  # keys: DeleteObjects takes no more (Amazon S3 API Reference)


@dataclass(frozen=True)
class Deleted:
    """What one deletion took: ids of assets, and whether storage confirmed that all objects are gone."""

    ids: list[str]
    confirmed: bool


def delete_asset(workspace: Workspace, asset_id: str, actor: Actor) -> bool:
    """Deletes the asset for good; whether storage has confirmed that its objects are gone too.

    Raises NotFound when the workspace has no such asset (any more).
    """
    deleted = delete_assets(workspace, [asset_id], actor)
    if not deleted.ids:
        raise NotFound("This asset is gone: it was deleted, or it was never here.")
    return deleted.confirmed


def delete_assets(workspace: Workspace, asset_ids: Sequence[str], actor: Actor) -> Deleted:
    """Deletes those of the ids that the workspace has, all or none; no more than BATCH at once."""
    ids, keys = record_deletion(workspace, asset_ids, actor)
    return Deleted(ids, remove_keys(keys))


def remove_keys(keys: Sequence[str], seconds: float = AWAITED) -> bool:
    """Asks storage to remove these recorded objects; whether it confirmed all. An asset may have several.

    After so many seconds the rest is left to a worker: somebody waits.
    """
    until, confirmed = time.monotonic() + seconds, 0
    for start in range(0, len(keys), BATCH):
        if (left := until - time.monotonic()) > 0:
            confirmed += remove_objects(Q(storage_key__in=keys[start : start + BATCH]), left)
    return confirmed == len(keys)


@transaction.atomic
def record_deletion(
    workspace: Workspace, asset_ids: Sequence[str], actor: Actor
) -> tuple[list[str], list[str]]:
    """Rows, log and recorded removals in one transaction; the ids deleted and the keys to remove."""
    found = Asset.objects.in_workspace(workspace).filter(id__in=asset_ids).order_by("id")
    assets = list(found.defer("search", "metadata").select_for_update())
    pictures = dict(
        Preview.objects.filter(pk__in=[asset.pk for asset in assets])
        .exclude(picture_key="")
        .values_list("asset_id", "picture_key")
    )
    Asset.objects.filter(pk__in=[asset.pk for asset in assets]).delete()
    activity.record_assets(assets, activity.Action.ASSET_DELETED, actor)
    removals = [removal_of(asset, key) for asset in assets for key in object_keys(asset, pictures)]
    Removal.objects.bulk_create(removals)
    return [asset.id for asset in assets], [removal.storage_key for removal in removals]


def object_keys(asset: Asset, pictures: Mapping[str, str]) -> list[str]:
    """Every object that storage holds for this asset; `pictures` are previews' by asset."""
    return [asset.storage_key, *([pictures[asset.pk]] if asset.pk in pictures else [])]


def removal_of(asset: Asset, key: str) -> Removal:
    return Removal(
        workspace_id=asset.workspace_id,
        asset_id=asset.id,
        storage_key=key,
        next_attempt_at=timezone.now() + IN_HAND,
    )


def remove_objects(which: Q, seconds: float = PATIENTLY) -> int:
    """Asks storage to remove the recorded objects; how many it confirmed. Never raises for storage."""
    removals = claimed(which)
    if not removals:
        return 0
    keys, reasons = [one.storage_key for one in removals], dict[str, str]()
    try:
        gone, reason = set(storage.remove(keys, reasons, seconds=seconds)), "not confirmed"
    except StorageUnavailable as error:
        gone, reason = set(), error.message + (f" ({storage.reason(error)})" if error.__cause__ else "")
    confirmed = [removal.pk for removal in removals if removal.storage_key in gone]
    Removal.objects.filter(pk__in=confirmed).delete()
    left: dict[str, list[Removal]] = defaultdict(list)
    for removal in removals:
        if removal.storage_key not in gone:
            left[reasons.get(removal.storage_key, reason)].append(removal)
    for why, alike in left.items():
        postpone(alike, why)
    return len(confirmed)


@transaction.atomic
def claimed(which: Q) -> list[Removal]:
    """Up to BATCH of them, for whoever asks alone until CLAIM is over.

    Of two who remove the same, the slower would remove what was put under the key again.
    """
    mine = Removal.objects.filter(which).select_for_update(skip_locked=True)
    removals = list(mine.order_by("next_attempt_at")[:BATCH])
    mine_now = Removal.objects.filter(pk__in=[removal.pk for removal in removals])
    mine_now.update(next_attempt_at=timezone.now() + CLAIM)
    return removals


def postpone(removals: Sequence[Removal], reason: str) -> None:
    """Puts the next try off: 15 seconds after the first failure, doubling up to six hours."""
    if reason == storage.LEFT:  # not tried, so nothing has failed
        Removal.objects.filter(pk__in=[removal.pk for removal in removals]).update(
            next_attempt_at=timezone.now(), last_error=reason
        )
        return
    for attempts in {removal.attempts for removal in removals}:
        pause, alike = pause_after(attempts), [one for one in removals if one.attempts == attempts]
        log.warning("%d objects not removed yet (%s), next try in %s", len(alike), reason, pause)
        Removal.objects.filter(pk__in=[removal.pk for removal in alike]).update(
            attempts=attempts + 1, next_attempt_at=timezone.now() + pause, last_error=reason[:500]
        )


def pause_after(attempts: int) -> timedelta:
    """15 seconds, doubling up to six hours."""
    return min(FIRST_PAUSE * 2 ** min(attempts, 20), LONGEST_PAUSE)


def remove_due(stopping: Callable[[], bool] = lambda: False) -> int:
    """What the worker does every few seconds: another try for all that is due, batch by batch until told."""
    total = 0
    while not stopping() and (due := Removal.objects.filter(next_attempt_at__lte=timezone.now()).count()):
        confirmed = remove_objects(Q(next_attempt_at__lte=timezone.now()))
        total += confirmed
        if confirmed == 0 or due <= BATCH:
            return total
    return total
