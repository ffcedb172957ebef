"""The one way in: an intent first, then the object, then the asset; nothing half-done stays."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from assets import deletion, ingest, storage
from assets.errors import Conflict, InvalidInput, StorageUnavailable
from assets.ingest import AssetFacts
from assets.models import Asset, Removal, Upload
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import User, Workspace
from tests.factories import NOON, png, store_asset

pytestmark = pytest.mark.django_db


def test_a_stored_file_is_an_asset_of_its_real_size(acme: Workspace) -> None:
    body = png(20, 10)
    asset = store_asset(acme, body, id=new_ksuid(NOON), created_at=NOON, width=20, height=10)
    stored = storage.head(asset.storage_key)
    assert stored
    assert stored.size == asset.file_size == len(body)
    assert stored.content_type == "image/png"
    assert (asset.type, asset.created_at) == ("image", NOON)
    assert not Upload.objects.exists()


def test_what_people_call_a_file_never_becomes_part_of_its_key(acme: Workspace) -> None:
    asset = store_asset(acme, file_name="../../etc/passwd<script>.png")
    assert asset.file_name == "../../etc/passwd<script>.png"
    assert asset.storage_key == f"assets/{acme.id}/{asset.id}.png"


def test_storing_the_same_id_twice_gives_the_same_asset(acme: Workspace) -> None:
    first = store_asset(acme, id=new_ksuid(NOON))
    assert store_asset(acme, png(30, 30), id=first.id).file_size == first.file_size
    assert Asset.objects.count() == 1


def test_an_id_of_another_workspace_is_refused(acme: Workspace, other: Workspace) -> None:
    asset = store_asset(other)
    with pytest.raises(Conflict):
        store_asset(acme, id=asset.id)


def test_while_the_deleted_file_of_an_id_is_still_being_removed_the_id_is_refused(
    acme: Workspace, ada: User
) -> None:
    asset = store_asset(acme)
    deletion.record_deletion(acme, [asset.id], Actor(ada))
    with pytest.raises(Conflict, match="still being removed"):
        store_asset(acme, id=asset.id)


@pytest.mark.parametrize(
    "facts",
    [
        {"id": "short"},
        {"created_at": datetime(1999, 1, 1, tzinfo=UTC)},
        {"created_at": datetime(9999, 1, 1, tzinfo=UTC)},
        {"file_name": " "},
        {"file_name": "x" * 256},
    ],
)
def test_facts_that_cannot_be_are_refused_and_leave_nothing(acme: Workspace, facts: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        store_asset(acme, **facts)
    assert not Upload.objects.exists()
    assert not list(storage.list_objects(f"assets/{acme.id}/"))


def in_an_hour() -> datetime:
    return timezone.now() + timedelta(hours=1)


def test_an_upload_that_storage_refused_is_swept_with_whatever_it_left(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_the_answer(writer: storage.ObjectWriter) -> None:
        real_close(writer)
        raise StorageUnavailable("The answer was lost.")

    def stay_away(writer: storage.ObjectWriter) -> None:
        raise StorageUnavailable("Away.")

    real_close = storage.ObjectWriter.close
    monkeypatch.setattr(storage.ObjectWriter, "close", lose_the_answer)
    monkeypatch.setattr(storage.ObjectWriter, "abort", stay_away)
    with pytest.raises(StorageUnavailable):
        store_asset(acme)
    upload = Upload.objects.get()
    assert storage.head(upload.storage_key)
    assert ingest.sweep_intents() == 0, "what storage was sent may still arrive"
    Upload.objects.filter(expires_at__lt=in_an_hour()).update(expires_at=timezone.now())
    assert ingest.sweep_intents() == 1
    Removal.objects.update(next_attempt_at=timezone.now())
    assert deletion.remove_due() == 1
    assert storage.head(upload.storage_key) is None
    assert not Asset.objects.exists()


def test_an_intent_that_may_still_be_under_way_is_not_swept(acme: Workspace) -> None:
    facts = AssetFacts(file_name="film.mp4", content_type="video/mp4")
    ingest.request_upload(acme, facts, 1000)
    assert ingest.sweep_intents() == 0
    assert Upload.objects.count() == 1
