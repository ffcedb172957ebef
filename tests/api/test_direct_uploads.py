"""A file that its sender PUTs into storage itself: announced, put, completed; on SeaweedFS and on moto."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from assets import deletion, ingest, reconciling, storage
from assets.kinds import BY_CONTENT_TYPE
from assets.models import Asset, Removal, SignedPut, Upload
from promptrails.workspaces import keys
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import Scope, Workspace
from tests.api.calling import ASSETS, UPLOADS, fault, fetch, left_behind, request
from tests.factories import png
from tests.storage_servers import moto_server, using_storage

pytestmark = pytest.mark.django_db
FILE = png(40, 30)
ANNOUNCED: dict[str, Any] = {"file_name": "film.png", "file_size": len(FILE), "content_type": "image/png"}


@dataclass
class Sender:
    """A program with one upload under way."""

    api: Client
    given: dict[str, Any] = field(default_factory=dict)

    def announce(self, **changes: Any) -> Any:
        answer = self.api.post(UPLOADS, ANNOUNCED | changes, "application/json")
        self.given = answer.json().get("data", {})
        return answer

    def put(self, body: bytes = FILE, changes: dict[str, str] | None = None) -> int:
        """The status that storage answers; `changes` to the headers given."""
        return request("PUT", self.given["upload_url"], body, **self.given["headers"] | (changes or {}))[0]

    def complete(self, api: Client | None = None) -> Any:
        return (api or self.api).post(f"{UPLOADS}/{self.given['id']}/complete")

    def replace_object(self, body: bytes, content_type: str = "image/png") -> None:
        """What a store that checks less than the signature asks would let a sender do."""
        storage.put(Upload.objects.get().storage_key, io.BytesIO(body), content_type)


@pytest.fixture
def sender(api: Client) -> Sender:
    return Sender(api)


@pytest.fixture(scope="module")
def moto() -> Iterator[dict[str, Any]]:
    with moto_server() as names:
        yield names


@pytest.fixture(params=["seaweedfs", "moto"])
def _store(request: pytest.FixtureRequest) -> Iterator[None]:
    """The app on the tests' own SeaweedFS, and on moto."""
    if request.param == "seaweedfs":
        yield
        return
    with using_storage(**request.getfixturevalue("moto")):
        yield


@pytest.mark.usefixtures("_store")
class TestOnEachStore:
    def test_a_file_is_announced_put_and_completed(self, sender: Sender, acme: Workspace) -> None:
        facts = {
            "provider": "runway",
            "execution_id": "e1",
            "agent_id": "a1",
            "model": "gen-4",
            "prompt": "sea",
        }
        announced = sender.announce(**facts, type="image", metadata={"seed": 7})
        assert announced.status_code == 201
        assert set(sender.given) == {"id", "upload_url", "headers", "expires_at"}
        assert sender.given["expires_at"].endswith("Z")
        assert not Asset.objects.exists()
        assert sender.put() == 200
        answer = sender.complete()
        asset = answer.json()["data"]
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"{ASSETS}/{asset['id']}"
        assert {name: asset[name] for name in facts} == facts
        assert (asset["id"], asset["type"], asset["size"]) == (sender.given["id"], "image", len(FILE))
        assert asset["metadata"] == {"seed": 7, "model": "gen-4", "prompt": "sea"}
        url = sender.api.get(f"{ASSETS}/{asset['id']}/signed-url").json()["data"]["url"]
        assert fetch(url)[::2] == (200, FILE)
        assert len(left_behind(acme)) == 2, "the row and the object"

    def test_completing_again_answers_the_same(self, sender: Sender) -> None:
        sender.announce()
        sender.put()
        first, second = sender.complete(), sender.complete()
        assert (second.status_code, second.content) == (first.status_code, first.content)
        assert second.headers["Location"] == first.headers["Location"]
        assert Asset.objects.count() == 1

    def test_a_file_that_has_not_come_may_come_later(self, sender: Sender) -> None:
        sender.announce()
        assert fault(sender.complete(), 409, "conflict") == {"file": "missing"}
        sender.put()
        assert sender.complete().status_code == 201

    @pytest.mark.parametrize("body", [FILE[:-1], FILE + b"\0", b""], ids=["shorter", "longer", "empty"])
    def test_a_file_of_another_size_may_be_sent_again(self, sender: Sender, body: bytes) -> None:
        sender.announce()
        sender.replace_object(body)
        assert fault(sender.complete(), 409, "conflict") == {"file_size": len(body)}
        assert fault(sender.complete(), 409, "conflict") == {"file": "missing"}
        assert sender.put() == 200
        assert sender.complete().status_code == 201

    @pytest.mark.parametrize(
        "body", [b"x" * len(FILE), b"GIF89a" + bytes(len(FILE) - 6)], ids=["no media", "another type"]
    )
    def test_other_bytes_than_announced_are_removed_for_good(
        self, sender: Sender, acme: Workspace, body: bytes
    ) -> None:
        sender.announce()
        sender.put(body)
        fault(sender.complete(), 415, "unsupported_media_type")
        assert left_behind(acme) == []
        fault(sender.complete(), 404, "not_found")

    def test_a_file_sent_as_another_type_is_removed_for_good(self, sender: Sender, acme: Workspace) -> None:
        sender.announce()
        sender.replace_object(FILE, "text/html")
        fault(sender.complete(), 415, "unsupported_media_type")
        assert left_behind(acme) == []

    def test_an_upload_never_completed_is_swept(self, sender: Sender, acme: Workspace) -> None:
        sender.announce()
        sender.put()
        Upload.objects.update(expires_at=timezone.now())
        fault(sender.complete(), 404, "not_found")
        ingest.sweep_intents()
        deletion.remove_objects(Q())
        assert left_behind(acme) == []


