"""Who may use the API, for what and from where: keys with their scopes, and signed-in browsers."""

import base64
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from assets.models import Asset
from promptrails.workspaces import keys
from promptrails.workspaces.models import ApiKey, Membership, Role, Scope, User, Workspace
from tests.api.calling import ASSETS, DELETE, JSON, UPLOADS, fault, picture
from tests.factories import make_asset
from tests.people import PASSWORD, make_user, signed_in

pytestmark = pytest.mark.django_db
NEVER = "2" * 27
READING = [("get", ASSETS), ("get", f"{ASSETS}/{NEVER}"), ("get", f"{ASSETS}/{NEVER}/signed-url")]
WRITING = [
    ("post", ASSETS),
    ("post", UPLOADS),
    ("post", f"{UPLOADS}/{NEVER}/complete"),
    ("post", DELETE),
    ("delete", f"{ASSETS}/{NEVER}"),
]
BOTH = [*READING, *WRITING]


def call(client: Client, method: str, address: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(client, method)(address, headers=named)


def useless(acme: Workspace) -> list[str]:
    """Keys that open nothing."""
    revoked, revoked_secret = keys.issue(acme, name="revoked", scopes=Scope.values)
    keys.revoke(acme, revoked.pk, None)
    expired, expired_secret = keys.issue(acme, name="expired", scopes=Scope.values, expires_in_days=1)
    ApiKey.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    unknown = keys.PREFIX + "x" * 43
    malformed = ["", " ", "x", "Bearer " + unknown, "é" * 51, "' OR 1=1 --", unknown + "x", "x" * 5000]
    return [revoked_secret, expired_secret, unknown, *malformed]


@pytest.mark.parametrize(("method", "address"), BOTH)
def test_every_useless_key_is_answered_the_same(acme: Workspace, method: str, address: str) -> None:
    answers = [call(Client(), method, address)]
    answers += [call(Client(), method, address, X_API_Key=secret) for secret in useless(acme)]
    for answer in answers:
        assert fault(answer, 401, "unauthorized") == {}
        assert answer.headers["WWW-Authenticate"].startswith("ApiKey ")
    assert len({answer.content for answer in answers}) == 1


def test_a_key_works_with_blanks_around_it(secret: str) -> None:
    assert call(Client(), "get", ASSETS, X_API_Key=f" {secret} ").status_code == 200


@pytest.mark.parametrize(("method", "address"), WRITING)
def test_a_key_that_only_reads_changes_nothing(reader: Client, method: str, address: str) -> None:
    assert fault(call(reader, method, address), 403, "forbidden") == {"scope": "assets:write"}


@pytest.mark.parametrize(("method", "address"), READING)
def test_a_key_that_only_writes_reads_nothing(acme: Workspace, method: str, address: str) -> None:
    writer = Client(headers={"X-API-Key": keys.issue(acme, name="writer", scopes=[Scope.WRITE])[1]})
    assert fault(call(writer, method, address), 403, "forbidden") == {"scope": "assets:read"}


def test_a_key_that_only_writes_uploads(acme: Workspace) -> None:
    writer = Client(headers={"X-API-Key": keys.issue(acme, name="writer", scopes=[Scope.WRITE])[1]})
    assert writer.post(ASSETS, {"file": picture()}).status_code == 201


@pytest.mark.parametrize(
    ("allowed", "address", "passes"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("10.0.0.0/8", "10.20.30.40", True),
        ("10.0.0.0/8", "::ffff:10.20.30.40", True),
        ("203.0.113.7", "203.0.113.8", False),
    ],
)
def test_a_key_with_an_allow_list_works_from_there_only(
    acme: Workspace, allowed: str, address: str, passes: bool
) -> None:
    secret = keys.issue(acme, name="agent", scopes=[Scope.READ], allowed_addresses=[allowed])[1]
    client = Client(headers={"X-API-Key": secret}, REMOTE_ADDR=address)
    answer = client.get(ASSETS, headers={"X-Forwarded-For": "203.0.113.7"})  # from no proxy that is trusted
    if passes:
        assert answer.status_code == 200
    else:
        assert fault(answer, 403, "forbidden") == {"address": "not allowed"}


def test_the_workspace_header_of_a_key_may_only_agree(api: Client, acme: Workspace, other: Workspace) -> None:
    assert call(api, "get", ASSETS, X_Workspace_ID=acme.id).status_code == 200
    bodies = set()
    for wanted in (other.id, NEVER, acme.slug, "x" * 500):
        answer = call(api, "get", ASSETS, X_Workspace_ID=wanted)
        assert fault(answer, 403, "forbidden") == {"X-Workspace-ID": "not the key's workspace"}
        bodies.add(answer.content)
    assert len(bodies) == 1, "a workspace that exists is not told from one that does not"


def test_a_useless_key_beside_a_session_is_refused(ada: User, acme: Workspace) -> None:
    answer = call(signed_in(ada), "get", ASSETS, X_API_Key="x", X_Workspace_ID=acme.id)
    fault(answer, 401, "unauthorized")


def test_a_key_beside_a_session_needs_no_csrf_token(secret: str, ada: User, acme: Workspace) -> None:
    client = Client(enforce_csrf_checks=True, headers={"X-API-Key": secret})
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert client.delete(f"{ASSETS}/{make_asset(acme).id}").status_code == 204


def test_a_session_says_which_workspace(ada: User, acme: Workspace, other: Workspace) -> None:
    client, asset = signed_in(ada), make_asset(acme)
    assert fault(client.get(ASSETS), 400, "validation_error") == {"X-Workspace-ID": "missing"}
    data = call(client, "get", ASSETS, X_Workspace_ID=acme.id).json()["data"]
    assert [one["id"] for one in data] == [asset.id]
    bodies = set()
    for wanted in (other.id, NEVER, acme.slug, "x" * 500, "é"):
        answer = call(client, "get", ASSETS, X_Workspace_ID=wanted)
        assert fault(answer, 403, "forbidden") == {"X-Workspace-ID": "not one of your workspaces"}
        bodies.add(answer.content)
    assert len(bodies) == 1, "a workspace that exists is not told from one that does not"


def test_a_session_is_for_each_of_its_workspaces(ada: User, acme: Workspace, other: Workspace) -> None:
    Membership.objects.create(workspace=other, user=ada, role=Role.USER)
    mine, theirs, client = make_asset(acme), make_asset(other), signed_in(ada)
    for workspace, asset in ((acme, mine), (other, theirs)):
        data = call(client, "get", ASSETS, X_Workspace_ID=workspace.id).json()["data"]
        assert [one["id"] for one in data] == [asset.id]
    address = f"{ASSETS}/{theirs.id}"
    assert call(client, "delete", address, X_Workspace_ID=acme.id).status_code == 404
    assert call(client, "delete", address, X_Workspace_ID=other.id).status_code == 403


@pytest.mark.parametrize(("method", "address"), WRITING)
def test_a_plain_member_changes_nothing(mel: User, acme: Workspace, method: str, address: str) -> None:
    answer = call(signed_in(mel), method, address, X_Workspace_ID=acme.id)
    assert fault(answer, 403, "forbidden") == {"scope": "assets:write"}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER])
