"""The page of members as owners, admins, plain members and strangers meet it."""

import pytest
from django.test import Client

from promptrails.workspaces.models import Membership, Role, User, Workspace
from tests.people import make_user, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/w/acme/members/"
ONLY_OWNER_CHANGES = "Only an owner may change or remove an owner."
ONLY_OWNER_MAKES = "Only an owner may make somebody an owner."
NEEDS_OWNER = "A workspace needs an owner. Make somebody else an owner first."


@pytest.fixture
def kim(acme: Workspace) -> User:
    return make_user("kim@example.com", acme, Role.ADMIN)


def said(user: User, action: str, **fields: str) -> str:
    """What the page says after an action."""
    response = signed_in(user).post(PAGE + action, fields, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def of(user: User) -> str:
    return f"{Membership.objects.get(user=user).pk}/"


def role(user: User) -> str | None:
    return Membership.objects.filter(user=user).values_list("role", flat=True).first()


def test_every_member_sees_who_belongs(acme: Workspace, ada: User, mel: User) -> None:
    body = signed_in(mel).get(PAGE).content.decode()
    assert "Members of Acme" in body
    assert body.index("<td>ada@example.com") < body.index("<td>mel@example.com")
    assert "Add a member" not in body
    assert "Remove" not in body


def test_admins_see_the_forms(ada: User, mel: User, kim: User) -> None:
    for user in (ada, kim):
        body = signed_in(user).get(PAGE).content.decode()
        assert "Add a member" in body
        assert f'action="{PAGE}{of(mel)}remove/"' in body


def test_an_admin_adds_somebody_by_any_spelling_of_their_email(acme: Workspace, kim: User) -> None:
    joined = make_user("Grace@example.com")
    assert "Grace@example.com was added." in said(kim, "add/", email=" grace@EXAMPLE.com ", role="user")
    assert role(joined) == Role.USER
    assert signed_in(joined).get("/w/acme/assets/").status_code == 200


def test_an_admin_changes_and_removes_a_member(kim: User, mel: User) -> None:
    assert "mel@example.com is now admin." in said(kim, f"{of(mel)}role/", role="admin")
    assert role(mel) == Role.ADMIN
    assert "mel@example.com was removed." in said(kim, f"{of(mel)}remove/")
    assert role(mel) is None
    assert signed_in(mel).get("/w/acme/assets/").status_code == 404


def test_an_owner_makes_and_unmakes_owners(ada: User, mel: User) -> None:
    said(ada, f"{of(mel)}role/", role="owner")
    assert role(mel) == Role.OWNER
    said(ada, f"{of(mel)}role/", role="user")
    assert role(mel) == Role.USER


def test_an_admin_neither_makes_nor_changes_nor_removes_owners(ada: User, kim: User, mel: User) -> None:
    joining = make_user("grace@example.com")
    assert ONLY_OWNER_MAKES in said(kim, f"{of(mel)}role/", role="owner")
    assert ONLY_OWNER_MAKES in said(kim, f"{of(kim)}role/", role="owner")
    assert ONLY_OWNER_MAKES in said(kim, "add/", email=joining.email, role="owner")
    assert ONLY_OWNER_CHANGES in said(kim, f"{of(ada)}role/", role="user")
    assert ONLY_OWNER_CHANGES in said(kim, f"{of(ada)}remove/")
    roles = [role(user) for user in (ada, kim, mel, joining)]
    assert roles == [Role.OWNER, Role.ADMIN, Role.USER, None]


def test_the_last_owner_stays(ada: User) -> None:
    assert NEEDS_OWNER in said(ada, f"{of(ada)}role/", role="admin")
    assert NEEDS_OWNER in said(ada, f"{of(ada)}remove/")
    assert role(ada) == Role.OWNER


def test_one_of_two_owners_may_leave_and_lands_at_home(ada: User, acme: Workspace) -> None:
    make_user("grace@example.com", acme, Role.OWNER)
    body = said(ada, f"{of(ada)}remove/")
    assert "ada@example.com was removed." in body
    assert "You are not a member of any workspace yet." in body


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "nobody@example.com", "role": "user"}, "Nobody has an account as nobody@example.com."),
        ({"email": "mel@example.com", "role": "user"}, "mel@example.com is a member already."),
        ({"email": "no address", "role": "user"}, "Enter a valid email address."),
        ({"email": "", "role": "user"}, "This field is required."),
        ({"email": "ada\0@example.com", "role": "user"}, "Null characters are not allowed."),
        ({"email": "sol@example.com", "role": "king"}, "king is not one of the available choices."),
        ({}, "This field is required."),
    ],
)
def test_an_addition_that_cannot_be_is_answered_with_a_sentence(
    ada: User, mel: User, sol: User, fields: dict[str, str], sentence: str
) -> None:
    assert sentence in said(ada, "add/", **fields)
    assert Membership.objects.filter(workspace__slug="acme").count() == 2


