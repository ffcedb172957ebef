"""The invariant of docs/architecture.md, told from a plain listing of both sides; and time that passes."""

import time
from collections import Counter
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from assets import bulk, deletion, ingest, previewing, reconciling, retention, storage
from assets.layout import KEY_PREFIX
from assets.models import Asset, BulkDeletion, BulkItem, Preview, PreviewStatus, Removal, SignedPut, Upload
from assets.previews import Sandbox


def broken() -> list[str]:
    """What is against it at this moment.

    Every object under the app's prefix is named by exactly one asset, preview, intent or removal; every
    asset's object exists with the recorded size; parts of objects belong to an intent.
    """
    objects = {info.key: info.size for info in storage.list_objects(KEY_PREFIX)}
    sizes = dict(Asset.objects.values_list("storage_key", "file_size"))
    pictures = list(Preview.objects.exclude(picture_key="").values_list("picture_key", flat=True))
    intents = set(Upload.objects.values_list("storage_key", flat=True))
    named = Counter([*sizes, *pictures, *intents, *Removal.objects.values_list("storage_key", flat=True)])
    named.update(set(SignedPut.objects.values_list("storage_key", flat=True)) - named.keys())
    wrong = [key for key, size in sizes.items() if objects.get(key) != size]
    return [
        *(f"{key} is named {named[key]} times" for key in objects if named[key] != 1),
        *(f"{key} has {objects.get(key)} bytes, not {sizes[key]}" for key in wrong),
        *(f"picture {key} is missing" for key in pictures if key not in objects),
        *(f"parts of {key} belong to nobody" for key in parts() if key not in intents),
    ]


def parts() -> list[str]:
    """Keys of multipart uploads that were begun and not ended."""
    found = storage.client().list_multipart_uploads(Bucket=settings.STORAGE.bucket).get("Uploads", [])
    return [upload["Key"] for upload in found]


def holds(after: str = "", *, all_are_dead: bool = True) -> None:
    """It does, once PostgreSQL and storage have ended what the dead had asked for."""
    deadline = time.monotonic() + 5
    while wrong := [*(["sessions of the dead are open"] if all_are_dead and sessions() else []), *broken()]:
        assert time.monotonic() < deadline, f"after {after}: {wrong}"
        time.sleep(0.02)


def sessions() -> int:
    """Of forks (tests.faults.lab); other tests may have left some of their own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'forks'")
        return int(cursor.fetchone()[0])


def let_time_pass(sandbox: Sandbox) -> None:
    """Every pause is over and every intent has expired: workers do what is due until nothing is."""
    now = timezone.now()
    Upload.objects.update(expires_at=now)
    Removal.objects.update(next_attempt_at=now)
    Preview.objects.exclude(next_attempt_at=None).update(next_attempt_at=now)
    SignedPut.objects.update(ends_at=now)
    ingest.sweep_intents()
    ingest.sweep_signed_puts()
    bulk.run_due()
    retention.run_due()
    for _ in previewing.make_due(sandbox):
        pass
    Removal.objects.update(next_attempt_at=now)
    deletion.remove_due()


def settled() -> None:
    """Nothing waits any more, nothing is left over, and `reconcile` agrees."""
    running, drafts = BulkDeletion.State.RUNNING, BulkDeletion.State.DRAFT
    waiting: dict[str, Any] = {
        "intents": Upload.objects.values_list("id", flat=True),
        "removals": Removal.objects.values_list("storage_key", "last_error"),
        "deletions": BulkDeletion.objects.filter(state=running).values_list("pk", flat=True),
        "items": BulkItem.objects.exclude(deletion__state=drafts).values_list("pk", flat=True),
        "previews": Asset.objects.filter(preview_status=PreviewStatus.PENDING).values_list("pk", flat=True),
        "parts": parts(),
    }
    assert {what: list(left) for what, left in waiting.items() if left} == {}
    assert broken() == []
    found = reconciling.compare(timezone.now() + timedelta(minutes=1), reconciling.Tally())
    assert list(found) == []
