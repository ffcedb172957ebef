"""Deleting many: the set that was confirmed, no more and no less, whatever happens meanwhile."""

import time
from collections.abc import Mapping
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from assets import bulk, deletion, storage
from assets.bulk import State
from assets.errors import Conflict, InvalidInput, StorageUnavailable
from assets.filters import AssetFilter
from assets.models import Activity, Asset, BulkDeletion, BulkItem, Removal
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import User, Workspace
from tests.factories import make_asset, make_assets, store_asset

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    monkeypatch.setattr(deletion, "BATCH", 10)


def matching(workspace: Workspace, **query: str) -> BulkDeletion:
    return bulk.draft_of_matching(AssetFilter(workspace, query))


def confirmed(draft: BulkDeletion, ada: User) -> BulkDeletion:
    return bulk.confirm(draft.workspace, draft.pk, Actor(ada, address="203.0.113.7"))


def finish(found: BulkDeletion) -> BulkDeletion:
    bulk.run_due()
    found.refresh_from_db()
    return found


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({}, 0),
        ({"type": "audio"}, 30),
        ({"q": "gull"}, 30),
        ({"q": "gull", "type": "audio", "sort": "file_name"}, 30),
        ({"provider": "fal", "created_after": "2026-01-01"}, 7),
    ],
)
def test_everything_that_a_filter_matches_goes_and_nothing_else(
    acme: Workspace, other: Workspace, ada: User, query: Mapping[str, str], left: int
) -> None:
    make_assets(acme, 30, prompt="a heron")
    make_assets(acme, 7, prompt="a gull", provider="openai", type="audio")
    make_assets(other, 3, prompt="a gull", type="audio")
    done = finish(confirmed(matching(acme, **query), ada))
    assert (done.state, done.deleted, done.gone) == (State.DONE, 37 - left, 0)
    assert Asset.objects.filter(workspace=acme).count() == left
    assert Asset.objects.filter(workspace=other).count() == 3
    assert not BulkItem.objects.exists()
    entries = Activity.objects.filter(action="asset.deleted")
    assert entries.count() == 37 - left
    assert {(entry.who, entry.address) for entry in entries} == {(ada.email, "203.0.113.7")}


def test_what_arrives_after_it_was_shown_is_not_swept_in(acme: Workspace, ada: User) -> None:
    make_assets(acme, 15)
    draft = matching(acme, type="image")
    late = make_asset(acme, created_at=timezone.now() - timedelta(days=900))  # an import keeps old times
    assert (draft.total, draft.kinds, draft.total_bytes) == (15, {"image": 15}, 15_000)
    later = confirmed(draft, ada)
    even_later = make_asset(acme)
    assert finish(later).deleted == 15
    assert set(Asset.objects.values_list("id", flat=True)) == {late.id, even_later.id}


def test_what_others_deleted_meanwhile_is_counted_apart(acme: Workspace, ada: User) -> None:
    assets = make_assets(acme, 12)
    running = confirmed(matching(acme), ada)
    deletion.delete_asset(acme, assets[3].id, Actor(ada))
    done = finish(running)
    assert (done.state, done.deleted, done.gone) == (State.DONE, 11, 1)


def test_files_and_previews_leave_storage_in_batches(acme: Workspace, ada: User) -> None:
    assets = [store_asset(acme) for _ in range(13)]
    done = finish(confirmed(matching(acme), ada))
    assert done.deleted == 13
    assert not [asset for asset in assets if storage.head(asset.storage_key)]
    assert not Removal.objects.exists()


