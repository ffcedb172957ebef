"""Idempotency-Key: done once, answered the same for a day; what failed may be tried again."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from assets import storage
from assets.api import once
from assets.errors import StorageUnavailable
from assets.models import Activity, Asset, IdempotentAnswer, Upload
from promptrails.workspaces import keys
from promptrails.workspaces.models import Scope, Workspace
from tests.api.calling import (
    ASSETS,
    DELETE,
    FORM,
    JSON,
    UPLOADS,
    Answer,
    Wire,
    fault,
    field_part,
    file_part,
    form,
    left_behind,
    picture,
)
from tests.factories import make_asset, png

DELETIONS = Activity.objects.filter(action="asset.deleted")
pytestmark = pytest.mark.django_db
KEY = {"Idempotency-Key": "run-7"}
BODY = form(file_part(png()), field_part("provider", "fal"))
DIRECT = {"file_name": "film.png", "file_size": 1000, "content_type": "image/png"}


def upload(api: Client, body: bytes = BODY, content_type: str = FORM, key: str = "run-7") -> Any:
    return api.generic("POST", ASSETS, body, content_type, headers={"Idempotency-Key": key})


def is_replay(answer: Any) -> bool:
    return answer.headers.get("Idempotency-Replayed") == "true"


def test_an_upload_that_comes_again_is_answered_the_same_and_stored_once(
    api: Client, acme: Workspace
) -> None:
    first, second = upload(api), upload(api)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["Location"] == first.headers["Location"]
    assert (is_replay(first), is_replay(second)) == (False, True)
    assert Asset.objects.count() == 1
    assert len(left_behind(acme)) == 2, "the row and the object"


def test_another_boundary_or_order_of_the_fields_is_the_same_request(api: Client) -> None:
    first = upload(api)
    body = form(field_part("provider", "fal"), file_part(png()))
    other = body.replace(b"a-boundary", b"b-boundary")
    assert upload(api, other, FORM.replace("a-boundary", "b-boundary")).json() == first.json()


@pytest.mark.parametrize(
    "body",
    [
        form(file_part(png(shade=7)), field_part("provider", "fal")),
        form(file_part(png()), field_part("provider", "runway")),
        form(file_part(png(), "other.png"), field_part("provider", "fal")),
        form(file_part(png())),
    ],
    ids=["file", "field", "name", "fewer"],
)
def test_the_key_with_another_upload_is_refused(api: Client, acme: Workspace, body: bytes) -> None:
    upload(api)
    kept = len(left_behind(acme))
    fault(upload(api, body), 422, "idempotency_key_reused")
    assert len(left_behind(acme)) == kept
    assert is_replay(upload(api)), "the first answer is still there"


def test_a_key_without_a_request_of_its_own_is_refused_on_another_address(api: Client) -> None:
    api.post(UPLOADS, DIRECT, JSON, headers=KEY)
    fault(api.post(DELETE, {"ids": ["x"]}, JSON, headers=KEY), 422, "idempotency_key_reused")
    fault(upload(api), 422, "idempotency_key_reused")
    assert not Asset.objects.exists()


def test_a_direct_upload_is_announced_once(api: Client) -> None:
    first = api.post(UPLOADS, DIRECT, JSON, headers=KEY)
    again = api.post(UPLOADS, dict(reversed(DIRECT.items())), JSON, headers=KEY)
    assert (again.status_code, again.json()) == (201, first.json())
    assert is_replay(again)
    assert Upload.objects.count() == 1
    changed = api.post(UPLOADS, DIRECT | {"file_size": 1001}, JSON, headers=KEY)
    fault(changed, 422, "idempotency_key_reused")


def test_a_deletion_that_comes_again_is_answered_as_the_first(api: Client, acme: Workspace) -> None:
    asset = make_asset(acme)
    first = api.post(DELETE, {"ids": [asset.id]}, JSON, headers=KEY)
    again = api.post(DELETE, {"ids": [asset.id]}, JSON, headers=KEY)
    assert again.json() == first.json() == {"data": {"deleted": [asset.id], "not_found": []}}
    assert DELETIONS.count() == 1
    fault(api.post(DELETE, {"ids": ["x"]}, JSON, headers=KEY), 422, "idempotency_key_reused")


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_remembered_is_not_done(
    api: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the process dies in between: whoever comes again is not told that nothing was there."""
    ids = [make_asset(acme).id]
    api.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(once.Once, "keep", lambda *args: 1 / 0)
        assert api.post(DELETE, {"ids": ids}, JSON, headers=KEY).status_code == 500
        assert api.post(UPLOADS, DIRECT, JSON, headers=KEY).status_code == 500
    assert not Upload.objects.exists()
    answer = api.post(DELETE, {"ids": ids}, JSON, headers=KEY)
    assert answer.json()["data"] == {"deleted": ids, "not_found": []}


