"""Deleting by the API: one asset or up to a thousand; rows and objects gone, the key in the log."""

from typing import Any

import pytest
from django.test import Client

from assets import storage
from assets.models import Activity, Asset, Removal
from promptrails.workspaces import keys
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import ApiKey, Scope, User, Workspace
from tests.api.calling import ASSETS, DELETE, JSON, fault
from tests.factories import make_asset, make_assets, store_asset
from tests.people import signed_in

DELETIONS = Activity.objects.filter(action="asset.deleted")
pytestmark = pytest.mark.django_db


def delete(api: Client, ids: Any) -> Any:
    return api.post(DELETE, {"ids": ids}, JSON)


def test_one_asset_is_deleted_with_its_object(api: Client, acme: Workspace) -> None:
    asset, kept = store_asset(acme), make_asset(acme)
    answer = api.delete(f"{ASSETS}/{asset.id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert Asset.objects.get() == kept
    assert storage.head(asset.storage_key) is None
    fault(api.delete(f"{ASSETS}/{asset.id}"), 404, "not_found")


def test_many_are_deleted_and_the_others_named(api: Client, acme: Workspace, other: Workspace) -> None:
    mine, theirs, kept = [store_asset(acme) for _ in range(3)], store_asset(other), make_asset(acme)
    never, malformed = new_ksuid(), "no id at all"
    ids = [mine[2].id, never, mine[0].id, theirs.id, mine[1].id, malformed]
    answer = delete(api, ids)
    assert answer.status_code == 200
    assert answer.json() == {
        "data": {
            "deleted": [mine[2].id, mine[0].id, mine[1].id],
            "not_found": [never, theirs.id, malformed],
        }
    }
    assert set(Asset.objects.all()) == {kept, theirs}
    assert not any(storage.head(asset.storage_key) for asset in mine)
    assert storage.head(theirs.storage_key)


def test_an_id_that_stands_twice_counts_once(api: Client, acme: Workspace) -> None:
    asset, never = make_asset(acme), new_ksuid()
    answer = delete(api, [asset.id, never, asset.id, never])
    assert answer.json()["data"] == {"deleted": [asset.id], "not_found": [never]}
    assert DELETIONS.count() == 1


def test_a_thousand_at_once(api: Client, acme: Workspace) -> None:
    ids = [asset.id for asset in make_assets(acme, 3)]
    answer = delete(api, [*ids, *(new_ksuid() for _ in range(997))])
    assert answer.json()["data"]["deleted"] == ids
    assert len(answer.json()["data"]["not_found"]) == 997
    assert not Asset.objects.exists()


@pytest.mark.parametrize(
    "ids",
    [[], "2" * 27, None, {"a": 1}, [1.5, {}], ["x" * 101], ["2" * 27] * 1001],
    ids=["none", "a text", "null", "an object", "no texts", "too long", "1001"],
)
def test_ids_that_cannot_be_are_refused(api: Client, acme: Workspace, ids: Any) -> None:
    make_asset(acme, id="2" * 27)
    assert list(fault(delete(api, ids), 400, "validation_error")) == ["ids"]
    assert Asset.objects.exists()


def test_each_id_that_cannot_be_is_named_by_its_place(api: Client) -> None:
    answer = delete(api, ["2" * 27, "nul\0", "x" * 101, "y" * 101])
    assert list(fault(answer, 400, "validation_error")["ids"]) == ["1", "2", "3"]
    assert answer.json()["error"]["message"].count("100 characters") == 1


def test_the_log_says_which_key_did_it(api: Client, acme: Workspace) -> None:
    one, two = make_asset(acme, file_name="sea.png"), make_asset(acme)
    delete(api, [one.id])
    api.delete(f"{ASSETS}/{two.id}")
    entries = DELETIONS.order_by("id")
    assert [entry.asset_id for entry in entries] == [one.id, two.id]
    for entry in entries:
        assert (entry.api_key, entry.actor, entry.workspace) == (ApiKey.objects.get(), None, acme)
        assert entry.action == Activity.Action.ASSET_DELETED
    assert entries[0].details["file_name"] == "sea.png"


def test_the_log_says_which_person_did_it(ada: User, acme: Workspace) -> None:
    asset = make_asset(acme)
    signed_in(ada).delete(f"{ASSETS}/{asset.id}", headers={"X-Workspace-ID": acme.id})
    entry = DELETIONS.get()
    assert (entry.actor, entry.actor_email, entry.api_key) == (ada, "ada@example.com", None)


def test_what_storage_does_not_confirm_stays_recorded(
    api: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = make_asset(acme)
    monkeypatch.setattr(storage, "remove", lambda keys, reasons, seconds: [])
    assert delete(api, [asset.id]).json()["data"]["deleted"] == [asset.id]
    assert Removal.objects.get().storage_key == asset.storage_key


def test_a_key_of_another_workspace_deletes_nothing(acme: Workspace, other: Workspace) -> None:
    asset = make_asset(acme)
    stranger = Client(headers={"X-API-Key": keys.issue(other, name="theirs", scopes=Scope.values)[1]})
    never = delete(stranger, ["2" * 27]).content
    assert delete(stranger, [asset.id]).content == never.replace(b"2" * 27, asset.id.encode())
    assert Asset.objects.get() == asset
    assert not DELETIONS.exists()
