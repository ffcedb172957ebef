"""Retention: how long a workspace keeps what, by type; off until an admin says otherwise.

What is older than its rule allows goes the way of every deletion, a batch a transaction. The rule is locked
meanwhile: once a changed rule is saved, nothing is deleted by the old one. An asset that is kept stays.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from assets import activity, deletion
from assets.errors import NotFound
from assets.kinds import Kind
from assets.models import Asset, AssetQuerySet, MonthTally, Preview, RetentionRule
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import Workspace

ACTOR = Actor(title="Retention")
SECONDS = 20  # of work until other tasks have their turn
COUNTING_SECONDS = 60
LISTED = """
SELECT preview.asset_id, picture_key, peaks, details, reason, days AS rule_days, starts_at AS rule_starts
FROM assets_preview preview JOIN assets_asset asset ON asset.id = preview.asset_id
LEFT JOIN assets_retentionrule rule ON rule.workspace_id = asset.workspace_id AND rule.type = asset.type
WHERE preview.asset_id = ANY (%s)
"""


@dataclass(frozen=True)
class Reach:
    """What a rule takes: files and their bytes."""

    assets: int
    bytes: int


def rules_of(workspace: Workspace) -> dict[str, RetentionRule]:
    """The rules by the type that they are for."""
    return {rule.type: rule for rule in RetentionRule.objects.filter(workspace=workspace)}


def previews_and_rules(asset_ids: Sequence[str]) -> Iterable[Preview]:
    """What lists show of these assets' previews, each with the rule that its asset expires by (`rule_of`).

    One join written out: made by the ORM it takes thrice the time, on every list.
    """
    return Preview.objects.raw(LISTED, [list(asset_ids)])


def rule_of(preview: Preview | None) -> RetentionRule | None:
    """Of what `previews_and_rules` has found; None where no rule takes it."""
    days, starts = getattr(preview, "rule_days", None), getattr(preview, "rule_starts", None)
    return RetentionRule(days=days, starts_at=starts) if days and starts else None


def older(workspace: Workspace, kind: str, days: int, at: datetime) -> AssetQuerySet:
    """What is `days` old or more at that moment."""
    return Asset.objects.in_workspace(workspace).filter(type=kind, created_at__lte=at - timedelta(days=days))


@transaction.atomic
def reach(workspace: Workspace, kind: str, days: int, at: datetime) -> Reach:
    """What a rule of so many days would take at that moment, exactly.

    Whole months come from their tally; only the month that the rule cuts is counted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [COUNTING_SECONDS * 1000])
    month = (
        (at - timedelta(days=days)).astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    )
    found = older(workspace, kind, days, at)
    whole = MonthTally.objects.filter(workspace=workspace, type=kind, month__lt=month.date())
    sums = [
        whole.aggregate(files=Sum("assets"), size=Sum("bytes")),
        found.filter(created_at__gte=month, kept=False).aggregate(files=Count("id"), size=Sum("file_size")),
    ]
    kept = found.filter(created_at__lt=month, kept=True).aggregate(files=Count("id"), size=Sum("file_size"))
    files, size = (sum(one[name] or 0 for one in sums) - (kept[name] or 0) for name in ("files", "size"))
    return Reach(files, size)


def oldest(workspace: Workspace, kind: str, days: int, at: datetime) -> AssetQuerySet:
    """What a rule would take first."""
    return older(workspace, kind, days, at).filter(kept=False).order_by("created_at", "id")


@transaction.atomic
def save(workspace: Workspace, wanted: Mapping[str, int | None], starts_at: datetime, actor: Actor) -> int:
    """Makes these the rules: days for each type, None for none; how many have changed.

    A new or shorter rule deletes nothing before `starts_at`.
    """
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    rules, changed = rules_of(workspace), 0
    for kind in Kind.values:
        rule, days = rules.get(kind), wanted[kind]
        before = rule.days if rule else None
        if before == days:
            continue
        changed += 1
        told = {"type": kind, "before": before, "days": days}
        if days is None:
            RetentionRule.objects.filter(workspace=workspace, type=kind).delete()
        else:
            starts = rule.starts_at if rule and rule.days < days else starts_at
            RetentionRule.objects.update_or_create(
                workspace=workspace,
                type=kind,
                defaults={
                    "days": days,
                    "starts_at": starts,
                    "changed_at": timezone.now(),
                    "changed_by": actor.user,
                },
            )
            told["starts_at"] = starts.isoformat()
        activity.record(workspace, activity.Action.RETENTION_CHANGED, actor, told)
    return changed


@transaction.atomic
def keep(asset: Asset, kept: bool, actor: Actor) -> bool:
    """From now on no rule takes the asset, or rules may again; whether that is new.

    Raises NotFound when it was deleted meanwhile.
    """
    this = Asset.objects.in_workspace(asset.workspace).filter(id=asset.id)
    if not this.exclude(kept=kept).update(kept=kept):
        if not this.exists():
            raise NotFound("This asset is gone: it was deleted.")
        return False
    action = activity.Action.ASSET_KEPT if kept else activity.Action.ASSET_RELEASED
    activity.record_assets([asset], action, actor)
    return True


def run_due(stopping: Callable[[], bool] = lambda: False) -> None:
    """What a worker does until told: deletes what has expired, batch by batch."""
    until = time.monotonic() + SECONDS
    for pk in RetentionRule.objects.filter(starts_at__lte=timezone.now()).values_list("pk", flat=True):
        while not stopping() and time.monotonic() < until and expire(pk):
            pass


def expire(rule_id: int) -> bool:
    """One batch; whether there may be another. False, too, where another worker is at it."""
    now = timezone.now()
    with transaction.atomic():
        rules = RetentionRule.objects.filter(pk=rule_id, starts_at__lte=now).select_related("workspace")
        rule = rules.select_for_update(skip_locked=True, of=("self",)).first()
        if rule is None:
            return False
        due = oldest(rule.workspace, rule.type, rule.days, now).select_for_update(skip_locked=True)
        ids = list(due.values_list("id", flat=True)[: deletion.BATCH])
        keys = deletion.record_deletion(rule.workspace, ids, ACTOR)[1] if ids else []
    deletion.remove_keys(keys, deletion.PATIENTLY)
    return len(ids) == deletion.BATCH
