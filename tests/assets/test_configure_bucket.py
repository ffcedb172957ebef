"""manage.py configure_bucket: CORS is set, and tried as a browser would, on two servers."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assets import storage
from tests.storage_servers import answers, failing

HERE, THERE = "https://assets.example.com", "https://old.example.com:8443"
READER = "https://reader.example.com"
READING = {
    "AllowedMethods": ["GET"],
    "AllowedOrigins": [READER],
    "AllowedHeaders": ["range"],
    "MaxAgeSeconds": 60,
}


def run(*origins: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("configure_bucket", origin=list(origins), stdout=out, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def no_rules(store: str, settings: Any) -> Any:
    yield
    storage.client().delete_bucket_cors(Bucket=settings.STORAGE.bucket)


def test_pages_of_the_named_origins_may_send_files_and_others_may_not() -> None:
    said = run(HERE, f"{THERE}/")
    assert said.splitlines()[1:] == [f"ok      {HERE}", f"ok      {THERE}"]
    assert storage.allowed_origins() == [HERE, THERE]
    assert storage.preflight(HERE) == ""
    assert storage.preflight("https://elsewhere.example.com")
    run(HERE)
    assert storage.allowed_origins() == [HERE]
    assert storage.preflight(THERE)


def test_rules_of_others_stay(settings: Any) -> None:
    storage.client().put_bucket_cors(
        Bucket=settings.STORAGE.bucket, CORSConfiguration={"CORSRules": [READING]}
    )
    storage.allow_origins([HERE])
    storage.allow_origins([THERE])
    rules = storage.client().get_bucket_cors(Bucket=settings.STORAGE.bucket)["CORSRules"]
    assert sorted(rule["AllowedOrigins"] for rule in rules) == sorted([[READER], [THERE]])
    kept = next(rule for rule in rules if rule["AllowedOrigins"] == [READER])
    assert {name: kept[name] for name in READING} == READING


def test_a_check_changes_nothing_and_fails_where_a_browser_would() -> None:
    run(HERE)
    with pytest.raises(CommandError, match="cannot upload"):
        run(THERE, check=True)
    assert storage.allowed_origins() == [HERE]
    assert run(HERE, check=True) == f"ok      {HERE}\n"


def test_a_service_that_has_no_such_rules_is_named_with_what_to_do() -> None:
    refused = failing(answers(501, "NotImplemented"))
    with refused, pytest.raises(CommandError, match=r"NotImplemented.*s3:PutBucketCORS.*docs/storage.md"):
        run(HERE)


@pytest.mark.parametrize(
    "origin", ["assets.example.com", "https://a.example.com/path", "ftp://x", "https://", "*"]
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(CommandError, match="is no origin"):
        run(origin)


def test_without_a_name_it_is_where_the_settings_say(settings: Any) -> None:
    settings.PRODUCTION = True
    settings.ALLOWED_HOSTS = ["assets.example.com", ".example.org", "*"]
    settings.CSRF_TRUSTED_ORIGINS = [THERE]
    run()
    assert set(storage.allowed_origins()) == {THERE, HERE, "https://*.example.org"}
    settings.ALLOWED_HOSTS, settings.CSRF_TRUSTED_ORIGINS = ["*"], []
    with pytest.raises(CommandError, match="--origin https://assets"):
        run()
