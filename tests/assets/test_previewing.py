"""Previews of stored files: made once, given to their assets, repeated after faults, never left behind."""

import io
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q
from django.utils import timezone

from assets import deletion, previewing, storage
from assets.models import Asset, Preview, PreviewStatus, Removal
from assets.previews import CannotPreview, Limits, NotStarted, Sandbox, TakesTooLong
from assets.previews import Preview as Made
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.models import User, Workspace
from tests.browser.media import film, tone
from tests.factories import make_asset, png, store_asset
from tests.storage_servers import answers, failing

pytestmark = pytest.mark.django_db


class Maker:
    """Instead of a sandbox where a test says what comes of a file."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome
        self.asked = 0

    def make(self, source: Any, media: Any) -> Made:
        self.asked += 1
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome() if callable(self.outcome) else self.outcome


PICTURE = Made(b"RIFFpicture", None, 40, 30, None, {})


@pytest.fixture(scope="module")
def sandbox() -> Any:
    made = Sandbox(Limits(wall=30))
    yield made
    made.stop()


def run(maker: Any) -> list[PreviewStatus]:
    return list(previewing.make_due(maker))


def pictures(workspace: Workspace) -> list[str]:
    return [
        found.key for found in storage.list_objects(f"assets/{workspace.id}/") if "_preview-" in found.key
    ]


def preview_of(asset: Asset) -> Preview:
    return Preview.objects.get(asset=asset)


def test_what_arrives_is_looked_at_and_its_picture_stored(acme: Workspace, sandbox: Sandbox) -> None:
    image = store_asset(acme, png(960, 480))
    sound = store_asset(acme, tone(2.0), file_name="t.wav", content_type="audio/wav")
    video = store_asset(acme, film(), file_name="b.webm", content_type="video/webm")
    assert run(sandbox) == [PreviewStatus.READY] * 3
    for asset in (image, sound, video):
        asset.refresh_from_db()
        assert asset.preview_status == "ready"
        assert preview_of(asset).next_attempt_at is None
    assert (image.width, image.height) == (960, 480)
    assert (video.width, video.height, round(video.duration or 0)) == (320, 180, 4)
    assert sound.duration == 2.0
    peaks = preview_of(sound).peaks
    assert peaks
    assert len(peaks) == 400
    assert preview_of(video).details["video_codec"]
    assert sorted(pictures(acme)) == sorted(preview_of(asset).picture_key for asset in (image, video))
    info = storage.head(preview_of(image).picture_key)
    assert info
    assert info.content_type == "image/webp"
    assert not Removal.objects.exists()
    assert run(sandbox) == []


def test_a_file_that_cannot_be_shown_has_a_reason_and_stays_downloadable(
    acme: Workspace, sandbox: Sandbox
) -> None:
    asset = store_asset(acme, png(64, 64)[:60])
    assert run(sandbox) == [PreviewStatus.FAILED]
    asset.refresh_from_db()
    assert asset.preview_status == "failed"
    assert preview_of(asset).reason.endswith(".")
    assert storage.head(asset.storage_key)
    assert run(sandbox) == []  # trying again changes nothing


def test_an_object_that_is_missing_is_a_reason_too(acme: Workspace, sandbox: Sandbox) -> None:
    asset = make_asset(acme)
    run(sandbox)
    assert preview_of(asset).reason == "The file is not in storage."


def test_a_fault_of_storage_is_tried_again_with_growing_pauses(acme: Workspace, sandbox: Sandbox) -> None:
    asset = store_asset(acme)
    for attempt in range(1, 4):
        with failing(answers(503, "SlowDown")):
            assert run(sandbox) == [PreviewStatus.PENDING]
        row = preview_of(asset)
        assert (row.attempts, row.claims) == (attempt, 0)
        assert row.next_attempt_at
        pause = row.next_attempt_at - timezone.now()
        assert (
            timedelta(seconds=15 * 2 ** (attempt - 1) - 5)
            < pause
            <= timedelta(seconds=15 * 2 ** (attempt - 1))
        )
        assert run(sandbox) == []
        Preview.objects.update(next_attempt_at=timezone.now())
    assert run(sandbox) == [PreviewStatus.READY]
    assert preview_of(asset).attempts == 0


def test_a_slow_storage_is_no_fault_of_the_file(acme: Workspace) -> None:
    slow, heavy = store_asset(acme), store_asset(acme)

    class Slowly(Maker):
        def make(self, source: Any, media: Any) -> Made:
            source.waited = 100.0 if source.key == slow.storage_key else 1.0
            return super().make(source, media)

    assert set(run(Slowly(TakesTooLong("It takes too long.")))) == {"pending", "failed"}
    assert preview_of(heavy).reason == "It takes too long."
    assert (preview_of(slow).reason, preview_of(slow).attempts) == ("", 1)


def test_the_time_that_storage_takes_is_measured(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asset = store_asset(acme)
    file = previewing.StoredFile(asset.storage_key, asset.file_size)
    read = storage.read

    def slowly(key: str, offset: int, length: int) -> bytes | None:
        time.sleep(0.05)
        return read(key, offset, length)

    monkeypatch.setattr(storage, "read", slowly)
    file.read(0, 10)
    assert file.waited >= 0.05


@pytest.mark.parametrize("fault", [NotStarted("It does not start."), KeyboardInterrupt()])
def test_a_fault_of_the_machine_is_not_counted_against_the_file(
    acme: Workspace, fault: BaseException
) -> None:
    asset = store_asset(acme)

    def breaking() -> Made:
        raise fault

    for _ in range(4):
        with pytest.raises(type(fault)):
            run(Maker(breaking))
        assert (preview_of(asset).claims, preview_of(asset).reason) == (0, "")
        Preview.objects.update(next_attempt_at=timezone.now())
    assert run(Maker(PICTURE)) == [PreviewStatus.READY]


def test_a_picture_that_cannot_be_put_is_never_left_unknown(acme: Workspace) -> None:
    store_asset(acme)
    with failing(answers(503, "SlowDown")):
        assert run(Maker(PICTURE)) == [PreviewStatus.PENDING]
    removal = Removal.objects.get()  # it may have arrived all the same
    assert "_preview-" in removal.storage_key
    assert removal.next_attempt_at > timezone.now()


def test_two_workers_never_have_the_same_and_a_lost_one_is_repeated_three_times(acme: Workspace) -> None:
    asset = store_asset(acme)
    for claims in (1, 2, 3):
        claimed = previewing.claim()
        assert claimed
        assert claimed.claims == claims
        assert previewing.claim() is None
        Preview.objects.update(next_attempt_at=timezone.now())  # its time ran out
    assert previewing.claim() is None
    assert (preview_of(asset).reason, Asset.objects.get().preview_status) == (previewing.LOST, "failed")


def test_whoever_comes_too_late_changes_nothing_and_leaves_nothing(acme: Workspace) -> None:
    asset = store_asset(acme)
    slow = previewing.claim()
    assert slow
    Preview.objects.update(next_attempt_at=timezone.now())
    assert run(Maker(PICTURE)) == [PreviewStatus.READY]
    key = preview_of(asset).picture_key
    previewing.make(Maker(PICTURE), slow)  # type: ignore[arg-type]
    assert preview_of(asset).picture_key == key
    assert len(pictures(acme)) == 2
    deletion.remove_due()
    assert pictures(acme) == [key]


def test_an_asset_that_is_deleted_meanwhile_leaves_no_picture(acme: Workspace, ada: User) -> None:
    asset = store_asset(acme)

    def while_deleted() -> Made:
        assert deletion.delete_asset(acme, asset.id, Actor(ada))
        return PICTURE

    run(Maker(while_deleted))
    deletion.remove_due()
    assert not list(storage.list_objects(f"assets/{acme.id}/"))
    assert not Removal.objects.exists()
    assert not Preview.objects.exists()


def test_deleting_an_asset_deletes_its_picture(acme: Workspace, ada: User) -> None:
    asset = store_asset(acme)
    run(Maker(PICTURE))
    assert pictures(acme)
    assert deletion.delete_asset(acme, asset.id, Actor(ada))
    assert not list(storage.list_objects(f"assets/{acme.id}/"))


def test_making_one_again_removes_the_one_before(acme: Workspace) -> None:
    asset = store_asset(acme)
    run(Maker(PICTURE))
    before = preview_of(asset).picture_key
    Asset.objects.update(preview_status="failed")
    call_command("make_previews", failed=True, quiet=True, stdout=io.StringIO())
    assert pictures(acme) != [before]
    deletion.remove_due()
    assert pictures(acme) == [preview_of(asset).picture_key]


def test_the_command_makes_what_is_missing_or_failed_in_one_workspace(
    acme: Workspace, other: Workspace
) -> None:
    broken, fine, theirs = store_asset(acme, png()[:40]), store_asset(acme), store_asset(other)
    run(Maker(CannotPreview("It is broken.")))
    Preview.objects.filter(asset=fine).delete()
    out = io.StringIO()
    call_command("make_previews", missing=True, workspace="acme", quiet=True, stdout=out)
    assert out.getvalue().splitlines() == [
        "1 without a preview.", "1 made, 0 cannot be made, 0 wait for storage.",
    ]  # fmt: skip
    call_command("make_previews", failed=True, workspace="acme", quiet=True, stdout=out)
    assert out.getvalue().splitlines()[2:] == [
        "1 that failed.", "0 made, 1 cannot be made, 0 wait for storage.",
    ]  # fmt: skip
    assert preview_of(theirs).reason == "It is broken."
    assert preview_of(broken).reason != "It is broken."
    with pytest.raises(CommandError, match="no workspace"):
        call_command("make_previews", workspace="nobody")


def test_the_command_asks_once_though_a_worker_fails_the_same_again_meanwhile(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_asset(acme, png()[:40])
    run(Maker(CannotPreview("It is broken.")))
    asked: list[int] = []

    def asking(which: Q) -> list[str]:
        ids = ask_again(which)
        asked.append(len(ids))
        assert len(asked) < 5
        run(Maker(CannotPreview("It is broken.")))  # another worker, at the same time
        return ids

    ask_again = previewing.ask_again
    monkeypatch.setattr(previewing, "ask_again", asking)
    call_command("make_previews", failed=True, quiet=True, stdout=io.StringIO())
    assert asked == [1, 0]
