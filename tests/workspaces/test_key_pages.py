"""The pages of API keys: made and shown once, listed, revoked."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from promptrails.workspaces import keys
from promptrails.workspaces.models import ApiKey, Scope, User, Workspace
from tests.people import signed_in

pytestmark = pytest.mark.django_db
FORM = {"name": "image agent", "scopes": ["assets:read", "assets:write"], "expires_in_days": "30"}


def make(user: User, **changes: object) -> tuple[int, str]:
    response = signed_in(user).post(reverse("key_create", args=["acme"]), {**FORM, **changes})
    return response.status_code, response.content.decode()


def test_a_new_key_is_shown_once_with_calls_that_work(ada: User) -> None:
    status, page = make(ada)
    assert status == 201
    secret = re.findall(r"pr_live_[\w-]{43}", page)[0]
    assert f"curl -H &quot;X-API-Key: {secret}" in page or f'curl -H "X-API-Key: {secret}' in page
    assert "http://testserver/api/v1/assets" in page
    assert "data-copy" in page
    assert Client(headers={"X-API-Key": secret}).get("/api/v1/assets").status_code == 200
    listing = signed_in(ada).get(reverse("keys", args=["acme"])).content.decode()
    assert secret not in listing
    assert secret[:12] in listing


def test_a_new_key_is_kept_by_no_cache(ada: User) -> None:
    response = signed_in(ada).post(reverse("key_create", args=["acme"]), FORM)
    assert "no-store" in response["Cache-Control"]


def test_a_key_has_what_was_chosen(ada: User) -> None:
    make(ada, allowed_addresses="203.0.113.7, 10.1.2.3/8\n")
    key = ApiKey.objects.get()
    assert (key.name, key.scopes, key.created_by) == ("image agent", ["assets:read", "assets:write"], ada)
    assert key.allowed_addresses == ["203.0.113.7/32", "10.0.0.0/8"]
    assert key.expires_at
    assert (key.expires_at - key.created_at).days in {29, 30}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "This field is required."),
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["all"]}, "Select a valid choice."),
        ({"expires_in_days": "7000000"}, "Select a valid choice."),
        ({"allowed_addresses": "localhost"}, "“localhost” is no address or network."),
    ],
)
def test_a_mistake_stays_on_the_page_with_what_was_typed(
    ada: User, changes: dict[str, object], sentence: str
) -> None:
    status, page = make(ada, **changes)
    assert status == 400
    assert sentence in page
    assert changes.get("name") or 'value="image agent"' in page
    assert not ApiKey.objects.exists()


def test_the_list_tells_of_each_key_what_matters(ada: User, acme: Workspace) -> None:
    key, _ = keys.issue(acme, name="by hand", scopes=[Scope.READ])
    _, secret = keys.issue(acme, name="in use", scopes=[Scope.READ], expires_in_days=1, created_by=ada)
    keys.use(secret, "203.0.113.7")
    ended, _ = keys.issue(acme, name="ended", scopes=[Scope.READ])
    keys.revoke(acme, ended.pk, ada)
    page = signed_in(ada).get(reverse("keys", args=["acme"])).content.decode()
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)[1:]
    assert [re.findall(r'scope="row">([^<]+)', row)[0] for row in rows] == ["in use", "by hand", "ended"]
    assert "an operator" in rows[1]
    assert "never" in rows[1]
    assert "never" not in rows[0]
    assert "no end" in rows[1]
    assert "revoked" in rows[2]
    assert reverse("key_revoke", args=["acme", key.pk]) in rows[1]
    assert reverse("key_revoke", args=["acme", ended.pk]) not in rows[2]


def test_a_key_of_another_workspace_is_not_there(ada: User, acme: Workspace, other: Workspace) -> None:
    theirs, secret = keys.issue(other, name="theirs", scopes=[Scope.READ])
    client = signed_in(ada)
    assert "theirs" not in client.get(reverse("keys", args=["acme"])).content.decode()
    assert client.post(reverse("key_revoke", args=["acme", theirs.pk])).status_code == 404
    assert keys.use(secret, "203.0.113.7")


def test_revoking_asks_first_and_then_ends_the_key_at_once(ada: User, acme: Workspace) -> None:
    key, secret = keys.issue(acme, name="old agent", scopes=[Scope.READ])
    client, address = signed_in(ada), reverse("key_revoke", args=["acme", key.pk])
    assert "Revoke “old agent”?" in client.get(address).content.decode()
    assert keys.use(secret, "203.0.113.7")
    page = client.post(address, follow=True).content.decode()
    assert "“old agent” was revoked." in page
    assert Client(headers={"X-API-Key": secret}).get("/api/v1/assets").status_code == 401


def test_only_admins_are_led_to_the_keys(ada: User, mel: User) -> None:
    address = reverse("keys", args=["acme"])
    assert address in signed_in(ada).get(reverse("members", args=["acme"])).content.decode()
    assert address not in signed_in(mel).get(reverse("members", args=["acme"])).content.decode()
