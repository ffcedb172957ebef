"""What operators do with manage.py: workspaces, accounts, memberships."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from promptrails.workspaces.ksuids import is_ksuid
from promptrails.workspaces.models import Membership, Role, User, Workspace
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def refusal(*words: str) -> str:
    with pytest.raises(CommandError) as refused:
        run(*words)
    return str(refused.value)


def test_a_workspace_is_made_with_an_address_and_an_id() -> None:
    said = run("create_workspace", "--slug", "acme", "--name", " Acme Corp ")
    made = Workspace.objects.get()
    assert (made.slug, made.name) == ("acme", "Acme Corp")
    assert is_ksuid(made.id)
    assert said == f"Workspace Acme Corp is at /w/acme/assets/ (id {made.id}).\n"


@pytest.mark.parametrize(
    ("slug", "name", "sentence"),
    [
        ("acme", "Again", "--slug: Workspace with this Slug already exists."),
        ("two words", "Two", "--slug: Enter a valid “slug”"),
        ("../up", "Up", "--slug: Enter a valid “slug”"),
        ("çelik", "Çelik", "--slug: Enter a valid “slug”"),
        ("", "None", "--slug: This field cannot be blank."),
        ("a" * 51, "Long", "at most 50 characters"),
        ("new", "", "--name: This field cannot be blank."),
        ("new", "n" * 101, "at most 100 characters"),
    ],
)
def test_a_workspace_that_cannot_be_is_refused(acme: Workspace, slug: str, name: str, sentence: str) -> None:
    assert sentence in refusal("create_workspace", "--slug", slug, "--name", name)
    assert Workspace.objects.count() == 1


def test_an_account_gets_a_random_password_that_is_printed_once() -> None:
    said = run("create_user", "--email", " Grace@Example.com ", "--name", "Grace Hopper")
    made = User.objects.get()
    assert (made.email, made.name) == ("grace@example.com", "Grace Hopper")
    password = said.split("Password: ")[1].strip()
    assert len(password) >= 16
    assert made.check_password(password)


@pytest.mark.parametrize("line", [PASSWORD, f"{PASSWORD}\n", f"{PASSWORD}\r\n"])
def test_a_password_given_on_standard_input_is_not_printed(monkeypatch: Any, line: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(line))
    said = run("create_user", "--email", "grace@example.com", "--password-stdin")
    assert PASSWORD not in said
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("", "too short"), ("password123", "too common"), ("grace@example.com", "too similar")],
)
def test_a_weak_password_is_refused(monkeypatch: Any, password: str, sentence: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password))
    assert sentence in refusal("create_user", "--email", "grace@example.com", "--password-stdin")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("ADA@example.com", "ada@example.com has an account already."),
        ("no address", "Enter a valid email address."),
        ("", "This field cannot be blank."),
        ("a" * 250 + "@example.com", "at most 254 characters"),
    ],
)
def test_an_account_that_cannot_be_is_refused(ada: User, email: str, sentence: str) -> None:
    assert sentence in refusal("create_user", "--email", email)
    assert User.objects.count() == 1


def test_a_member_is_added_and_said_again_gets_another_role(acme: Workspace) -> None:
    User.objects.create_user("Grace@example.com")
    adding = ["add_member", "--workspace", "acme", "--email", " grace@EXAMPLE.com "]
    assert run(*adding) == "Grace@example.com is user of Acme.\n"
    assert run(*adding, "--role", "owner") == "Grace@example.com is owner of Acme.\n"
    assert Membership.objects.get().role == Role.OWNER


def test_an_operator_does_not_take_the_last_owner_away_either(ada: User) -> None:
    adding = ["add_member", "--workspace", "acme", "--email", ada.email, "--role", "admin"]
    assert "A workspace needs an owner." in refusal(*adding)
    assert Membership.objects.get().role == Role.OWNER


@pytest.mark.parametrize(
    ("workspace", "email", "role", "sentence"),
    [
        ("never-was", "ada@example.com", "user", "There is no workspace “never-was”."),
        ("acme", "nobody@example.com", "user", "Nobody has an account as nobody@example.com."),
        ("acme", "ada@example.com", "king", "invalid choice: 'king'"),
    ],
)
def test_a_membership_that_cannot_be_is_refused(
    ada: User, workspace: str, email: str, role: str, sentence: str
) -> None:
    assert sentence in refusal("add_member", "--workspace", workspace, "--email", email, "--role", role)
    assert Membership.objects.get().role == Role.OWNER
