"""After a database was restored from a backup: nothing that was under way then goes on by itself.

The bucket is of another moment. What the restored rows would do to it, they would do to files that nobody
meant: an upload that was under way has become an asset since, a deletion may have been cancelled.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assets import bulk, storage
from assets.models import (
    Activity,
    BulkDeletion,
    IdempotentAnswer,
    Preview,
    Removal,
    RetentionRule,
    SignedPut,
    Upload,
)
from promptrails.workspaces.models import ApiKey

RESPITE = timedelta(days=7)  # in which no retention rule deletes anything


@dataclass(frozen=True)
class Restored:
    """How many of each were stopped or forgotten; `removals` and `keys` stay as they are."""

    uploads: int
    deletions: int
    rules: int
    sessions: int
    removals: int
    keys: int


@transaction.atomic
def after_restore() -> Restored:
    """Intents are forgotten, with their objects left where they are; deletions of many are cancelled.

    Recorded removals stay, as their records are gone from the restored database as well; but not that of an
    object which was put again since, by an import for one. Raises StorageUnavailable.
    """
    newest = Activity.objects.aggregate(at=Max("at"))["at"]
    for removal in Removal.objects.iterator(1000):
        there = storage.head(removal.storage_key)
        if there and newest and there.modified and there.modified > newest:
            removal.delete()
    running = BulkDeletion.objects.filter(state__in=[bulk.State.DRAFT, bulk.State.RUNNING])
    deletions = running.select_for_update()
    for found in deletions:
        bulk.end(found, bulk.State.CANCELLED)
    IdempotentAnswer.objects.all().delete()
    Preview.objects.exclude(next_attempt_at=None).update(claims=0)
    SignedPut.objects.all().delete()
    respite = timezone.now() + RESPITE
    return Restored(
        uploads=Upload.objects.all().delete()[0],
        deletions=len(deletions),
        rules=RetentionRule.objects.filter(starts_at__lt=respite).update(starts_at=respite),
        sessions=Session.objects.all().delete()[0],
        removals=Removal.objects.count(),
        keys=ApiKey.objects.filter(revoked_at=None).count(),
    )
