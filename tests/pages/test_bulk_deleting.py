"""Deleting many by hand: chosen or matching, shown, confirmed by its number, watched, stopped."""

import pytest
from django.test import Client

from assets import bulk
from assets.models import Asset, BulkDeletion
from promptrails.workspaces.models import User, Workspace
from tests.factories import make_assets
from tests.people import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
DRAFTS = "/w/acme/deletions/"


@pytest.fixture
def client(ada: User) -> Client:
    return signed_in(ada)


def drafted(client: Client, matching: bool = False, **fields: object) -> str:
    """The address of the confirmation."""
    response = client.post(DRAFTS + ("?matching=1" if matching else ""), fields)
    assert response.status_code == 302, response.content
    return response["Location"]


def body_of(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_a_few_chosen_ones_go_at_once_and_the_way_leads_back_to_the_list(
    client: Client, acme: Workspace
) -> None:
    assets = make_assets(acme, 5)
    page = drafted(client, id=[asset.id for asset in assets[:3]], list="type=image&cursor=xyz")
    body = body_of(client, page)
    assert "Delete 3 assets?" in body
    assert "3 images, 3.0 kB" in body
    assert "Type 3" not in body
    assert 'href="/w/acme/assets/?type=image"' in body
    response = client.post(page + "confirm/", follow=True)
    assert response.redirect_chain[-1][0] == "/w/acme/assets/?type=image"
    assert "3 assets were deleted, files and records." in response.content.decode()
    assert Asset.objects.count() == 2


def test_many_are_confirmed_by_typing_how_many(client: Client, acme: Workspace) -> None:
    make_assets(acme, 30)
    make_assets(acme, 3, type="audio")
    page = drafted(client, matching=True, list="sort=file_name")
    body = body_of(client, page)
    assert "Delete 33 assets?" in body
    assert "30 images and 3 sounds" in body
    for typed in ("", "32", "all", "3 3", "٣٣"):
        response = client.post(page + "confirm/", {"count": typed})
        assert response.status_code == 400
        assert "Nothing was deleted." in response.content.decode()
    assert Asset.objects.count() == 33
    assert client.post(page + "confirm/", {"count": " 33 "}).status_code == 302
    assert not Asset.objects.exists()


@pytest.mark.parametrize("at_once", [0, 100])
def test_a_second_click_shows_what_the_first_one_began(
    client: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", at_once)
    page = drafted(client, id=[asset.id for asset in make_assets(acme, 3)])
    client.post(page + "confirm/")
    again = client.post(page + "confirm/", follow=True)
    assert (again.status_code, again.redirect_chain) == (200, [(page, 302)])
    assert "of 3 deleted" in again.content.decode()
    assert Asset.objects.count() == (0 if at_once else 3)


def test_progress_survives_a_reload_and_ends(
    client: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    monkeypatch.setattr("assets.deletion.BATCH", 10)
    make_assets(acme, 15)
    page = drafted(client, matching=True)
    assert client.post(page + "confirm/")["Location"] == page
    bulk.carry_out(BulkDeletion.objects.get().pk)
    part = body_of(client, page, **{"HX-Request": "true"})
    assert "<html" not in part
    for body in (body_of(client, page), part):
        assert "10 of 15 deleted" in body
        assert f'hx-get="{page}"' in body
    bulk.run_due()
    body = body_of(client, page)
    assert "15 of 15 deleted" in body
    assert "hx-trigger" not in body.partition("<main")[2]


def test_it_can_be_stopped(client: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 0)
    monkeypatch.setattr("assets.deletion.BATCH", 10)
    make_assets(acme, 15)
    page = drafted(client, matching=True)
    client.post(page + "confirm/")
    bulk.carry_out(BulkDeletion.objects.get().pk)
    body = client.post(page + "cancel/", follow=True).content.decode()
    assert "5 were left alone" in body
    assert client.post(page + "cancel/").status_code == 409
    assert client.post(page + "confirm/").status_code == 409
    assert Asset.objects.count() == 5


@pytest.mark.parametrize(
    ("query", "fields", "status"),
    [
        ("", {}, 400),
        ("", {"id": ["nonsense", "\0"]}, 400),
        ("", {"list": "type=nothing"}, 400),
        ("?matching=1", {"list": "provider=nobody"}, 400),
    ],
)
def test_nothing_and_nonsense_make_no_draft(
    client: Client, acme: Workspace, query: str, fields: dict[str, object], status: int
) -> None:
    make_assets(acme, 2)
    assert client.post(DRAFTS + query, fields).status_code == status
    assert not BulkDeletion.objects.exists()


def test_another_workspaces_deletion_is_a_404(
    client: Client, acme: Workspace, other: Workspace, sol: User
) -> None:
    make_assets(other, 2)
    theirs = bulk.draft_of_chosen(other, list(Asset.objects.values_list("id", flat=True)))
    for id in (theirs.pk, "2" * 27, "nonsense"):
        assert client.get(f"{DRAFTS}{id}/").status_code == 404
        for deed in ("confirm", "cancel"):
            assert client.post(f"{DRAFTS}{id}/{deed}/").status_code == 404
    assert Asset.objects.count() == 2


def test_the_bar_offers_it_to_admins_alone(client: Client, acme: Workspace, mel: User) -> None:
    make_assets(acme, 51)
    body = body_of(client, "/w/acme/assets/")
    assert "Delete all 51 that match" in body
    bar = body.partition('id="selection"')[2].partition("</form")[0]
    assert 'type="hidden" name="csrf' not in bar, "Compare would put it into an address"
    assert "deletions/" not in body_of(signed_in(mel), "/w/acme/assets/")
