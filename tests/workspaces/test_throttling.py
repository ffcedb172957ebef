"""Guessing passwords: five failures of one email from one address, then a pause for that pair."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db.models import F
from django.test import Client, RequestFactory
from pytest_django import Settings

from promptrails.workspaces.addresses import client_address
from promptrails.workspaces.models import User, Workspace
from tests.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
WRONG = "not this one"


def attempt(client: Client, email: str = "ada@example.com", password: str = WRONG, **headers: str) -> int:
    return client.post("/sign-in/", {"username": email, "password": password}, **headers).status_code  # type: ignore[arg-type]


def fail(client: Client, times: int, **headers: str) -> None:
    for _ in range(times):
        attempt(client, **headers)


def test_four_failures_are_no_harm_and_success_forgets_them(client: Client, ada: User) -> None:
    for _ in range(2):
        fail(client, 4)
        assert attempt(client, password=PASSWORD) == 302
        client.post("/sign-out/")


def test_success_forgets_the_failures_of_an_email_kept_in_capitals(client: Client, db: None) -> None:
    User.objects.create_user("Grace@Example.com", PASSWORD)
    for _ in range(2):
        for _ in range(4):
            attempt(client, "Grace@Example.com")
        assert attempt(client, "Grace@Example.com", PASSWORD) == 302
        client.post("/sign-out/")


def test_an_email_longer_than_any_account_has_is_throttled_too(client: Client, db: None) -> None:
    longest = "a" * 300 + "@example.com"
    assert [attempt(client, longest) for _ in range(6)] == [200, 200, 200, 200, 429, 429]


def test_the_sixth_attempt_is_refused_with_a_sentence_and_a_time(client: Client, ada: User) -> None:
    fail(client, 5)
    response = client.post("/sign-in/", {"username": ada.email, "password": WRONG})
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "900"
    assert "Too many attempts failed. Wait 15 minutes, then try again" in response.content.decode()


def test_the_right_password_is_refused_meanwhile(client: Client, ada: User) -> None:
    fail(client, 5)
    assert attempt(client, password=PASSWORD) == 429
    assert "_auth_user_id" not in client.session


def test_other_people_and_other_addresses_go_on(client: Client, ada: User, acme: Workspace) -> None:
    make_user("mel@example.com", acme)
    fail(client, 5)
    assert attempt(Client(), "mel@example.com", PASSWORD) == 302
    assert attempt(Client(), password=PASSWORD, REMOTE_ADDR="192.0.2.7") == 302


def test_case_spaces_and_browsers_make_no_other_account(client: Client, ada: User) -> None:
    variants = [
        "ada@example.com",
        "ADA@example.com",
        " ada@example.com",
        "Ada@Example.Com  ",
        "\tada@EXAMPLE.com",
    ]
    for number, email in enumerate(variants):
        attempt(client, email, HTTP_USER_AGENT=f"browser {number}")
    assert attempt(client, password=PASSWORD) == 429


@pytest.mark.parametrize(
    "spelling", ["\u017fkim@example.com", "sk\u0131m@example.com", "SK\u0130M@example.com"]
)
def test_letters_that_only_look_like_it_in_capitals_reach_no_account(
    client: Client, db: None, spelling: str
) -> None:
    make_user("skim@example.com")
    assert attempt(client, spelling, PASSWORD) == 200
    assert "_auth_user_id" not in client.session


def test_the_kelvin_sign_is_throttled_as_the_letter_it_is(client: Client, db: None) -> None:
    make_user("kim@example.com")
    for _ in range(5):
        attempt(client, "kim@example.com")
    assert attempt(client, "\u212aim@example.com", PASSWORD) == 429


def test_an_unknown_account_is_throttled_just_the_same(client: Client, db: None) -> None:
    for _ in range(5):
        attempt(client, "nobody@example.com")
    assert attempt(client, "nobody@example.com") == 429


def test_the_pause_ends_even_if_somebody_kept_trying(client: Client, ada: User) -> None:
    fail(client, 5)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=14))
    assert attempt(client, password=PASSWORD) == 429
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=1, seconds=1))
    assert attempt(client, password=PASSWORD) == 302


def test_no_password_is_kept(client: Client, ada: User) -> None:
    fail(client, 2)
    kept = AccessAttempt.objects.get()
    assert WRONG not in f"{kept.post_data}{kept.get_data}"


@pytest.mark.parametrize("remote", ["", "unix:", "no address"])
def test_a_server_that_knows_no_address_still_throttles(client: Client, ada: User, remote: str) -> None:
    fail(client, 5, REMOTE_ADDR=remote)
    assert attempt(client, password=PASSWORD, REMOTE_ADDR=remote) == 429


def test_a_forged_hop_does_not_escape_behind_a_proxy(client: Client, ada: User, settings: Settings) -> None:
    settings.TRUST_PROXY = True
    for number in range(5):
        attempt(client, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 192.0.2.7")
    assert attempt(client, password=PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.9, 192.0.2.7") == 429
    assert attempt(client, password=PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.7, 203.0.113.9") == 302


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("198.51.100.1, 192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:4711", "192.0.2.7"),
        ("garbage", "127.0.0.1"),
        ("192.0.2.7, ", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_the_proxys_own_hop_counts_and_only_an_address(
    settings: Settings, forwarded: str, address: str
) -> None:
    request = RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == "127.0.0.1"
    settings.TRUST_PROXY = True
    assert client_address(request) == address
