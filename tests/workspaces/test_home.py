"""Where one lands, the choice among workspaces, and a workspace's own address."""

import pytest
from django.test import Client

from promptrails.workspaces.models import Membership, User, Workspace
from tests.people import make_user, signed_in

pytestmark = pytest.mark.django_db
NO_WORKSPACE = "You are not a member of any workspace yet. Ask an admin of one to add you"


@pytest.fixture
def both(mel: User, other: Workspace) -> User:
    """Mel, a member of Acme and of Other."""
    Membership.objects.create(workspace=other, user=mel)
    return mel


def lands(client: Client, address: str = "/") -> str:
    response = client.get(address)
    assert response.status_code == 302
    return response.headers["Location"]


def test_home_is_the_first_workspace_by_name(both: User) -> None:
    assert lands(signed_in(both)) == "/w/acme/assets/"


def test_home_is_the_workspace_one_was_in_last(both: User) -> None:
    client = signed_in(both)
    for slug in ("other", "acme", "other"):
        client.get(f"/w/{slug}/assets/")
        assert lands(client) == f"/w/{slug}/assets/"


@pytest.mark.parametrize("last", ["other", "never-was", "", "//evil.example", "a\\b"])
def test_a_last_workspace_that_is_not_ones_own_does_not_count(mel: User, other: Workspace, last: str) -> None:
    client = signed_in(mel)
    client.cookies["workspace"] = last
    assert lands(client) == "/w/acme/assets/"


def test_who_was_removed_lands_in_what_is_left(both: User) -> None:
    client = signed_in(both)
    client.get("/w/other/assets/")
    Membership.objects.get(user=both, workspace__slug="other").delete()
    assert lands(client) == "/w/acme/assets/"


def test_without_a_workspace_one_is_told_what_to_do(acme: Workspace) -> None:
    client = signed_in(make_user("new@example.com"))
    for address in ("/", "/workspaces/"):
        response = client.get(address)
        assert response.status_code == 200
        assert NO_WORKSPACE in response.content.decode()
        assert "Acme" not in response.content.decode()


def test_the_choice_names_ones_own_workspaces_alone(mel: User, other: Workspace) -> None:
    body = signed_in(mel).get("/workspaces/").content.decode()
    assert 'href="/w/acme/assets/"' in body
    assert "/w/other/" not in body
    assert NO_WORKSPACE not in body


def test_a_workspaces_address_leads_to_its_assets(mel: User, sol: User) -> None:
    assert lands(signed_in(mel), "/w/acme/") == "/w/acme/assets/"
    assert signed_in(sol).get("/w/acme/").status_code == 404
    assert signed_in(sol).get("/w/never-was/").status_code == 404


@pytest.mark.parametrize("address", ["/", "/workspaces/", "/w/acme/"])
def test_a_visitor_signs_in_first(client: Client, acme: Workspace, address: str) -> None:
    assert lands(client, address) == f"/sign-in/?next={address}"


@pytest.mark.parametrize("address", ["/", "/workspaces/", "/w/acme/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_only_reading_is_allowed(mel: User, address: str, method: str) -> None:
    assert getattr(signed_in(mel), method)(address).status_code == 405