def test_an_inactive_account_is_not_added(ada: User) -> None:
    User.objects.filter(pk=make_user("gone@example.com").pk).update(is_active=False)
    assert "Nobody has an account as gone@example.com." in said(
        ada, "add/", email="gone@example.com", role="user"
    )


@pytest.mark.parametrize("fields", [{}, {"role": ""}, {"role": "king"}, {"role": "OWNER"}])
def test_a_role_that_is_none_is_answered_with_a_sentence(
    ada: User, mel: User, fields: dict[str, str]
) -> None:
    assert "Choose one of the roles: owner, admin or user." in said(ada, f"{of(mel)}role/", **fields)
    assert role(mel) == Role.USER


def test_a_plain_member_changes_nothing(ada: User, mel: User) -> None:
    client = signed_in(mel)
    for action in ("add/", f"{of(mel)}role/", f"{of(ada)}remove/"):
        response = client.post(PAGE + action, {"email": "sol@example.com", "role": "owner"})
        assert response.status_code == 403
    assert (role(ada), role(mel)) == (Role.OWNER, Role.USER)


def test_for_strangers_there_is_no_such_page(ada: User, sol: User) -> None:
    client = signed_in(sol)
    assert client.get(PAGE).status_code == 404
    for action in ("add/", f"{of(ada)}role/", f"{of(ada)}remove/"):
        assert client.post(PAGE + action, {"role": "user"}).status_code == 404


@pytest.mark.parametrize("action", ["role/", "remove/"])
def test_members_of_another_workspace_are_out_of_reach(ada: User, sol: User, action: str) -> None:
    client = signed_in(ada)
    for number in (of(sol), "0/", "99999999999999999999999/"):
        assert client.post(f"{PAGE}{number}{action}", {"role": "user"}).status_code == 404
    assert role(sol) == Role.OWNER


def test_a_visitor_signs_in_first(client: Client, ada: User) -> None:
    assert client.get(PAGE).headers["Location"] == f"/sign-in/?next={PAGE}"
    for action in ("add/", f"{of(ada)}role/", f"{of(ada)}remove/"):
        assert client.post(PAGE + action).headers["Location"].startswith("/sign-in/?next=")
    assert role(ada) == Role.OWNER


def test_reading_and_changing_have_their_own_verbs(ada: User, mel: User) -> None:
    client = signed_in(ada)
    assert client.post(PAGE).status_code == 405
    for action in ("add/", f"{of(mel)}role/", f"{of(mel)}remove/"):
        assert client.get(PAGE + action).status_code == 405
    assert role(mel) == Role.USER


def test_a_form_of_another_site_is_refused(ada: User, mel: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"{PAGE}{of(mel)}remove/").status_code == 403


def test_a_name_is_never_markup(ada: User, mel: User) -> None:
    User.objects.filter(pk=mel.pk).update(name="<script>alert(1)</script>")
    assert "<script>alert" not in signed_in(ada).get(PAGE).content.decode()
    assert "<script>alert" not in said(ada, f"{of(mel)}remove/")
