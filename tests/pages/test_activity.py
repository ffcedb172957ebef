"""The log: what is written down, who reads what of it, and that nobody changes it."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import StreamingHttpResponse
from django.test import Client

from assets import activity, deletion
from assets.models import Activity
from promptrails.workspaces import keys, members
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import Membership, Role, Scope, User, Workspace
from tests.factories import make_asset, png, store_asset
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PATH = "/w/acme/activity/"
DAY = 86_400


def actions() -> list[str]:
    return list(Activity.objects.order_by("id").values_list("action", flat=True))


def page(client: Client, **query: str) -> str:
    response = client.get(PATH, query)
    assert response.status_code == 200
    return response.content.decode()


def exported(client: Client, wanted: str, **query: str) -> str:
    response = client.get(PATH + "export/", {"format": wanted, **query})
    assert isinstance(response, StreamingHttpResponse)
    assert f"acme-activity.{wanted}" in response["Content-Disposition"]
    return b"".join(response.streaming_content).decode()


def test_uploads_and_deletions_are_told_with_what_was_there(acme: Workspace, ada: User) -> None:
    asset = store_asset(acme, png(), execution_id="exec_1", agent_id="agt_1", metadata={"model": "flux"})
    deletion.delete_asset(acme, asset.id, Actor(ada, address="203.0.113.7"))
    uploaded, deleted = Activity.objects.order_by("id")
    for entry in (uploaded, deleted):
        assert entry.asset_id == asset.id
        told = {
            name: entry.details[name] for name in ("file_name", "type", "execution_id", "agent_id", "model")
        }
        assert told == {
            "file_name": "picture.png", "type": "image", "execution_id": "exec_1", "agent_id": "agt_1",
            "model": "flux",
        }  # fmt: skip
        assert entry.details["file_size"] == len(png())
        assert entry.details["checksum"].startswith("sha256:")
    assert (uploaded.who, uploaded.address) == ("", None)
    assert (deleted.who, deleted.address) == (ada.email, "203.0.113.7")


def test_an_upload_that_fails_is_not_told(acme: Workspace) -> None:
    with pytest.raises(Exception, match="neither audio"):
        store_asset(acme, b"no picture")
    assert actions() == []


def test_changes_of_keys_and_members_are_told_with_who_and_from_where(
    acme: Workspace, ada: User, mel: User
) -> None:
    client = signed_in(ada)
    client.post(
        "/w/acme/keys/create/", {"name": "agents", "scopes": [Scope.READ]}, REMOTE_ADDR="198.51.100.4"
    )
    key = acme.api_keys.get()
    for _ in range(2):
        client.post(f"/w/acme/keys/{key.pk}/revoke/")
    membership = Membership.objects.get(user=mel)
    for role in (Role.ADMIN, Role.ADMIN):
        client.post(f"/w/acme/members/{membership.pk}/role/", {"role": role})
    client.post(f"/w/acme/members/{membership.pk}/remove/")
    client.post("/w/acme/members/add/", {"email": mel.email, "role": Role.USER})
    assert actions() == ["key.created", "key.revoked", "member.changed", "member.removed", "member.added"]
    first = Activity.objects.earliest("id")
    assert (first.who, first.address, first.details["name"]) == (ada.email, "198.51.100.4", "agents")
    assert "pr_live_" in first.details["prefix"]
    changed = Activity.objects.get(action="member.changed")
    assert changed.details == {"member": mel.email, "role": "admin", "before": "user"}


def test_a_refused_change_is_not_told(acme: Workspace, ada: User) -> None:
    owner = Membership.objects.get(user=ada)
    with pytest.raises(members.Refused):
        members.remove(owner, owner.pk)
    assert actions() == []


@pytest.mark.parametrize(("seconds", "told"), [(900, False), (3600, False), (3601, True), (7 * DAY, True)])
def test_links_that_live_long_are_told(acme: Workspace, mel: User, seconds: int, told: bool) -> None:
    asset = make_asset(acme)
    assert signed_in(mel).get(f"/w/acme/assets/{asset.id}/link/?expires_in={seconds}").status_code == 200
    secret = keys.issue(acme, name="bot", scopes=[Scope.READ])[1]
    Client(headers={"X-API-Key": secret}).get(f"/api/v1/assets/{asset.id}/signed-url?expires_in={seconds}")
    links = Activity.objects.filter(action="link.made").order_by("id")
    assert [entry.who for entry in links] == ([mel.email, f"bot ({secret[:12]}…)"] if told else [])
    if told:
        assert links[0].details == {"file_name": asset.file_name, "expires_in": seconds}


@pytest.mark.parametrize("statement", ["UPDATE assets_activity SET who = 'x'", "DELETE FROM assets_activity"])
def test_the_database_refuses_to_change_it(acme: Workspace, statement: str) -> None:
    activity.record(acme, "key.created", Actor(), {})
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


# What tests switch off to be able to empty their tables (tests/conftest.py).
GUARD = (
    "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE assets_activity ENABLE TRIGGER assets_activity_is_not_emptied"
)


@pytest.mark.parametrize("table", ["assets_activity", "workspaces_workspace", "workspaces_user"])
def test_the_database_refuses_to_empty_it_by_whatever_way(acme: Workspace, table: str) -> None:
    activity.record(acme, "key.created", Actor(), {})
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"{GUARD}; TRUNCATE {table} CASCADE")
    assert Activity.objects.count() == 1


@pytest.fixture
def busy(acme: Workspace, other: Workspace, ada: User, mel: User) -> None:
    """120 entries, the last of which is the newest; and one of somebody else's workspace."""
    for number in range(120):
        actor = Actor(ada if number % 2 else mel, address="203.0.113.9")
        activity.record(acme, "asset.deleted", actor, {"file_name": f"f{number:03}.png", "type": "image"})
    activity.record(other, "asset.deleted", Actor(ada), {"file_name": "secret.png"})


