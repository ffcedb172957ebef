"""Previews of stored files: one is claimed, made in the sandbox, put into storage, and recorded.

The object is recorded as a removal before it is put; the transaction that gives it to its asset takes the
removal back. Whoever dies in between leaves nothing that nobody knows. A claim ends by itself, so another
worker repeats what a killed one was at.
"""

import io
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from assets import previews, storage
from assets.deletion import pause_after
from assets.errors import StorageUnavailable
from assets.kinds import media_type
from assets.layout import picture_key
from assets.models import Asset, Preview, PreviewStatus, Removal
from assets.previews import CannotPreview, NotStarted, Sandbox, TakesTooLong

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=5)  # longer than the sandbox lets any file take
MOST_CLAIMS = 3  # workers that may vanish over one file
LOST = "The process that made its preview ended three times; it is not tried again by itself."
EVERY = Q()
SLOW = 30  # seconds of waiting for storage, of the two minutes that a file has in all
MANY = 1000  # asked for again at once
UNKNOWN = "A file of this type is not looked at."


@dataclass
class StoredFile:
    """An object of storage, read piece by piece; `size` in bytes, `waited` for storage in seconds."""

    key: str
    size: int
    waited: float = 0

    def read(self, offset: int, length: int) -> bytes:
        """Raises CannotPreview where there is no such object, StorageUnavailable when storage fails."""
        began = time.monotonic()
        found = storage.read(self.key, offset, min(length, self.size - offset)) if offset < self.size else b""
        self.waited += time.monotonic() - began
        if found is None:
            raise CannotPreview("The file is not in storage.")
        return found


def make_due(sandbox: Sandbox, among: Q = EVERY) -> Iterator[PreviewStatus]:
    """Makes what is due, newest first; yields what became of each asset's preview."""
    while claimed := claim(among):
        yield make(sandbox, claimed)


def due(among: Q = EVERY) -> QuerySet[Preview]:
    return Preview.objects.filter(among, next_attempt_at__lte=timezone.now())


def claim(among: Q = EVERY) -> Preview | None:
    """One that is due, for this worker alone until LEASE is over."""
    while True:
        with transaction.atomic():
            mine = due(among).order_by("-asset_id").select_for_update(skip_locked=True, of=("self",))
            found = mine.first()
            if found is None:
                return None
            if found.claims < MOST_CLAIMS:
                found.claims += 1
                found.next_attempt_at = timezone.now() + LEASE
                found.save(update_fields=["claims", "next_attempt_at"])
                return found
        end(found, PreviewStatus.FAILED, reason=LOST)


def make(sandbox: Sandbox, claimed: Preview) -> PreviewStatus:
    """Never raises for the file or for storage: the one is recorded, the other tried again later."""
    asset = Asset.objects.filter(pk=claimed.pk).defer("search", "metadata").first()
    if asset is None:
        return PreviewStatus.FAILED
    try:
        record(claimed, asset, looked_at(sandbox, asset))
    except CannotPreview as reason:
        end(claimed, PreviewStatus.FAILED, reason=str(reason))
        return PreviewStatus.FAILED
    except StorageUnavailable as error:
        postpone(claimed, error)
        return PreviewStatus.PENDING
    except (NotStarted, KeyboardInterrupt):
        give_back(claimed)
        raise
    return PreviewStatus.READY


def looked_at(sandbox: Sandbox, asset: Asset) -> previews.Preview:
    """Raises StorageUnavailable too when the time was spent on waiting for storage."""
    media = media_type(asset.content_type)
    if media is None:
        raise CannotPreview(UNKNOWN)
    file = StoredFile(asset.storage_key, asset.file_size)
    try:
        return sandbox.make(file, media)
    except TakesTooLong as error:
        if file.waited < SLOW:
            raise
        raise StorageUnavailable(f"Storage took {file.waited:.0f} seconds of a preview's time.") from error


def record(claimed: Preview, asset: Asset, made: previews.Preview) -> None:
    """Raises StorageUnavailable when the picture cannot be put; then nothing of it stays unknown."""
    key = ""
    if made.picture:
        key = picture_key(asset.workspace_id, asset.pk)
        removal = Removal(workspace_id=asset.workspace_id, asset_id=asset.pk, storage_key=key)
        removal.next_attempt_at = timezone.now() + LEASE
        removal.save()
        storage.put(key, io.BytesIO(made.picture), "image/webp")
    measured = {"width": made.width, "height": made.height, "duration": made.duration}
    end(
        claimed,
        PreviewStatus.READY,
        measured={name: value for name, value in measured.items() if value is not None},
        picture_key=key,
        peaks=bytes(made.peaks) if made.peaks else None,
        details=made.details,
    )


def end(
    claimed: Preview,
    status: PreviewStatus,
    *,
    measured: dict[str, float] | None = None,
    **made: object,
) -> None:
    """One transaction: the record says what there is now, and the objects belong to it, or are removed."""
    fresh = {"picture_key": "", "peaks": None, "details": {}, "reason": ""} | made
    fresh["reason"] = str(fresh["reason"])[:500]
    now = timezone.now()
    with transaction.atomic():
        asset = Asset.objects.select_for_update().only("workspace").filter(pk=claimed.pk).first()
        before = Preview.objects.select_for_update().filter(pk=claimed.pk).first()
        if asset is None or before is None or before.claims != claimed.claims:
            Removal.objects.filter(storage_key=fresh["picture_key"]).update(next_attempt_at=now)
            return  # deleted meanwhile, or another worker has it
        Asset.objects.filter(pk=asset.pk).update(preview_status=status, updated_at=now, **(measured or {}))
        done = {"next_attempt_at": None, "attempts": 0, "claims": 0}
        Preview.objects.filter(pk=asset.pk).update(**fresh, **done)
        Removal.objects.filter(storage_key=fresh["picture_key"]).delete()
        if before.picture_key:
            Removal.objects.create(
                workspace_id=asset.workspace_id, asset_id=asset.pk, storage_key=before.picture_key
            )
    if status == PreviewStatus.FAILED:
        log.info("no preview of asset %s: %s", asset.pk, fresh["reason"])


def postpone(claimed: Preview, error: StorageUnavailable) -> None:
    """Storage's fault: tried again with growing pauses, however often."""
    pause = pause_after(claimed.attempts)
    log.warning("no preview of asset %s yet (%s), next try in %s", claimed.pk, storage.reason(error), pause)
    mine = Preview.objects.filter(pk=claimed.pk, claims=claimed.claims)
    mine.update(claims=0, attempts=F("attempts") + 1, next_attempt_at=timezone.now() + pause)


def give_back(claimed: Preview) -> None:
    """Neither the file nor storage is the reason, and this worker did not vanish over it: not counted."""
    mine = Preview.objects.filter(pk=claimed.pk, claims=claimed.claims)
    mine.update(claims=F("claims") - 1, next_attempt_at=timezone.now() + pause_after(0))


def ask_again(which: Q) -> list[str]:
    """Makes previews of MANY of these due (again), those without a row too; the assets' ids, in order."""
    now = timezone.now()
    with transaction.atomic():
        assets = Asset.objects.filter(which).order_by("pk")
        ids = list(assets.select_for_update(of=("self",)).values_list("pk", flat=True)[:MANY])
        rows = [Preview(asset_id=pk, next_attempt_at=now) for pk in ids]
        Preview.objects.bulk_create(rows, ignore_conflicts=True)
        Preview.objects.filter(pk__in=ids).update(next_attempt_at=now, claims=0, attempts=0)
        Asset.objects.filter(pk__in=ids).update(preview_status=PreviewStatus.PENDING, updated_at=now)
    return ids