@pytest.mark.parametrize(
    "changes", [{"Content-Type": "text/html"}, {"If-None-Match": "x"}], ids=["type", "condition"]
)
def test_storage_takes_the_signed_headers_only(
    sender: Sender, acme: Workspace, changes: dict[str, str]
) -> None:
    sender.announce()
    assert sender.put(changes=changes) == 403
    assert [type(row) for row in left_behind(acme)] == [Upload]


@pytest.mark.parametrize("body", [FILE[:-1], FILE + b"\0"], ids=["shorter", "longer"])
def test_storage_takes_the_signed_size_only(sender: Sender, acme: Workspace, body: bytes) -> None:
    sender.announce()
    assert sender.put(body) == 403
    assert [type(row) for row in left_behind(acme)] == [Upload]


def test_a_url_puts_once(sender: Sender) -> None:
    """Whoever keeps it cannot change the file after it was looked at."""
    sender.announce()
    assert sender.put() == 200
    assert sender.put(bytes(len(FILE))) == 412
    sender.complete()
    assert sender.put(bytes(len(FILE))) == 412
    assert storage.peek(Asset.objects.get().storage_key, 1000)[1] == FILE  # type: ignore[index]


def test_a_deleted_upload_does_not_come_back(sender: Sender, acme: Workspace) -> None:
    sender.announce()
    sender.put()
    asset = sender.complete().json()["data"]
    assert sender.api.delete(f"{ASSETS}/{asset['id']}").status_code == 204
    fault(sender.complete(), 404, "not_found")
    assert left_behind(acme) == []


@pytest.mark.parametrize("refused", [True, False], ids=["refused", "deleted"])
def test_a_url_that_is_used_again_leaves_nothing_for_good(
    sender: Sender, acme: Workspace, refused: bool
) -> None:
    """It lives for an hour whatever becomes of the file; what it brings is known meanwhile, and goes."""
    sender.announce()
    sender.put(bytes(len(FILE)) if refused else FILE)
    id = sender.complete().json().get("data", {}).get("id")
    assert refused or sender.api.delete(f"{ASSETS}/{id}").status_code == 204
    assert sender.put() == 200
    (key,) = SignedPut.objects.values_list("storage_key", flat=True)
    assert storage.head(key)
    assert reconciling.named_among([key]) == {key}
    (outcome,) = ingest.import_objects(ingest.Import(acme), f"assets/{acme.pk}/")
    assert outcome.result == "skipped", "nobody takes it in by accident"
    SignedPut.objects.update(ends_at=timezone.now())
    assert ingest.sweep_signed_puts() == 1
    deletion.remove_due()
    assert left_behind(acme) == []
    assert not SignedPut.objects.exists()


