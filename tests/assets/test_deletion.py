"""Deleting: whole before, gone after, and a recorded removal whenever storage did not confirm."""

import time
from datetime import timedelta
from threading import Barrier, Thread
from unittest import mock

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from assets import deletion, storage
from assets.errors import NotFound, StorageUnavailable
from assets.models import Activity, Asset, Removal
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import User, Workspace
from tests.factories import make_asset, store_asset

DELETIONS = Activity.objects.filter(action="asset.deleted")
pytestmark = pytest.mark.django_db(transaction=True)


def fail(*args: object, **kwargs: object) -> list[str]:
    raise StorageUnavailable("Storage does not answer.")


def test_row_and_object_go_and_the_log_says_who_did_it(acme: Workspace, ada: User) -> None:
    asset = store_asset(acme, execution_id="exec_1", metadata={"model": "flux"})
    assert storage.head(asset.storage_key)
    assert deletion.delete_asset(acme, asset.id, Actor(ada)) is True
    assert storage.head(asset.storage_key) is None
    assert not Asset.objects.exists()
    assert not Removal.objects.exists()
    entry = DELETIONS.get()
    assert (entry.actor, entry.actor_email, entry.asset_id) == (ada, ada.email, asset.id)
    assert entry.details["file_name"] == "picture.png"
    assert entry.details["execution_id"] == "exec_1"
    assert entry.details["model"] == "flux"


def test_while_storage_is_away_the_removal_stays_recorded_and_completes_later(
    acme: Workspace, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = store_asset(acme)
    with monkeypatch.context() as away:
        away.setattr(storage, "remove", fail)
        assert deletion.delete_asset(acme, asset.id, Actor(ada)) is False
    removal = Removal.objects.get()
    assert (removal.storage_key, removal.asset_id, removal.attempts) == (asset.storage_key, asset.id, 1)
    assert removal.last_error == "Storage does not answer."
    assert deletion.remove_due() == 0, "its pause is not over"
    Removal.objects.update(next_attempt_at=timezone.now())
    assert deletion.remove_due() == 1
    assert storage.head(asset.storage_key) is None
    assert not Removal.objects.exists()


def test_the_pauses_between_tries_grow_up_to_six_hours(
    acme: Workspace, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "remove", fail)
    asset = make_asset(acme)
    deletion.delete_asset(acme, asset.id, Actor(ada))
    pauses = []
    for _ in range(14):
        removal = Removal.objects.get()
        pauses.append((removal.next_attempt_at - timezone.now()).total_seconds())
        Removal.objects.update(next_attempt_at=timezone.now())
        deletion.remove_due()
    assert pauses[:4] == [pytest.approx(15 * 2**n, abs=2) for n in range(4)]
    assert pauses[-1] == pytest.approx(6 * 3600, abs=2)


def test_a_crash_right_after_the_commit_leaves_a_removal_for_the_worker(acme: Workspace, ada: User) -> None:
    asset = store_asset(acme)
    deletion.record_deletion(acme, [asset.id], Actor(ada))  # and the process dies here
    assert deletion.remove_due() == 0, "whoever deleted has the first try to itself for a moment"
    Removal.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    assert deletion.remove_due() == 1
    assert storage.head(asset.storage_key) is None


def test_a_failure_before_the_commit_leaves_the_whole_asset(
    acme: Workspace, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = store_asset(acme)
    monkeypatch.setattr(deletion, "removal_of", fail)
    with pytest.raises(StorageUnavailable):
        deletion.delete_asset(acme, asset.id, Actor(ada))
    assert Asset.objects.filter(id=asset.id).exists()
    assert storage.head(asset.storage_key)
    assert not DELETIONS.exists()


def test_of_two_admins_at_once_one_deletes_and_the_other_is_told_that_it_is_gone(
    acme: Workspace, ada: User
) -> None:
    asset = store_asset(acme)
    together, outcomes = Barrier(2), list[object]()

    def delete() -> None:
        together.wait()
        try:
            outcomes.append(deletion.delete_asset(acme, asset.id, Actor(ada)))
        except NotFound as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    admins = [Thread(target=delete) for _ in range(2)]
    for admin in admins:
        admin.start()
    for admin in admins:
        admin.join()
    assert sorted(map(str, outcomes)) == ["True", "not_found"]
    assert DELETIONS.count() == 1


def test_another_workspaces_asset_is_not_found_and_stays(
    acme: Workspace, other: Workspace, ada: User
) -> None:
    asset = make_asset(other)
    with pytest.raises(NotFound):
        deletion.delete_asset(acme, asset.id, Actor(ada))
    assert Asset.objects.filter(id=asset.id).exists()


def test_an_object_that_is_gone_already_counts_as_removed(acme: Workspace, ada: User) -> None:
    asset = store_asset(acme)
    storage.remove([asset.storage_key])
    assert deletion.delete_asset(acme, asset.id, Actor(ada)) is True


@pytest.mark.parametrize(
    "change", ["UPDATE assets_activity SET actor_email = ''", "DELETE FROM assets_activity"]
)
def test_the_database_refuses_to_change_the_log(acme: Workspace, ada: User, change: str) -> None:
    deletion.record_deletion(acme, [make_asset(acme).id], Actor(ada))
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert DELETIONS.get().actor_email == ada.email


def test_whoever_deletes_waits_two_seconds_at_most_where_each_object_takes_its_time(
    acme: Workspace, ada: User
) -> None:
    """As on a service without DeleteObjects, far away; a worker removes the rest."""
    assets = [store_asset(acme) for _ in range(6)]
    single = storage.client().delete_object

    def slow(**where: str) -> object:
        time.sleep(0.2)
        return single(**where)

    with mock.patch.object(storage.client(), "delete_object", slow):
        storage.refusals().add("DeleteObjects")
        _, keys = deletion.record_deletion(acme, [asset.pk for asset in assets], Actor(ada))
        assert not deletion.remove_keys(keys, 0.5)
        left = Removal.objects.count()
        assert 2 <= left <= 5
        assert {removal.last_error for removal in Removal.objects.all()} == {"It was left to a worker."}
        Removal.objects.update(next_attempt_at=timezone.now())
        assert deletion.remove_due() == left
    storage.refusals().clear()
    assert not list(storage.list_objects(f"assets/{acme.pk}/"))


def test_two_who_remove_never_ask_for_the_same(acme: Workspace, ada: User) -> None:
    """The slower one would remove what was put under the key meanwhile."""
    _, keys = deletion.record_deletion(acme, [store_asset(acme).pk], Actor(ada))
    Removal.objects.update(next_attempt_at=timezone.now())
    seen: list[int] = []

    def remove(asked: list[str], *rest: object, **options: object) -> list[str]:
        seen.append(deletion.remove_due())  # another worker, while this one waits for storage
        return asked

    with mock.patch.object(storage, "remove", remove):
        assert deletion.remove_keys(keys)
    assert seen == [0]
    assert not Removal.objects.exists()
