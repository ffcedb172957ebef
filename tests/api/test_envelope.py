"""Whatever goes wrong, the answer is the one envelope: never HTML, a stack trace or an internal name."""

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from assets.api import reading, writing
from assets.models import Removal, Upload
from promptrails.workspaces.models import User, Workspace
from tests.api.calling import ASSETS, DELETE, JSON, UPLOADS, Wire, fault, left_behind, picture
from tests.factories import make_asset, png, store_asset
from tests.people import signed_in
from tests.storage_servers import Fault, answers, failing, hangs

pytestmark = pytest.mark.django_db
NEVER = "2" * 27
METHODS = {
    ASSETS: {"GET", "POST", "HEAD"},
    f"{ASSETS}/{NEVER}": {"GET", "DELETE", "HEAD"},
    f"{ASSETS}/{NEVER}/signed-url": {"GET", "HEAD"},
    UPLOADS: {"POST"},
    f"{UPLOADS}/{NEVER}/complete": {"POST"},
    DELETE: {"POST"},
}
SECRET_PLACE = "db-7.internal:5432"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize(
    "address",
    ["/api/", "/api/v1", "/api/v1/", "/api/v2/assets", f"{ASSETS}/", f"{ASSETS}/a/b/c", "/api/%00", "/api/é"],
)
def test_an_unknown_address_is_404_for_every_method(api: Client, method: str, address: str) -> None:
    assert fault(api.generic(method, address), 404, "not_found") == {}
    fault(Client().generic(method, address), 404, "not_found")


@pytest.mark.parametrize("address", METHODS)
def test_another_method_is_405_and_says_which_there_are(api: Client, address: str) -> None:
    for method in {"PUT", "PATCH", "TRACE", "OPTIONS", "DELETE", "BREW"} - METHODS[address]:
        answer = api.generic(method, address)
        fault(answer, 405, "method_not_allowed")
        assert set(answer.headers["Allow"].split(", ")) == METHODS[address]


@pytest.mark.parametrize("address", ["/api/docs", "/api/v1/openapi.json"])
def test_what_is_open_to_all_is_for_reading_only(address: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(address)
    fault(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD"


def test_head_is_get_without_its_body(api: Client, acme: Workspace) -> None:
    for address in (ASSETS, f"{ASSETS}/{make_asset(acme).id}"):
        get, head = api.get(address), api.head(address)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == str(len(get.content))
    assert api.head(f"{ASSETS}/{NEVER}").status_code == 404


@pytest.mark.parametrize(
    ("address", "content_type"),
    [
        (UPLOADS, "application/x-www-form-urlencoded"),
        (UPLOADS, "multipart/form-data; boundary=b"),
        (UPLOADS, "text/plain"),
        (DELETE, "application/json-seq"),
        (DELETE, "nonsense"),
        (ASSETS, JSON),
        (ASSETS, "image/png"),
    ],
)
def test_a_body_of_another_content_type_is_415(api: Client, address: str, content_type: str) -> None:
    fault(api.generic("POST", address, b"ids=1", content_type), 415, "unsupported_media_type")


def test_the_content_type_of_json_may_have_parameters(api: Client) -> None:
    answer = api.generic("POST", DELETE, b'{"ids": ["x"]}', "Application/JSON; charset=utf-8")
    assert answer.json()["data"] == {"deleted": [], "not_found": ["x"]}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"ids=1",
        b'{"ids": NaN}',
        b'{"ids": ["\xff"]}',
        b"[" * 100_000,
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b'{"ids": ' + b"9" * 5000 + b"}",
    ],
    ids=range(11),
)
@pytest.mark.parametrize("address", [UPLOADS, DELETE])
def test_a_body_that_is_no_json_object_is_400(api: Client, address: str, body: bytes) -> None:
    answer = api.post(address, body or " ", JSON)
    fault(answer, 400, "validation_error")


def test_a_json_body_has_its_limit(api: Client) -> None:
    fault(api.post(DELETE, b'{"ids": ["' + b"x" * 1_000_000 + b'"]}', JSON), 413, "payload_too_large")
    fault(api.post(DELETE, b" " * 4_000_000, JSON), 413, "payload_too_large")


@pytest.mark.parametrize("address", [UPLOADS, DELETE])
def test_a_json_body_must_say_how_long_it_is(api: Client, address: str) -> None:
    answer = api.post(address, {"ids": ["x"]}, JSON, headers={"Transfer-Encoding": "chunked"})
    assert fault(answer, 411, "length_required") == {"Content-Length": "missing"}


@pytest.mark.parametrize("accept", ["text/html", "image/*", "nonsense", "application/xml;q=1, */*;q=0"])
def test_answers_are_json_whatever_is_asked_for(api: Client, accept: str) -> None:
    answer = api.get(ASSETS, {"format": "html"}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, JSON)
    fault(api.get("/api/v1/nowhere", headers={"Accept": accept}), 404, "not_found")