def test_while_storage_is_away_rows_go_and_removals_stay_recorded(
    acme: Workspace, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(keys: object, reasons: object, seconds: float) -> list[str]:
        raise StorageUnavailable("Storage does not answer.")

    make_assets(acme, 25)
    with monkeypatch.context() as away:
        away.setattr(storage, "remove", fail)
        done = finish(confirmed(matching(acme), ada))
    assert (done.state, done.deleted) == (State.DONE, 25)
    assert Removal.objects.filter(attempts=1).count() == 25
    Removal.objects.update(next_attempt_at=timezone.now())
    deletion.remove_due()
    assert not Removal.objects.exists()


def test_it_stops_between_batches_and_what_was_left_stays(acme: Workspace, ada: User) -> None:
    make_assets(acme, 25)
    running = confirmed(matching(acme), ada)
    assert bulk.carry_out(running.pk) is True
    stopped = bulk.cancel(acme, running.pk)
    assert (stopped.state, stopped.deleted, stopped.left) == (State.CANCELLED, 10, 15)
    assert bulk.carry_out(running.pk) is False
    assert Asset.objects.count() == 15
    assert not BulkItem.objects.exists()
    for again in (lambda: bulk.cancel(acme, running.pk), lambda: confirmed(running, ada)):
        with pytest.raises(Conflict):
            again()


def test_a_batch_whose_worker_dies_is_done_again_whole(
    acme: Workspace, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its transaction is undone, so nothing is half deleted; removals are asked for only after it."""

    def die(*args: object) -> None:
        raise KeyboardInterrupt

    make_assets(acme, 15)
    running = confirmed(matching(acme), ada)
    with monkeypatch.context() as dying:
        dying.setattr(deletion, "record_deletion", die)
        with pytest.raises(KeyboardInterrupt):
            bulk.carry_out(running.pk)
    assert (Asset.objects.count(), BulkItem.objects.count()) == (15, 15)
    with monkeypatch.context() as dying:
        dying.setattr(deletion, "remove_keys", die)
        with pytest.raises(KeyboardInterrupt):
            bulk.carry_out(running.pk)
    assert (Asset.objects.count(), BulkItem.objects.count(), Removal.objects.count()) == (5, 5, 10)
    assert finish(running).deleted == 15


def test_two_workers_share_it_and_no_asset_is_deleted_twice(acme: Workspace, ada: User) -> None:
    make_assets(acme, 60)
    running = confirmed(matching(acme), ada)
    start = Barrier(3)

    def work() -> None:
        start.wait()
        try:
            for _ in range(40):
                bulk.carry_out(running.pk)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = finish(running)
    assert (done.state, done.deleted, done.gone) == (State.DONE, 60, 0)
    assert Activity.objects.filter(action="asset.deleted").count() == 60


def test_a_draft_that_nobody_confirms_is_forgotten(acme: Workspace, ada: User) -> None:
    make_assets(acme, 3)
    draft = matching(acme)
    bulk.run_due()
    assert BulkDeletion.objects.exists()
    BulkDeletion.objects.update(created_at=timezone.now() - timedelta(hours=2))
    bulk.run_due()
    assert not BulkDeletion.objects.exists()
    assert not BulkItem.objects.exists()
    assert Asset.objects.count() == 3
    with pytest.raises(Conflict):
        confirmed(draft, ada)


def test_a_draft_that_is_confirmed_while_it_would_be_forgotten_is_carried_out(
    acme: Workspace, ada: User
) -> None:
    make_assets(acme, 3)
    draft, begun = matching(acme), Barrier(2)
    BulkDeletion.objects.update(created_at=timezone.now() - timedelta(hours=2))

    def confirm_slowly() -> None:
        try:
            with transaction.atomic():
                confirmed(draft, ada)
                begun.wait()
                time.sleep(0.5)
        finally:
            connection.close()

    confirming = Thread(target=confirm_slowly)
    confirming.start()
    begun.wait()
    bulk.run_due()
    confirming.join()
    assert finish(draft).state == State.DONE
    assert not Asset.objects.exists()


def test_too_many_at_once_and_nothing_are_refused(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    make_assets(acme, 5)
    monkeypatch.setattr(bulk, "MOST", 4)
    with pytest.raises(InvalidInput, match="4 assets at most"):
        matching(acme)
    with pytest.raises(InvalidInput, match="Nothing"):
        matching(acme, provider="nobody")
    with pytest.raises(InvalidInput, match="Nothing"):
        matching(acme, q="!!")
    assert not BulkDeletion.objects.exists()


def test_the_chosen_are_those_of_the_workspace(acme: Workspace, other: Workspace, ada: User) -> None:
    mine, theirs = make_asset(acme), make_asset(other)
    draft = bulk.draft_of_chosen(acme, [mine.id, theirs.id])
    assert finish(confirmed(draft, ada)).deleted == 1
    assert Asset.objects.get() == theirs
