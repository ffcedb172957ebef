"""Deleting many: the set is written down when it is shown, and just that set is deleted, batch by batch.

Each batch is one transaction of assets.deletion, under a lock on its deletion's row: a worker that dies lets
go of it, and the next one goes on with what is left. What arrives later is in no set.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.utils import timezone

from assets import deletion
from assets.errors import Conflict, InvalidInput
from assets.filters import AssetFilter
from assets.models import Asset, AssetQuerySet, BulkDeletion, BulkItem
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import Workspace

MOST = 1_000_000  # assets of one deletion
AT_ONCE = 100  # assets that are deleted while the person waits
DRAFT_SECONDS = 60  # in which a set must be written down
DRAFTS_LIVE = timedelta(hours=1)
SECONDS = 20  # of work until other tasks have their turn
State = BulkDeletion.State


def draft_of_matching(asset_filter: AssetFilter) -> BulkDeletion:
    """All that the filter matches now, to be confirmed; raises InvalidInput for nothing or too many."""
    return draft(asset_filter.workspace, asset_filter.matching(), asset_filter.query())


def draft_of_chosen(workspace: Workspace, asset_ids: Sequence[str], back: str = "") -> BulkDeletion:
    """Those of the ids that the workspace has; raises as `draft_of_matching` does.

    `back` is the query string of the list that they were chosen on.
    """
    return draft(workspace, Asset.objects.in_workspace(workspace).filter(id__in=asset_ids), back)


@transaction.atomic
def draft(workspace: Workspace, assets: AssetQuerySet, matching: str = "") -> BulkDeletion:
    with connection.cursor() as cursor:  # 100,000 take two seconds, a million twenty
        cursor.execute("SET LOCAL statement_timeout = %s", [DRAFT_SECONDS * 1000])
    made = BulkDeletion.objects.create(workspace=workspace, matching=matching[:2000])
    write_down(made, assets)
    chosen = Asset.objects.in_workspace(workspace).filter(
        id__in=BulkItem.objects.filter(deletion=made).values("asset_id")
    )
    for kind, count, size in chosen.values_list("type").annotate(Count("id"), Sum("file_size")).order_by():
        made.kinds[kind] = count
        made.total += count
        made.total_bytes += size
    if not made.total:
        raise InvalidInput("Nothing of this is there to be deleted.")
    if made.total > MOST:
        raise InvalidInput(f"One deletion takes {MOST:,} assets at most. Narrow the filter.")
    made.save()
    return made


def write_down(made: BulkDeletion, assets: AssetQuerySet) -> None:
    """In one statement, which sees one moment."""
    try:
        sql, params = assets.order_by().values("id")[: MOST + 1].query.sql_with_params()
    except EmptyResultSet:  # Django knows that nothing can match
        return
    statement = (
        f"INSERT INTO {BulkItem._meta.db_table} (deletion_id, asset_id) SELECT %s, id FROM ({sql}) chosen"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [made.pk, *params])


def confirm(workspace: Workspace, deletion_id: str, actor: Actor) -> BulkDeletion:
    """From now on it is carried out; raises Conflict for one that is no draft any more."""
    drafts = BulkDeletion.objects.filter(workspace=workspace, pk=deletion_id, state=State.DRAFT)
    if not drafts.update(state=State.RUNNING, actor=actor.user, api_key=actor.api_key, address=actor.address):
        raise Conflict("This deletion was confirmed, cancelled or forgotten already.")
    confirmed = BulkDeletion.objects.get(pk=deletion_id)
    if confirmed.total <= AT_ONCE:
        carry_out(confirmed.pk)
        confirmed.refresh_from_db()
    return confirmed


@transaction.atomic
def cancel(workspace: Workspace, deletion_id: str) -> BulkDeletion:
    """After the batch that is being deleted, no other; what is deleted stays deleted.

    Raises Conflict for one that has ended, BulkDeletion.DoesNotExist.
    """
    found = BulkDeletion.objects.select_for_update().get(workspace=workspace, pk=deletion_id)
    if found.state not in {State.DRAFT, State.RUNNING}:
        raise Conflict("This deletion has ended.")
    end(found, State.CANCELLED)
    return found


def end(found: BulkDeletion, state: str) -> None:
    found.items.all().delete()
    found.state, found.ended_at = state, timezone.now()
    found.save()


def run_due(stopping: Callable[[], bool] = lambda: False) -> None:
    """What a worker does until told: carries out what was confirmed, the oldest first; forgets old drafts."""
    until = time.monotonic() + SECONDS
    for pk in (
        BulkDeletion.objects.filter(state=State.RUNNING).order_by("created_at").values_list("pk", flat=True)
    ):
        while not stopping() and time.monotonic() < until and carry_out(pk):
            pass
    forget_drafts()


@transaction.atomic
def forget_drafts() -> None:
    """Under their locks: one that is being confirmed at this moment is work, not a draft."""
    old = BulkDeletion.objects.filter(state=State.DRAFT, created_at__lt=timezone.now() - DRAFTS_LIVE)
    for draft in old.select_for_update(skip_locked=True):
        draft.delete()


def carry_out(deletion_id: str) -> bool:
    """One batch; whether there may be another. False, too, where another worker is at it."""
    with transaction.atomic():
        running = BulkDeletion.objects.filter(pk=deletion_id, state=State.RUNNING)
        found = running.select_for_update(skip_locked=True, of=("self",)).select_related("workspace").first()
        if found is None:
            return False
        ids = list(found.items.order_by("asset_id").values_list("asset_id", flat=True)[: deletion.BATCH])
        actor = Actor(found.actor, found.api_key, found.address)
        deleted, keys = deletion.record_deletion(found.workspace, ids, actor) if ids else ([], [])
        BulkItem.objects.filter(deletion=found, asset_id__in=ids).delete()
        found.deleted = F("deleted") + len(deleted)
        found.gone = F("gone") + len(ids) - len(deleted)
        found.save(update_fields=["deleted", "gone"])
        more = len(ids) == deletion.BATCH
        if not more:
            found.state, found.ended_at = State.DONE, timezone.now()
            found.save(update_fields=["state", "ended_at"])
    deletion.remove_keys(keys, deletion.PATIENTLY if len(ids) > AT_ONCE else deletion.AWAITED)
    return more
