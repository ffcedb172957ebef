"""manage.py create_api_key: the key alone on the last line."""

from datetime import timedelta

import pytest
from django.utils import timezone

from promptrails.workspaces import keys
from promptrails.workspaces.models import ApiKey, Workspace
from tests.workspaces.test_commands import refusal, run

pytestmark = pytest.mark.django_db
NAMED = ("create_api_key", "--workspace", "acme", "--name", "agents")


def test_the_key_stands_alone_on_the_last_line_and_works(acme: Workspace) -> None:
    said = run(*NAMED, "--scopes", "assets:read, assets:write")
    secret = said.splitlines()[-1]
    use = keys.use(secret, "203.0.113.7")
    assert use
    assert (use.key.workspace, use.key.scopes) == (acme, ["assets:read", "assets:write"])
    assert said.startswith("Key “agents” of Acme may assets:read, assets:write, until it is revoked.\n")
    assert ApiKey.objects.get().created_by is None


def test_it_ends_and_is_bound_to_addresses_when_that_is_said(acme: Workspace) -> None:
    run(*NAMED, "--scopes=assets:read", "--expires-in-days=7", "--allow=10.0.0.0/8", "--allow=::1")
    key = ApiKey.objects.get()
    assert key.allowed_addresses == ["10.0.0.0/8", "::1/128"]
    assert key.expires_at
    assert abs(key.expires_at - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--workspace=nowhere", "--name=x", "--scopes=assets:read"), "There is no workspace “nowhere”."),
        (("--workspace=acme", "--name=x", "--scopes=everything"), "Choose among the scopes"),
        (("--workspace=acme", "--name=x", "--scopes="), "Choose among the scopes"),
        (("--workspace=acme", "--name= ", "--scopes=assets:read"), "1 to 100 characters"),
        (("--workspace=acme", "--name=x", "--scopes=assets:read", "--expires-in-days=0"), "1 to 3650 days"),
        (("--workspace=acme", "--name=x", "--scopes=assets:read", "--allow=here"), "no address or network"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    acme: Workspace, words: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refusal("create_api_key", *words)
    assert not ApiKey.objects.exists()