def test_admins_and_owners_change(acme: Workspace, role: Role) -> None:
    client = signed_in(make_user("ann@example.com", acme, role))
    headers = {"X-Workspace-ID": acme.id}
    made = client.post(ASSETS, {"file": picture()}, headers=headers).json()["data"]
    answer = client.post(DELETE, {"ids": [made["id"]]}, JSON, headers=headers)
    assert answer.json()["data"]["deleted"] == [made["id"]]


@pytest.mark.parametrize(("method", "address"), WRITING)
def test_a_session_changes_nothing_without_its_csrf_token(
    ada: User, acme: Workspace, method: str, address: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    answer = call(client, method, address, X_Workspace_ID=acme.id)
    assert fault(answer, 403, "forbidden") == {"X-CSRFToken": "missing"}


def test_the_csrf_token_comes_in_its_header_and_nowhere_else(ada: User, acme: Workspace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    client.get(f"/w/{acme.slug}/assets/")
    token = client.cookies["csrftoken"].value
    workspace = {"X-Workspace-ID": acme.id}
    in_form = client.post(ASSETS, {"file": picture(), "csrfmiddlewaretoken": token}, headers=workspace)
    fault(in_form, 403, "forbidden")
    assert not Asset.objects.exists()
    in_header = client.post(ASSETS, {"file": picture()}, headers={**workspace, "X-CSRFToken": token})
    assert in_header.status_code == 201


def test_whoever_leaves_is_out_at_once(ada: User, acme: Workspace) -> None:
    client = signed_in(ada)
    assert call(client, "get", ASSETS, X_Workspace_ID=acme.id).status_code == 200
    Membership.objects.filter(user=ada).update(role=Role.USER)
    assert call(client, "delete", f"{ASSETS}/{NEVER}", X_Workspace_ID=acme.id).status_code == 403
    Membership.objects.filter(user=ada).delete()
    fault(call(client, "get", ASSETS, X_Workspace_ID=acme.id), 403, "forbidden")
    User.objects.filter(pk=ada.pk).update(is_active=False)
    fault(call(client, "get", ASSETS, X_Workspace_ID=acme.id), 401, "unauthorized")


def test_signing_out_ends_a_session(ada: User, acme: Workspace) -> None:
    client = signed_in(ada)
    client.logout()
    fault(call(client, "get", ASSETS, X_Workspace_ID=acme.id), 401, "unauthorized")


def test_a_session_is_not_limited_by_the_minute(ada: User, acme: Workspace, settings: Any) -> None:
    settings.API_RATE_LIMIT = 1
    client = signed_in(ada)
    answers = [call(client, "get", ASSETS, X_Workspace_ID=acme.id) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert "RateLimit-Limit" not in answers[0].headers


def test_a_password_is_no_key(ada: User) -> None:
    basic = base64.b64encode(f"ada@example.com:{PASSWORD}".encode()).decode()
    fault(call(Client(), "get", ASSETS, Authorization=f"Basic {basic}"), 401, "unauthorized")
