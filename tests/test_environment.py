"""Environment variables of storage: a value that could never work is refused by its variable's name."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from promptrails.environment import Environment


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:9000",
        "https://files.example/media/assets",
        "http://[::1]:8333/assets",
        "https://files.example/a%20b",
    ],
)
def test_a_url_is_kept_as_written_without_its_last_slash(url: str) -> None:
    assert Environment({"STORAGE_PUBLIC_URL": f" {url}/ "}).url("STORAGE_PUBLIC_URL") == url


@pytest.mark.parametrize(
    "url",
    [
        "files.example",
        "ftp://files.example",
        "https://",
        "https://files.example:port",
        "https://files.example:99999",
        "https://[::1",
        "https://name:password@files.example",
        "https://files.example/?a=b",
        "https://files.example/#top",
        "https://files.example/a b",
        "https://файлы.example",
        "https://files.example/médias",
    ],
)
def test_a_url_that_browsers_would_send_otherwise_is_refused_without_telling_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="STORAGE_PUBLIC_URL must be") as told:
        Environment({"STORAGE_PUBLIC_URL": url}).url("STORAGE_PUBLIC_URL")
    assert "password@" not in str(told.value)


@pytest.mark.parametrize("seconds", ["0", "604801", "-1", "an hour", "٣"])
def test_a_lifetime_that_storage_would_refuse_is_refused_at_start(seconds: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="STORAGE_SIGNED_URL_TTL"):
        Environment({"STORAGE_BUCKET": "b", "STORAGE_SIGNED_URL_TTL": seconds}).storage()


def test_half_a_key_is_refused_and_names_the_other_half() -> None:
    with pytest.raises(ImproperlyConfigured, match="STORAGE_SECRET_KEY is not set"):
        Environment({"STORAGE_BUCKET": "b", "STORAGE_ACCESS_KEY_ID": "a"}).storage()


def test_a_secret_is_not_shown_with_the_settings() -> None:
    named = {"STORAGE_BUCKET": "b", "STORAGE_ACCESS_KEY_ID": "a", "STORAGE_SECRET_KEY": "hidden"}
    assert "hidden" not in repr(Environment(named).storage())