def test_a_url_that_ends_takes_no_asset_with_it(sender: Sender) -> None:
    sender.announce()
    sender.put()
    SignedPut.objects.update(ends_at=timezone.now())
    assert ingest.sweep_signed_puts() == 1
    assert sender.complete().status_code == 201
    sender.announce()
    sender.put()
    assert sender.complete().status_code == 201
    SignedPut.objects.update(ends_at=timezone.now())
    assert ingest.sweep_signed_puts() == 1
    assert not Removal.objects.exists()


def test_another_workspaces_upload_does_not_exist(sender: Sender, other: Workspace) -> None:
    stranger = Client(headers={"X-API-Key": keys.issue(other, name="theirs", scopes=Scope.values)[1]})
    sender.announce()
    sender.put()
    theirs = sender.complete(stranger)
    fault(theirs, 404, "not_found")
    assert theirs.content == stranger.post(f"{UPLOADS}/{'2' * 27}/complete").content
    assert sender.complete().status_code == 201
    assert sender.complete(stranger).content == theirs.content


@pytest.mark.parametrize(
    ("changes", "status", "code", "name"),
    [
        ({"file_name": ""}, 400, "validation_error", "file_name"),
        ({"file_name": "x" * 256}, 400, "validation_error", "file_name"),
        ({"file_name": None}, 400, "validation_error", "file_name"),
        ({"file_size": 0}, 400, "validation_error", "file_size"),
        ({"file_size": -1}, 400, "validation_error", "file_size"),
        ({"file_size": "many"}, 400, "validation_error", "file_size"),
        ({"file_size": 2**63}, 400, "validation_error", "file_size"),
        ({"content_type": ""}, 400, "validation_error", "content_type"),
        ({"content_type": "text/html"}, 415, "unsupported_media_type", "content_type"),
        (
            {"content_type": "image/png\r\nX-Amz-Acl: public-read"},
            415,
            "unsupported_media_type",
            "content_type",
        ),
        ({"type": "audio"}, 415, "unsupported_media_type", "type"),
        ({"type": "text"}, 400, "validation_error", "type"),
        ({"metadata": [1]}, 400, "validation_error", "metadata"),
        ({"agent_id": 7}, 400, "validation_error", "agent_id"),
        ({"provider": "nul\0"}, 400, "validation_error", "provider"),
        ({"execution_id": "\ud800"}, 400, "validation_error", "execution_id"),
        ({"file_size": 5 * 1024**3 + 1}, 413, "payload_too_large", "file_size"),
    ],
)
def test_what_cannot_become_an_asset_is_refused_before_it_is_sent(
    sender: Sender, changes: dict[str, Any], status: int, code: str, name: str
) -> None:
    assert list(fault(sender.announce(**changes), status, code)) == [name]
    assert not Upload.objects.exists()


def test_the_size_of_a_file_has_its_limit(sender: Sender, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = len(FILE)
    assert sender.announce().status_code == 201
    assert list(fault(sender.announce(file_size=len(FILE) + 1), 413, "payload_too_large")) == ["file_size"]


def test_one_put_takes_no_more_than_storage_does(sender: Sender, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 6 * 1024**3
    assert sender.announce(file_size=5 * 1024**3).status_code == 201
    assert list(fault(sender.announce(file_size=5 * 1024**3 + 1), 413, "payload_too_large")) == ["file_size"]


def test_a_hostile_name_is_a_label_and_nothing_else(sender: Sender, acme: Workspace) -> None:
    sender.announce(file_name="../../etc/passwd")
    sender.put()
    asset = sender.complete().json()["data"]
    assert asset["storage_key"] == f"assets/{acme.id}/{asset['id']}.png"
    assert asset["file_name"] == "../../etc/passwd"


def test_an_intent_of_an_upload_through_the_process_cannot_be_completed(
    sender: Sender, acme: Workspace
) -> None:
    upload = ingest.record_intent(acme, new_ksuid(), BY_CONTENT_TYPE["image/png"])
    fault(sender.api.post(f"{UPLOADS}/{upload.id}/complete"), 404, "not_found")
