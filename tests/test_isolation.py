"""Every address of the project, as the URL configuration lists them, tried by everyone who should not pass.

A new address fails `test_every_address_has_a_rule` until it stands in RULES.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from assets import bulk
from assets.models import Asset
from promptrails.workspaces import keys
from promptrails.workspaces.models import Membership, Scope, User, Workspace
from tests.factories import make_asset
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Rule:
    """The statuses that an address answers; `member` is a plain user of the workspace."""

    method: str
    anonymous: int
    member: int
    owner: int
    stranger: int | None = None


OPEN = Rule("get", 200, 200, 200)
SIGNED_IN = Rule("get", 302, 200, 200)
MEMBERS = Rule("get", 302, 200, 200, stranger=404)
ADMINS = Rule("get", 302, 403, 200, stranger=404)
ADMINS_CHANGE = Rule("post", 302, 403, 302, stranger=404)
CALLERS = Rule("get", 401, 200, 200, stranger=403)
RULES = {
    "healthz": [OPEN],
    "readyz": [Rule("get", 503, 503, 503)],  # no worker runs in this test
    "metrics": [Rule("get", 404, 404, 404)],  # no METRICS_TOKEN is set; tests/test_metrics.py sets one
    "home": [Rule("get", 302, 302, 302)],
    "sign_in": [Rule("get", 200, 302, 302)],
    "sign_out": [Rule("post", 302, 302, 302)],
    "password_change": [SIGNED_IN],
    "workspaces": [SIGNED_IN],
    "workspace_home": [Rule("get", 302, 302, 302, stranger=404)],
    "members": [MEMBERS],
    "member_add": [ADMINS_CHANGE],
    "member_role": [ADMINS_CHANGE],
    "member_remove": [ADMINS_CHANGE],
    "keys": [ADMINS],
    "key_create": [Rule("post", 302, 403, 400, stranger=404)],  # an empty form
    "key_revoke": [ADMINS, ADMINS_CHANGE],
    "activity": [MEMBERS],
    "activity_export": [ADMINS],
    "storage": [MEMBERS],
    "retention": [ADMINS, Rule("post", 302, 403, 400, stranger=404)],  # without its preview
    "deletions": [Rule("post", 302, 403, 400, stranger=404)],  # of nothing
    "deletion": [ADMINS],
    "deletion_confirm": [ADMINS_CHANGE],
    "deletion_cancel": [ADMINS_CHANGE],
    "assets:list": [MEMBERS],
    "assets:cards": [MEMBERS],
    "assets:archive": [Rule("get", 302, 400, 400, stranger=404)],
    "assets:export": [MEMBERS],
    "assets:compare": [Rule("get", 302, 400, 400, stranger=404)],  # it names no assets
    "assets:detail": [MEMBERS],
    "assets:download": [Rule("get", 302, 302, 302, stranger=404)],
    "assets:link": [MEMBERS],
    "assets:keep": [ADMINS_CHANGE],
    "assets:delete": [ADMINS, ADMINS_CHANGE],
    # The API, used with the session of a browser that names acme in X-Workspace-ID.
    "api:docs": [OPEN],
    "api:openapi": [OPEN],
    "api:assets": [CALLERS, Rule("post", 401, 403, 400, stranger=403)],
    "api:asset": [CALLERS, Rule("delete", 401, 403, 204, stranger=403)],
    "api:signed_url": [CALLERS],
    "api:uploads": [Rule("post", 401, 403, 415, stranger=403)],
    "api:complete_upload": [Rule("post", 401, 403, 201, stranger=403)],
    "api:delete_assets": [Rule("post", 401, 403, 415, stranger=403)],
    "api:nowhere": [Rule("get", 404, 404, 404)],
}
CASES = [(name, rule) for name, rules in RULES.items() for rule in rules]
IDS = [f"{name}-{rule.method}" for name, rule in CASES]


def addresses(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, list[str]]]:
    """The name of every address, and the names of its parts that vary."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            for name, parts in addresses(pattern, inner):
                yield name, [*pattern.pattern.converters, *parts]
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} needs a name"
            yield namespace + pattern.name, list(pattern.pattern.converters)


ADDRESSES = dict(addresses(get_resolver()))
PAGES = {name: parts for name, parts in ADDRESSES.items() if not name.startswith("api:")}


@pytest.fixture
def asset(acme: Workspace) -> Asset:
    return make_asset(acme)


@pytest.fixture
def parts(acme: Workspace, asset: Asset, mel: User) -> dict[str, object]:
    """A real value for each part of an address that varies."""
    membership = Membership.objects.get(user=mel)
    key, _ = keys.issue(acme, name="test", scopes=[Scope.READ])
    draft = bulk.draft_of_chosen(acme, [make_asset(acme).id])
    people = {"user_id": mel.pk, "membership_id": membership.pk, "key_id": key.pk}
    return {
        "workspace": acme.slug,
        "asset_id": asset.id,
        "upload_id": asset.id,
        "deletion_id": draft.pk,
        **people,
    }


