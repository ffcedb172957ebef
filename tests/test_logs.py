"""What a log line tells, and what it never does: of a request, of an exception, of a worker's job."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.testing import InMemoryConnector

from assets import ingest, storage, tasks
from assets.errors import StorageUnavailable
from assets.pages import exporting
from promptrails import health
from promptrails.monitoring.logs import QUIETER, JsonLines, PlainLines, configuration
from promptrails.workspaces import keys
from promptrails.workspaces.models import User, Workspace
from tests.factories import make_asset
from tests.people import signed_in

pytestmark = pytest.mark.django_db
Lines = Callable[[], list[dict[str, Any]]]


@contextmanager
def written_with(formatter: logging.Formatter, level: int = logging.INFO) -> Iterator[io.StringIO]:
    """What the root logger writes in that format, while a test runs."""
    handler, root = logging.StreamHandler(io.StringIO()), logging.getLogger()
    handler.setFormatter(formatter)
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield handler.stream
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


@pytest.fixture
def text() -> Iterator[io.StringIO]:
    with written_with(PlainLines()) as stream:
        yield stream


@pytest.fixture
def lines() -> Iterator[Lines]:
    with written_with(JsonLines()) as stream:
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def secret(acme: Workspace) -> str:
    return keys.issue(acme, name="agents", scopes=["assets:read"])[1]


def test_a_request_is_one_line_that_says_who_did_what(lines: Lines, ada: User, acme: Workspace) -> None:
    asset = make_asset(acme)
    path = f"/w/acme/assets/{asset.pk}/"
    signed_in(ada).get(path, {"X-Amz-Signature": "5ec4e7"}, headers={"X-Request-ID": "edge-1.2_3"})
    [line] = lines()
    told = datetime.fromisoformat(line.pop("time"))
    assert told.utcoffset() == timedelta(0)
    assert line.pop("seconds") > 0
    assert line.pop("message").startswith(f"GET {path} 200 ")
    assert line == {
        "level": "INFO",
        "logger": "promptrails.access",
        "request_id": "edge-1.2_3",
        "method": "GET",
        "path": path,
        "status": 200,
        "user": ada.pk,
        "workspace": "acme",
        "address": "127.0.0.1",
    }


def test_a_program_is_told_by_its_workspace_and_never_by_its_key(
    lines: Lines, text: io.StringIO, secret: str
) -> None:
    Client().get("/api/v1/assets?agent_id=hidden", headers={"X-API-Key": secret})
    [line] = lines()
    assert (line["path"], line["status"]) == ("/api/v1/assets", 200)
    assert (line["workspace"], line["user"]) == ("acme", None)
    for said in (json.dumps(line), text.getvalue()):
        assert secret not in said
        assert "hidden" not in said


def test_whoever_signs_in_is_named_from_then_on(lines: Lines, ada: User) -> None:
    browser = Client()
    browser.get("/sign-in/")
    browser.post("/sign-in/", {"username": ada.email, "password": "correct horse battery staple"})
    browser.post("/sign-out/")
    assert [line["user"] for line in lines()] == [None, ada.pk, None]


def test_the_log_asks_the_database_nothing(
    ada: User, django_assert_num_queries: Callable[[int], Any], lines: Lines
) -> None:
    browser = signed_in(ada)
    with django_assert_num_queries(0):
        browser.get("/nowhere")
    [line] = lines()
    assert (line["status"], line["user"]) == (404, None)


def test_a_path_cannot_forge_a_line(text: io.StringIO) -> None:
    Client().get("/a%0a2026-01-01T00:00:00 ERROR forged")
    assert len(text.getvalue().splitlines()) == 1
    assert "/a%0A2026" in text.getvalue()


def test_the_address_is_the_one_that_the_app_goes_by(lines: Lines, settings: Any) -> None:
    for settings.TRUST_PROXY in (False, True):
        Client().get("/sign-in/", headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.9"})
    assert [line["address"] for line in lines()] == ["127.0.0.1", "203.0.113.9"]


def test_probes_are_told_only_when_they_fail(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    Client().get("/healthz")
    monkeypatch.setattr(health, "parts", lambda: {"storage": health.NO_STORAGE})
    Client().get("/readyz")
    assert [(line["path"], line["status"]) for line in lines() if "path" in line] == [("/readyz", 503)]


@pytest.mark.parametrize("given", ["a", "A-b_c.9" * 9, "0" * 64])
def test_a_sane_request_id_is_kept(given: str) -> None:
    assert Client().get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a b", "a\nb", "0" * 65, "é", "<script>", "a;b"])
def test_any_other_is_replaced_by_one_of_our_own(given: str) -> None:
    answers = [Client().get("/healthz", headers={"X-Request-ID": given}) for _ in range(2)]
    ids = {answer["X-Request-ID"] for answer in answers}
    assert len(ids) == 2
    assert all(len(made) == 32 and made.isalnum() for made in ids)


def test_every_answer_has_its_id(ada: User, acme: Workspace) -> None:
    for path in ("/nowhere", "/api/v1/assets", "/api/nowhere", "/w/acme/assets/", "/static/missing.css"):
        assert Client().get(path)["X-Request-ID"]


def test_an_exception_is_one_line_with_its_traceback_and_its_request(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise RuntimeError("unheard of")

    monkeypatch.setattr(health, "parts", fails)
    answer = Client(raise_request_exception=False).get("/readyz?token=hidden")
    assert answer.status_code == 500
    failure, access = lines()
    assert failure["level"] == "ERROR"
    assert failure["traceback"].startswith("Traceback")
    assert "RuntimeError: unheard of" in failure["traceback"]
    assert failure["request_id"] == access["request_id"] == answer["X-Request-ID"]
    assert "hidden" not in json.dumps([failure, access])


def test_a_storage_that_is_away_is_told_with_its_request(
    lines: Lines, ada: User, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(key: str) -> None:
        raise StorageUnavailable("Storage does not answer.")

    monkeypatch.setattr(storage, "head", away)
    answer = signed_in(ada).get(f"/w/acme/assets/archive/?id={make_asset(acme).pk}")
    assert answer.status_code == 503
    assert [line["logger"] for line in lines()] == ["promptrails.access", "django.request"]
    assert {line["request_id"] for line in lines()} == {answer["X-Request-ID"]}


def test_a_stream_that_fails_is_told_with_its_request(
    lines: Lines, ada: User, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(asset: object) -> dict[str, Any]:
        logging.getLogger("assets.pages").warning("broken")
        return {}

    monkeypatch.setattr(exporting, "record_of", broken)
    make_asset(acme)
    answer = signed_in(ada).get("/w/acme/assets/export/")
    with pytest.raises(KeyError):
        list(cast(StreamingHttpResponse, answer))
    [line] = [line for line in lines() if line["message"] == "broken"]
    assert line["request_id"] == answer["X-Request-ID"]


def test_what_is_logged_outside_of_a_request_has_no_id(lines: Lines) -> None:
    Client().get("/healthz")
    logging.getLogger("assets").warning("of %s own", "its", extra={"secret": "hidden"})
    [line] = lines()
    assert set(line) == {"time", "level", "logger", "message"}
    assert line["message"] == "of its own"


def test_plain_lines_say_the_same(text: io.StringIO, ada: User, acme: Workspace) -> None:
    signed_in(ada).get("/w/acme/assets/", headers={"X-Request-ID": "abc"})
    [line] = text.getvalue().splitlines()
    assert " INFO promptrails.access: GET /w/acme/assets/ 200 0." in line
    assert line.endswith(f" user={ada.pk} workspace=acme address=127.0.0.1 request_id=abc")
    assert datetime.fromisoformat(line.split()[0]).utcoffset() == timedelta(0)


@pytest.mark.parametrize("form", ["json", "text"])
def test_libraries_that_tell_signatures_stay_quiet_at_debug(form: str) -> None:
    made = configuration(form, "DEBUG")
    assert made["root"]["level"] == "DEBUG"
    for name in ("botocore", "boto3", "urllib3", "s3transfer"):
        assert made["loggers"][name]["level"] == QUIETER[name] == "WARNING"


def work(task: Any) -> int:
    """Has a real worker run the task once; the id of its job."""
    with app.replace_connector(InMemoryConnector()) as worked:
        job = task.defer(timestamp=0)
        worked.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    return int(job)


def test_the_lines_of_a_task_have_the_id_of_its_job(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    log = logging.getLogger("assets.ingest")
    monkeypatch.setattr(ingest, "sweep_intents", lambda: log.warning("swept"))
    job = work(tasks.sweep_intents)
    [line] = [line for line in lines() if line["message"] == "swept"]
    assert line["job_id"] == job


def test_a_task_that_fails_is_one_line_with_its_traceback(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise RuntimeError("unheard of")

    monkeypatch.setattr(ingest, "sweep_intents", fails)
    job = work(tasks.sweep_intents)
    [line] = [line for line in lines() if line["level"] == "ERROR"]
    assert line["job_id"] == job
    assert "RuntimeError: unheard of" in line["traceback"]