def test_without_a_key_each_request_is_its_own(api: Client) -> None:
    ids = {api.post(ASSETS, {"file": picture()}).json()["data"]["id"] for _ in range(2)}
    assert len(ids) == Asset.objects.count() == 2
    assert not IdempotentAnswer.objects.exists()


def test_an_answer_is_forgotten_after_a_day(api: Client) -> None:
    first = upload(api)
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert is_replay(upload(api))
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24))
    second = upload(api)
    assert not is_replay(second)
    assert second.json()["data"]["id"] != first.json()["data"]["id"]


def test_old_answers_are_swept(api: Client) -> None:
    upload(api, key="old")
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24))
    upload(api, key="new")
    assert once.forget_old_answers() == 1
    assert IdempotentAnswer.objects.get().key == "new"


def test_keys_of_two_workspaces_do_not_meet(api: Client, acme: Workspace, other: Workspace) -> None:
    theirs = Client(headers={"X-API-Key": keys.issue(other, name="theirs", scopes=Scope.values)[1]})
    first, second = upload(api), upload(theirs)
    assert not is_replay(second)
    assert {first.json()["data"]["workspace_id"], second.json()["data"]["workspace_id"]} == {
        acme.id,
        other.id,
    }


def test_two_keys_of_one_workspace_do_meet(api: Client, acme: Workspace) -> None:
    """An agent whose API key was exchanged between two tries still uploads once."""
    exchanged = Client(headers={"X-API-Key": keys.issue(acme, name="new", scopes=Scope.values)[1]})
    assert upload(exchanged).json() == upload(api).json()


@pytest.mark.parametrize(
    "body",
    [form(file_part(b"no media")), form(file_part(png()), field_part("metadata", "no JSON"))],
    ids=["415", "400"],
)
def test_what_was_refused_may_be_sent_again_corrected(api: Client, body: bytes) -> None:
    assert upload(api, body).status_code in {400, 415}
    answer = upload(api)
    assert (answer.status_code, is_replay(answer)) == (201, False)


def test_what_failed_may_be_tried_again(
    api: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object) -> None:
        raise StorageUnavailable("Storage does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(storage.ObjectWriter, "close", away)
        fault(upload(api), 503, "storage_unavailable")
    answer = upload(api)
    assert (answer.status_code, is_replay(answer)) == (201, False)
    assert Asset.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "two words", "é", "tab\there"])
def test_a_malformed_key_is_refused(api: Client, acme: Workspace, key: str) -> None:
    for address, body, content_type in ((ASSETS, BODY, FORM), (UPLOADS, b"{}", JSON), (DELETE, b"{}", JSON)):
        answer = api.generic("POST", address, body, content_type, headers={"Idempotency-Key": key})
        assert fault(answer, 400, "validation_error") == {"Idempotency-Key": "malformed"}
    assert left_behind(acme) == []


def test_quotes_around_a_key_do_not_matter(api: Client) -> None:
    """The draft has a structured string; most clients send the bare text."""
    upload(api)
    assert is_replay(upload(api, key='"run-7"'))


def test_completing_needs_no_key_and_takes_any(api: Client) -> None:
    answer = api.post(f"{UPLOADS}/{'2' * 27}/complete", headers=KEY)
    fault(answer, 404, "not_found")
    assert not IdempotentAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twins_at_the_same_time_make_one_asset(wire: Wire, acme: Workspace) -> None:
    answers: list[Answer] = []
    start = threading.Barrier(5)

    def send() -> None:
        start.wait()
        headers = {"Content-Type": FORM, "Idempotency-Key": "twins"}
        answers.append(wire.send("POST", ASSETS, BODY, **headers))

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [answer.json() for answer in answers if answer.status_code == 201]
    assert made
    assert all(body == made[0] for body in made)
    for answer in answers:
        assert answer.status_code == 201 or fault(answer, 409, "conflict") == {"Idempotency-Key": "under way"}
    assert Asset.objects.count() == 1
    assert len(left_behind(acme)) == 2, "the row and the object"


@pytest.mark.django_db(transaction=True)
def test_a_second_request_while_the_first_is_under_way_is_told_so(wire: Wire, acme: Workspace) -> None:
    with once.locked(f"{acme.id} run-7"):
        answer = wire.send("POST", ASSETS, BODY, **KEY, Content_Type=FORM)
        assert fault(answer, 409, "conflict") == {"Idempotency-Key": "under way"}
    connection.close()
    assert wire.send("POST", ASSETS, BODY, **KEY, Content_Type=FORM).status_code == 201