def test_nobody_keeps_an_answer_or_guesses_its_type(api: Client, acme: Workspace) -> None:
    for address in (ASSETS, f"{ASSETS}/{make_asset(acme).id}/signed-url", f"{ASSETS}/{NEVER}"):
        headers = api.get(address).headers
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_host_that_is_not_served_is_told_in_json(api: Client) -> None:
    answer = api.get(ASSETS, headers={"Host": "evil.example"})
    fault(answer, 400, "validation_error")
    assert b"evil.example" not in answer.content


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("is_signed_in", [False, True])
def test_a_fault_of_ours_says_nothing_of_itself(
    api: Client, ada: User, acme: Workspace, settings: Any, monkeypatch: pytest.MonkeyPatch,
    debug: bool, is_signed_in: bool,
) -> None:  # fmt: skip
    def broken(*args: object) -> None:
        raise RuntimeError(SECRET_PLACE)

    settings.DEBUG = debug
    monkeypatch.setattr(reading, "asset_json", broken)
    client = signed_in(ada) if is_signed_in else api
    client.raise_request_exception = False
    answer = client.get(f"{ASSETS}/{make_asset(acme).id}", headers={"X-Workspace-ID": acme.id})
    assert fault(answer, 500, "internal_error") == {}
    for told in (SECRET_PLACE, "Traceback", "RuntimeError", "reading.py"):
        assert told.encode() not in answer.content


def test_a_fault_of_ours_in_an_upload_leaves_nothing(
    api: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError(SECRET_PLACE)

    monkeypatch.setattr(writing, "asset_json", broken)
    api.raise_request_exception = False
    fault(api.post(ASSETS, {"file": picture()}), 500, "internal_error")
    assert left_behind(acme) == []


def test_a_database_that_does_not_answer_is_503(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object) -> None:
        raise OperationalError(f"connection to {SECRET_PLACE} failed")

    monkeypatch.setattr(writing, "asset_list", away)
    answer = api.get(ASSETS)
    fault(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert SECRET_PLACE.encode() not in answer.content


FAULTS: dict[str, Fault] = {
    "500": answers(500, "InternalError"),
    "403": answers(403, "AccessDenied"),
    "no S3": answers(502, ""),
    "hangs": hangs(1.5),
}


@pytest.fixture(params=FAULTS)
def failure(request: pytest.FixtureRequest) -> Fault:
    return FAULTS[request.param]


def storage_fault(answer: Any) -> None:
    fault(answer, 503, "storage_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    for told in ("127.0.0.1", "localhost", "http", "boto", "s3", "<", "AccessDenied", "InternalError"):
        assert told not in answer.content.decode().lower().replace("storage", "")


def test_an_upload_while_storage_fails_is_503(api: Client, acme: Workspace, failure: Fault) -> None:
    with failing(failure, timeout=1):
        storage_fault(api.post(ASSETS, {"file": picture()}))
    assert [type(row) for row in left_behind(acme)] in ([], [Upload], [Removal])


def test_completing_while_storage_fails_is_503_and_goes_on_later(api: Client, failure: Fault) -> None:
    announced = {"file_name": "a.png", "file_size": len(png()), "content_type": "image/png"}
    upload = api.post(UPLOADS, announced, JSON).json()["data"]
    with failing(failure, timeout=1):
        storage_fault(api.post(f"{UPLOADS}/{upload['id']}/complete"))
    assert Upload.objects.get().id == upload["id"]


def test_what_needs_no_storage_goes_on_without_it(api: Client, acme: Workspace, failure: Fault) -> None:
    one, two = store_asset(acme), store_asset(acme)
    with failing(failure, timeout=1):
        assert len(api.get(ASSETS).json()["data"]) == 2
        assert api.get(f"{ASSETS}/{one.id}/signed-url").status_code == 200
        assert api.delete(f"{ASSETS}/{one.id}").status_code == 204
        answer = api.post(DELETE, {"ids": [two.id]}, JSON)
        assert answer.json()["data"]["deleted"] == [two.id]
    assert {removal.storage_key for removal in Removal.objects.all()} == {one.storage_key, two.storage_key}


@pytest.mark.django_db(transaction=True)
def test_faults_look_the_same_on_a_real_connection(wire: Wire) -> None:
    """Nothing between the server and the app says it another way."""
    fault(wire.send("GET", "/api/v1/nowhere"), 404, "not_found")
    fault(wire.send("PUT", ASSETS), 405, "method_not_allowed")
    fault(wire.send("GET", f"{ASSETS}?page=0"), 400, "validation_error")
    fault(wire.send("GET", f"{ASSETS}?q=" + "x" * 20_000), 400, "validation_error")
    assert json.loads(wire.send("GET", ASSETS).content)["data"] == []
