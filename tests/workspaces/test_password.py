"""Changing one's own password."""

import pytest
from django.test import Client

from promptrails.workspaces.models import User
from tests.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/password/"
NEW = "a longer horse, another staple"


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> str:
    fields = {"old_password": old, "new_password1": new, "new_password2": again}
    return client.post(PAGE, fields, follow=True).content.decode()


def test_the_new_password_counts_from_now_on(ada: User) -> None:
    assert "Your password was changed." in change(signed_in(ada))
    ada.refresh_from_db()
    assert ada.check_password(NEW)


def test_this_session_stays_and_the_others_end(ada: User) -> None:
    here, elsewhere = signed_in(ada), signed_in(ada)
    key = here.session.session_key
    change(here)
    assert here.get("/workspaces/").status_code == 200
    assert here.session.session_key != key
    assert elsewhere.get("/workspaces/").headers["Location"] == "/sign-in/?next=/workspaces/"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"old": "not this one"}, "Your old password was entered incorrectly."),
        ({"again": "something else"}, "The two password fields didn’t match."),
        ({"new": "short1!", "again": "short1!"}, "This password is too short."),
        ({"new": "password123", "again": "password123"}, "This password is too common."),
        ({"new": "ada@example.com", "again": "ada@example.com"}, "too similar to the email"),
        ({"new": "", "again": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(ada: User, fields: dict[str, str], sentence: str) -> None:
    assert sentence in change(signed_in(ada), **fields)
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_a_password_is_never_shown_again(ada: User) -> None:
    assert NEW not in change(signed_in(ada), old="not this one")


def test_a_visitor_signs_in_first(client: Client, db: None) -> None:
    assert client.get(PAGE).headers["Location"] == "/sign-in/?next=/password/"


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_no_other_verb_is_allowed(ada: User, method: str) -> None:
    assert getattr(signed_in(ada), method)(PAGE).status_code == 405
