"""Environment variables of storage: a value that could never work is refused by its variable's name."""

from pathlib import Path

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


def test_a_choice_is_taken_in_any_case_and_anything_else_is_refused_with_the_choices() -> None:
    env = Environment({"LOG_LEVEL": "debug", "LOG_FORMAT": "xml"})
    assert env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO")) == "DEBUG"
    assert env.choice("LOG_STYLE", "text", ("json", "text")) == "text"
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT must be one of json, text, not 'xml'"):
        env.choice("LOG_FORMAT", "text", ("json", "text"))


def test_a_folder_is_made_and_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    assert Environment({}).folder("PROMETHEUS_MULTIPROC_DIR") is None
    made = tmp_path / "a" / "b"
    assert Environment({"COUNTS": str(made)}).folder("COUNTS") == made
    assert made.is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match="COUNTS names"):
        Environment({"COUNTS": str(tmp_path / "file")}).folder("COUNTS")