def names(body: str) -> list[str]:
    return [part.partition("<")[0] for part in body.split('<th scope="row">')[1:]]


def test_pages_walk_back_in_time_without_a_gap(busy: None, mel: User) -> None:
    client, seen, query = signed_in(mel), [], ""
    for _ in range(5):
        body = client.get(f"{PATH}?{query}").content.decode()
        seen += names(body)
        if 'rel="next"' not in body:
            break
        query = body.partition('rel="next" href="?')[2].partition('"')[0].replace("&amp;", "&")
    assert seen == [f"f{number:03}.png" for number in reversed(range(120))]


def test_filters_narrow_pages_and_exports_alike(busy: None, ada: User, mel: User, acme: Workspace) -> None:
    client = signed_in(ada)
    activity.record(acme, "key.created", Actor(ada), {"name": "agents"}, asset_id="")
    assert names(page(client, action="key.created")) == ["agents"]
    assert len(exported(client, "jsonl", who=mel.email).splitlines()) == 60
    assert len(list(csv.reader(io.StringIO(exported(client, "csv"))))) == 1 + 121
    assert names(page(client, after="2090-01-01")) == []
    assert len(exported(client, "jsonl", before="2001-01-01")) == 0
    first: dict[str, Any] = json.loads(exported(client, "jsonl", action="asset.deleted").splitlines()[0])
    assert (first["details"]["file_name"], first["address"]) == ("f119.png", "203.0.113.9")


@pytest.mark.parametrize(
    "query", ["action=asset.stolen", "after=yesterday", "who=" + "x" * 300, "asset_id=" + "1" * 28]
)
def test_what_cannot_be_asked_is_a_sentence(busy: None, ada: User, query: str) -> None:
    client = signed_in(ada)
    assert client.get(f"{PATH}?{query}").status_code == 400
    assert client.get(f"{PATH}export/?{query}").status_code == 400


@pytest.mark.parametrize("place", ["", "0", "-1", "x", "9" * 30, "٣", "%00"])
def test_a_place_that_is_none_is_the_newest(busy: None, mel: User, place: str) -> None:
    assert names(signed_in(mel).get(f"{PATH}?older_than={place}").content.decode())[0] == "f119.png"


def test_addresses_and_exports_are_for_admins(busy: None, ada: User, mel: User) -> None:
    assert "203.0.113.9" in page(signed_in(ada))
    assert "203.0.113.9" not in page(signed_in(mel))
    assert "Export" not in page(signed_in(mel))
    assert signed_in(mel).get(PATH + "export/").status_code == 403
    assert signed_in(ada).get(PATH + "export/?format=exe").status_code == 400


def test_formulas_and_markup_stay_text(acme: Workspace, ada: User) -> None:
    hostile = '=HYPERLINK("http://x")<script>'
    activity.record(acme, "asset.deleted", Actor(ada), {"file_name": hostile, "type": "image"})
    client = signed_in(ada)
    assert "<script>" not in page(client).partition("<main")[2]
    activity.record(acme, "key.created", Actor(ada), {"name": "k"}, asset_id="=1+1")
    rows = list(csv.DictReader(io.StringIO(exported(client, "csv").lstrip("\ufeff"))))
    assert rows[0]["asset_id"] == "'=1+1"
    assert json.loads(rows[1]["details"])["file_name"] == hostile
