"""Buckets that keep versions: a deletion leaves none; what is locked stays recorded, with the reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from django.conf import settings
from django.utils import timezone

from assets import deletion, storage
from assets.models import Asset, Removal
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import User, Workspace
from tests.factories import png, store_asset
from tests.storage_servers import moto_server, put, using_storage

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def bucket(name: str, *, locked: bool = False, **where: Any) -> Iterator[None]:
    """A bucket of the test's own that keeps versions."""
    with using_storage(**{**where, "bucket": name}):
        storage.client().create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked)
        versioning("Enabled")
        yield


def versioning(status: str) -> None:
    what = {"Status": status}
    storage.client().put_bucket_versioning(Bucket=settings.STORAGE.bucket, VersioningConfiguration=what)


@pytest.fixture(params=["seaweedfs", "moto"])
def versioned(request: pytest.FixtureRequest) -> Iterator[None]:
    name = f"versions-{token_hex(6)}"
    if request.param == "seaweedfs":
        with bucket(name):
            yield
    else:
        with moto_server() as where, bucket(name, **where):
            yield


def kept() -> list[tuple[str, bool]]:
    """All that the bucket still holds, delete markers included: key, and whether it is a marker."""
    found = storage.client().list_object_versions(Bucket=settings.STORAGE.bucket)
    versions = [(one["Key"], False) for one in found.get("Versions", [])]
    return sorted(versions + [(one["Key"], True) for one in found.get("DeleteMarkers", [])])


@pytest.mark.usefixtures("versioned")
@pytest.mark.parametrize("batches", [True, False])
def test_every_version_goes_and_no_other_object(batches: bool) -> None:
    for key in ("a", "a", "a", "a/b", "ab", "b", "c"):
        put(key)
    storage.client().delete_object(Bucket=settings.STORAGE.bucket, Key="c")  # somebody else marked it
    if not batches:
        storage.refusals().add("DeleteObjects")
    try:
        assert storage.remove(["a", "c", "never"]) == ["a", "c", "never"]
    finally:
        storage.refusals().clear()
    assert kept() == [("a/b", False), ("ab", False), ("b", False)]
    assert storage.remove(["b"]) == ["b"]
    assert kept() == [("a/b", False), ("ab", False)]


@pytest.mark.usefixtures("versioned")
def test_versions_from_before_versioning_was_suspended_go_too() -> None:
    put("a")
    put("a")
    versioning("Suspended")
    put("a")
    assert storage.remove(["a"]) == ["a"]
    assert not [key for key, is_marker in kept() if not is_marker], "SeaweedFS keeps a marker, without bytes"


@pytest.mark.usefixtures("versioned")
def test_more_versions_than_one_request_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.removing, "DELETE_BATCH", 3)
    for _ in range(10):
        put("a")
    assert storage.remove(["a", "b"]) == ["a", "b"]
    assert kept() == []


def refused(code: str, status: int = 400) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "DeleteObjects")


@pytest.mark.usefixtures("versioned")
@pytest.mark.parametrize("keys", [["a"], ["a", "b"]])
def test_every_version_goes_from_a_service_without_multi_delete(keys: list[str]) -> None:
    for _ in range(3):
        put("a")
    try:
        with mock.patch.object(
            storage.client(), "delete_objects", side_effect=refused("MissingContentMD5")
        ) as multi:
            assert storage.remove(keys) == keys
    finally:
        storage.refusals().clear()
    assert multi.call_count == 1
    assert kept() == []


@pytest.mark.usefixtures("versioned")
def test_versions_that_may_not_be_listed_say_so_and_hold_up_no_other_key() -> None:
    put("a")
    reasons: dict[str, str] = {}
    real = storage.removing.versions_of

    def denied(key: str) -> Iterator[dict[str, str]]:
        if key == "a":
            raise refused("AccessDenied", 403)
        return real(key)

    with mock.patch.object(storage.removing, "versions_of", denied):
        assert storage.remove(["a", "b"], reasons) == ["b"]
        assert storage.remove(["a"], reasons) == []
    assert reasons == {"a": "AccessDenied"}


@pytest.mark.usefixtures("versioned")
def test_a_deleted_asset_leaves_nothing_to_bring_back(acme: Workspace, ada: User) -> None:
    asset = store_asset(acme, png())
    assert deletion.delete_asset(acme, asset.id, Actor(ada)) is True
    assert kept() == []
    assert not Removal.objects.exists()


@pytest.mark.parametrize("many", [False, True])
def test_what_is_locked_stays_recorded_and_says_why(acme: Workspace, ada: User, many: bool) -> None:
    with moto_server() as where, bucket("locked", locked=True, **where):
        locked, free = store_asset(acme, png()), store_asset(acme, png(shade=1))
        storage.client().put_object_retention(
            Bucket="locked",
            Key=locked.storage_key,
            Retention={"Mode": "COMPLIANCE", "RetainUntilDate": datetime.now(UTC) + timedelta(days=1)},
        )
        ids = [locked.id, free.id] if many else [locked.id]
        assert deletion.delete_assets(acme, ids, Actor(ada)).confirmed is False
        assert not Asset.objects.filter(id__in=ids).exists()
        removal = Removal.objects.get()
        assert removal.storage_key == locked.storage_key
        assert removal.last_error.startswith("AccessDenied"), "its own words, not that it is away"
        assert (removal.attempts, removal.next_attempt_at > timezone.now()) == (1, True)
        assert (locked.storage_key, False) in kept()
        Removal.objects.update(next_attempt_at=timezone.now())
        deletion.remove_due()
        assert Removal.objects.get().attempts == 2
