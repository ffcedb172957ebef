"""Signing in and out, as a visitor meets them."""

import pytest
from django.test import Client

from promptrails.workspaces.models import User
from tests.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"
NOT_TOGETHER = "This email and password do not belong together."


def attempt(
    client: Client, email: str = "ada@example.com", password: str = PASSWORD, **more: str
) -> tuple[int, str]:
    """The status, and where it leads or what it says."""
    response = client.post(SIGN_IN, {"username": email, "password": password, **more})
    return response.status_code, response.headers.get("Location") or response.content.decode()


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.com", "  ada@example.com "])
def test_the_email_counts_whatever_its_case_and_spaces(client: Client, ada: User, email: str) -> None:
    assert attempt(client, email) == (302, "/")
    assert client.get("/", follow=True).status_code == 200


def test_an_account_whose_email_was_kept_in_capitals_signs_in_too(client: Client, db: None) -> None:
    User.objects.create_user("Grace@Example.com", PASSWORD)
    assert attempt(client, "grace@example.com") == (302, "/")


def test_one_sentence_for_a_wrong_password_an_unknown_and_an_inactive_account(
    client: Client, ada: User
) -> None:
    wrong = attempt(client, password="not this one")
    unknown = attempt(client, "nobody@example.com")
    User.objects.update(is_active=False)
    inactive = attempt(client)
    for status, body in (wrong, unknown, inactive):
        assert status == 200
        assert NOT_TOGETHER in body
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("", PASSWORD, "This field is required."),
        ("ada@example.com", "", "This field is required."),
        ("no address", PASSWORD, "Enter a valid email address."),
        ("a" * 400 + "@example.com", PASSWORD, "Enter a valid email address."),
        ("ada\0@example.com", PASSWORD, "Enter a valid email address."),
        ("ada@example.com", "a\0b", "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_an_email_or_a_password_is_said(
    client: Client, ada: User, email: str, password: str, sentence: str
) -> None:
    status, body = attempt(client, email, password)
    assert status == 200
    assert sentence in body


def test_one_goes_on_to_the_page_one_had_asked_for(client: Client, ada: User) -> None:
    asked = client.get("/w/acme/assets/?type=image")
    assert (asked.status_code, asked.headers["Location"]) == (
        302,
        "/sign-in/?next=/w/acme/assets/%3Ftype%3Dimage",
    )
    assert (
        'name="next" value="/w/acme/assets/?type=image"'
        in client.get(asked.headers["Location"]).content.decode()
    )
    assert attempt(client, next="/w/acme/assets/?type=image") == (302, "/w/acme/assets/?type=image")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
    ],
)
def test_no_address_elsewhere_is_followed(client: Client, ada: User, elsewhere: str) -> None:
    assert attempt(client, next=elsewhere) == (302, "/")
    assert client.get(SIGN_IN, {"next": elsewhere}).headers["Location"] == "/"


def test_the_session_has_a_new_key_once_signed_in(client: Client, ada: User) -> None:
    session = client.session
    session["known"] = "before"
    session.save()
    before = session.session_key
    attempt(client)
    assert client.session.session_key != before


def test_who_is_signed_in_already_goes_home(ada: User) -> None:
    assert signed_in(ada).get(SIGN_IN).headers["Location"] == "/"


def test_signing_out_ends_the_session(ada: User) -> None:
    client = signed_in(ada)
    response = client.post("/sign-out/")
    assert (response.status_code, response.headers["Location"]) == (302, SIGN_IN)
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"


def test_signing_out_after_the_session_has_ended_leads_to_sign_in(client: Client, db: None) -> None:
    assert client.post("/sign-out/").headers["Location"] == SIGN_IN


def test_a_link_cannot_sign_anybody_out(ada: User) -> None:
    client = signed_in(ada)
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/workspaces/").status_code == 200


@pytest.mark.parametrize("address", [SIGN_IN, "/sign-out/"])
def test_a_form_of_another_site_is_refused(ada: User, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address, {"username": ada.email, "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_no_other_verb_is_allowed(client: Client, db: None, method: str) -> None:
    assert getattr(client, method)(SIGN_IN).status_code == 405


def test_a_part_of_a_page_is_no_place_to_sign_in(client: Client, ada: User) -> None:
    """The page is loaded anew where somebody asked for it, and left in peace where it asked by itself."""
    for target, refresh in (("results", "true"), ("awaited", None), ("awaited-itself", None)):
        response = client.get("/w/acme/assets/", headers={"HX-Request": "true", "HX-Target": target})
        assert (response.status_code, response.content) == (401, b"")
        assert response.headers.get("HX-Refresh") == refresh
    assert client.get("/w/acme/assets/").headers["Location"] == "/sign-in/?next=/w/acme/assets/"
