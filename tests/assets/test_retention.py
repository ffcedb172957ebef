"""Retention: what a rule takes, when, and what it never takes."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from assets import retention, storage
from assets.errors import NotFound
from assets.models import Activity, Asset, Removal, RetentionRule
from assets.retention import ACTOR, Reach
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import User, Workspace
from tests.factories import make_asset, make_assets, store_asset

pytestmark = pytest.mark.django_db
NO_RULES: dict[str, int | None] = {"image": None, "audio": None, "video": None}


def days_ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def rule(workspace: Workspace, kind: str, days: int, **fields: object) -> RetentionRule:
    return RetentionRule.objects.create(workspace=workspace, type=kind, days=days, **fields)


def test_without_a_rule_nothing_expires(acme: Workspace) -> None:
    make_asset(acme, created_at=days_ago(4000))
    retention.run_due()
    assert Asset.objects.count() == 1


def test_what_is_too_old_goes_with_its_object_and_the_log_says_what_it_was(acme: Workspace) -> None:
    asset = store_asset(acme)
    Asset.objects.filter(pk=asset.pk).update(created_at=days_ago(3))
    rule(acme, "image", 2)
    retention.run_due()
    assert not Asset.objects.exists()
    assert not Removal.objects.exists()
    assert storage.head(asset.storage_key) is None
    entry = Activity.objects.get(action=Activity.Action.ASSET_DELETED)
    assert (entry.who, entry.actor, entry.asset_id) == ("Retention", None, asset.pk)
    assert entry.details["file_name"] == asset.file_name


def test_only_this_type_this_workspace_and_this_age(acme: Workspace, other: Workspace) -> None:
    gone = make_asset(acme, created_at=days_ago(10.01))
    left = [
        make_asset(acme, created_at=days_ago(9.99)),
        make_asset(acme, type="audio", created_at=days_ago(99)),
        make_asset(other, created_at=days_ago(99)),
        make_asset(acme, created_at=days_ago(99), kept=True),
    ]
    rule(acme, "image", 10)
    retention.run_due()
    assert set(Asset.objects.values_list("pk", flat=True)) == {asset.pk for asset in left}
    assert gone.pk not in {asset.pk for asset in left}


def test_nothing_goes_before_the_rule_starts(acme: Workspace) -> None:
    asset = make_asset(acme, created_at=days_ago(10))
    starts_at = timezone.now() + timedelta(hours=1)
    made = rule(acme, "image", 2, starts_at=starts_at)
    retention.run_due()
    assert Asset.objects.count() == 1
    assert made.expires_at(asset.created_at) == starts_at


def test_batch_follows_batch_until_the_worker_is_told_to_stop(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assets.deletion.BATCH", 2)
    make_assets(acme, 5, created_at=days_ago(10))
    made = rule(acme, "image", 2)
    retention.run_due(stopping=lambda: True)
    assert Asset.objects.count() == 5
    assert retention.expire(made.pk)
    assert Asset.objects.count() == 3
    retention.run_due()
    assert not Asset.objects.exists()


def test_reach_is_what_the_worker_then_takes(acme: Workspace, other: Workspace) -> None:
    """Across months: tallies for the whole ones, a count for the one that is cut, less what is kept."""
    at = datetime(2026, 6, 20, 12, tzinfo=UTC)
    for day in (1, 5, 9, 10, 11, 20):
        make_asset(acme, created_at=datetime(2026, 6, day, 12, tzinfo=UTC), file_size=day)
        make_asset(acme, created_at=datetime(2026, 3, day, 12, tzinfo=UTC), file_size=100 * day)
        make_asset(other, created_at=datetime(2026, 3, day, 12, tzinfo=UTC))
    make_asset(acme, created_at=datetime(2026, 3, 3, tzinfo=UTC), kept=True)
    make_asset(acme, created_at=datetime(2026, 6, 3, tzinfo=UTC), kept=True)
    make_asset(acme, created_at=datetime(2026, 3, 3, tzinfo=UTC), type="audio")
    assert retention.reach(acme, "image", 10, at) == Reach(10, 1 + 5 + 9 + 10 + 5600)
    assert retention.oldest(acme, "image", 10, at).count() == 10
    assert retention.reach(acme, "video", 10, at) == Reach(0, 0)
    assert retention.reach(acme, "image", 36_500, at) == Reach(0, 0)


def test_saving_changes_what_differs_and_logs_it(acme: Workspace, ada: User) -> None:
    actor, later = Actor(user=ada), timezone.now() + timedelta(days=1)
    assert retention.save(acme, {**NO_RULES, "image": 30, "audio": 7}, later, actor) == 2
    assert retention.save(acme, {**NO_RULES, "image": 30, "audio": 7}, later, actor) == 0
    assert retention.save(acme, {**NO_RULES, "image": 10}, later, actor) == 2
    assert {kind: one.days for kind, one in retention.rules_of(acme).items()} == {"image": 10}
    entries = Activity.objects.filter(action=Activity.Action.RETENTION_CHANGED).order_by("pk")
    told = [(one.details["type"], one.details["before"], one.details["days"]) for one in entries]
    assert told == [("audio", None, 7), ("image", None, 30), ("audio", 7, None), ("image", 30, 10)]


def test_a_longer_rule_waits_for_no_new_start(acme: Workspace, ada: User) -> None:
    since = days_ago(3)
    rule(acme, "image", 10, starts_at=since)
    retention.save(acme, {**NO_RULES, "image": 20}, timezone.now() + timedelta(days=1), Actor(user=ada))
    assert retention.rules_of(acme)["image"].starts_at == since


def test_keeping_is_logged_once_and_can_be_undone(acme: Workspace, ada: User) -> None:
    asset, actor = make_asset(acme, created_at=days_ago(10)), Actor(user=ada)
    rule(acme, "image", 2)
    assert retention.keep(asset, True, actor)
    assert not retention.keep(asset, True, actor)
    retention.run_due()
    assert Asset.objects.count() == 1
    assert retention.keep(asset, False, actor)
    assert list(Activity.objects.order_by("pk").values_list("action", flat=True)) == [
        "asset.kept",
        "asset.released",
    ]
    retention.run_due()
    with pytest.raises(NotFound):
        retention.keep(asset, True, actor)


@pytest.mark.django_db(transaction=True)
def test_what_is_being_kept_at_that_moment_stays(acme: Workspace) -> None:
    """The worker passes by a row that somebody has in hand, and the rule that somebody changes."""
    asset = make_asset(acme, created_at=days_ago(10))
    made = rule(acme, "image", 2)
    answers: list[bool] = []

    def worker() -> None:
        try:
            answers.append(retention.expire(made.pk))
        finally:
            connection.close()

    def work() -> None:
        thread = Thread(target=worker)
        thread.start()
        thread.join(20)

    with transaction.atomic():
        retention.keep(asset, True, ACTOR)
        work()
    with transaction.atomic():
        Asset.objects.update(kept=False)
        retention.rules_of(acme)
        RetentionRule.objects.select_for_update().get()
        work()
    assert answers == [False, False]
    assert Asset.objects.count() == 1
    work()
    assert not Asset.objects.exists()