def answer(client: Client, name: str, method: str, parts: dict[str, object]) -> tuple[int, str]:
    address = reverse(name, kwargs={part: parts[part] for part in ADDRESSES[name]})
    acme = Workspace.objects.get(slug="acme")
    response = getattr(client, method)(address, headers={"X-Workspace-ID": acme.id})
    if response.streaming:
        list(response)  # a download that nobody reads would keep its turn
    return response.status_code, response.headers.get("Location", "")


def test_every_address_has_a_rule() -> None:
    assert set(ADDRESSES) == set(RULES)
    assert len(ADDRESSES) > 10


def test_every_address_below_a_workspace_is_closed_to_strangers() -> None:
    for name, rule in CASES:
        if "workspace" in ADDRESSES[name]:
            assert rule.stranger == 404, name
            assert rule.anonymous == 302, name


@pytest.mark.parametrize(("name", "rule"), CASES, ids=IDS)
def test_an_anonymous_visitor_is_sent_to_sign_in(name: str, rule: Rule, parts: dict[str, object]) -> None:
    status, location = answer(Client(), name, rule.method, parts)
    assert status == rule.anonymous
    if "workspace" in ADDRESSES[name]:
        assert location.startswith(reverse("sign_in"))


@pytest.mark.parametrize(("name", "rule"), CASES, ids=IDS)
def test_a_member_of_another_workspace_finds_nothing(
    name: str, rule: Rule, parts: dict[str, object], sol: User
) -> None:
    if rule.stranger is not None:
        assert answer(signed_in(sol), name, rule.method, parts)[0] == rule.stranger


@pytest.mark.parametrize(("name", "rule"), CASES, ids=IDS)
def test_a_plain_member_may_what_the_rule_says(
    name: str, rule: Rule, parts: dict[str, object], mel: User, asset: Asset
) -> None:
    assert answer(signed_in(mel), name, rule.method, parts)[0] == rule.member
    assert Asset.objects.filter(id=asset.id).exists(), "a plain member deletes nothing"


@pytest.mark.parametrize(("name", "rule"), CASES, ids=IDS)
def test_an_owner_passes(name: str, rule: Rule, parts: dict[str, object], ada: User) -> None:
    assert answer(signed_in(ada), name, rule.method, parts)[0] == rule.owner


@pytest.mark.parametrize("name", [name for name in RULES if "asset_id" in PAGES.get(name, [])])
def test_another_workspaces_asset_is_the_same_404_as_an_id_never_made(
    name: str, ada: User, acme: Workspace, other: Workspace
) -> None:
    """Ada may enter acme, but the asset in the address is not acme's."""
    client, theirs = signed_in(ada), make_asset(other)
    bodies = set()
    for asset_id in (theirs.id, "2" * 27, "no-ksuid", "é" * 27, "0" * 300):
        ask = getattr(client, RULES[name][0].method)
        response = ask(reverse(name, kwargs={"workspace": acme.slug, "asset_id": asset_id}))
        assert response.status_code == 404
        bodies.add(response.content)
    bodies.add(client.get(reverse("assets:list", args=[other.slug])).content)
    bodies.add(client.get(reverse("assets:list", args=["never-made"])).content)
    assert len(bodies) == 1


def test_another_workspaces_asset_is_not_deleted(ada: User, acme: Workspace, other: Workspace) -> None:
    theirs = make_asset(other)
    response = signed_in(ada).post(reverse("assets:delete", args=[acme.slug, theirs.id]))
    assert response.status_code == 404
    assert Asset.objects.filter(id=theirs.id).exists()


def key_client(workspace: Workspace) -> Client:
    return Client(headers={"X-API-Key": keys.issue(workspace, name="test", scopes=Scope.values)[1]})


API_CASES = [(name, rule.method) for name, rule in CASES if name.startswith("api:") and ADDRESSES[name]]


@pytest.mark.parametrize(
    ("name", "method"), API_CASES, ids=[f"{name}-{method}" for name, method in API_CASES]
)
def test_a_key_of_another_workspace_finds_what_was_never_made(
    name: str, method: str, asset: Asset, other: Workspace
) -> None:
    client, answers = key_client(other), set()
    for id in (asset.id, "2" * 27, "no-ksuid", "é" * 27, "0" * 300):
        response = getattr(client, method)(reverse(name, args=[id]))
        answers.add((response.status_code, response.content))
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert Asset.objects.get() == asset


def test_a_key_of_another_workspace_lists_and_deletes_nothing_of_this_one(
    asset: Asset, other: Workspace
) -> None:
    client = key_client(other)
    assert client.get(reverse("api:assets")).json()["data"] == []
    body = {"ids": [asset.id, "2" * 27]}
    response = client.post(reverse("api:delete_assets"), body, "application/json")
    assert response.json() == {"data": {"deleted": [], "not_found": body["ids"]}}
    assert Asset.objects.get() == asset


def test_a_removed_member_is_out_at_once(mel: User, acme: Workspace, asset: Asset) -> None:
    client = signed_in(mel)
    address = reverse("assets:detail", args=[acme.slug, asset.id])
    assert client.get(address).status_code == 200
    Membership.objects.filter(user=mel).delete()
    assert client.get(address).status_code == 404
