"""Storage and database agree, or reconcile says in what not; and it repairs only what cannot lose data."""

import io
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from assets import bulk, deletion, ingest, previewing, reconciling, storage
from assets.errors import StorageUnavailable
from assets.models import Asset, Preview, Reconciliation, Removal
from assets.previews import Sandbox
from assets.reconciling import Expected, Fault, Finding, Tally
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import Workspace
from tests.factories import make_asset, png, store_asset

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_bucket() -> None:
    """Other tests leave objects behind, whose records went with their transactions."""
    storage.remove([info.key for info in storage.list_objects()])


@pytest.fixture
def previewed(acme: Workspace) -> list[Asset]:
    """Five assets with their previews, one of them imported where it lay."""
    assets = [store_asset(acme, png(40, 30, shade=number)) for number in range(4)]
    storage.put("zoo/gull.png", io.BytesIO(png()), "image/png")
    job = ingest.Import(acme)
    assert [outcome.result for outcome in ingest.import_objects(job, "zoo/")] == ["imported"]
    sandbox = Sandbox()
    assert len(list(previewing.make_due(sandbox))) == 5
    sandbox.stop()
    return [*assets, Asset.objects.get(storage_key="zoo/gull.png")]


def findings(older_than: timedelta = timedelta(seconds=-60)) -> tuple[list[Finding], Tally]:
    tally = Tally()
    return list(reconciling.compare(timezone.now() - older_than, tally)), tally


def command(*options: str) -> str:
    said = io.StringIO()
    call_command("reconcile", "--quiet", "--older-than=0", *options, stdout=said)
    return said.getvalue()


def refused(*options: str) -> tuple[str, int]:
    said = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("reconcile", "--quiet", "--older-than=0", *options, stdout=said)
    return said.getvalue(), caught.value.returncode


def put(key: str, body: bytes = b"x") -> None:
    storage.put(key, io.BytesIO(body), "image/png")


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
def test_all_is_well_whatever_the_size_of_a_page(
    previewed: list[Asset], monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(reconciling, "PAGE", page)
    found, tally = findings()
    assert found == []
    assert (tally.records, tally.objects + tally.foreign) == (5, 10)
    assert "agree" in command()


@pytest.mark.parametrize("page", [1, 2, 1000])
def test_each_fault_is_found_and_told_once(
    acme: Workspace, previewed: list[Asset], monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(reconciling, "PAGE", page)
    gone, cut, blind, imported = previewed[0], previewed[1], previewed[2], previewed[4]
    pictures = dict(Preview.objects.values_list("asset_id", "picture_key"))
    storage.remove([gone.storage_key, pictures[blind.pk], pictures[imported.pk]])
    put(cut.storage_key)
    orphan = f"assets/{acme.pk}/{new_ksuid()}.png"
    stray = f"assets/{acme.pk}/{new_ksuid()}_preview-abc.webp"
    earlier = f"assets/{acme.pk}/{new_ksuid()}/"  # the layout before: a folder for each asset
    for key in (orphan, stray, earlier + "original.png", earlier + "preview-abc.webp"):
        put(key)
    put("elsewhere/notes.txt")
    found, tally = findings()
    assert {(one.fault, one.key) for one in found} == {
        (Fault.MISSING, gone.storage_key),
        (Fault.SIZE, cut.storage_key),
        (Fault.LOST, pictures[blind.pk]),
        (Fault.LOST, pictures[imported.pk]),
        (Fault.ORPHAN, orphan),
        (Fault.STRAY, stray),
        (Fault.ORPHAN, earlier + "original.png"),
        (Fault.STRAY, earlier + "preview-abc.webp"),
    }
    assert len(found) == 8
    assert tally.foreign == 1


def test_an_empty_bucket_beside_a_full_database_is_told_and_nothing_is_repaired(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "PAGE", 7)
    assets = [make_asset(acme) for _ in range(20)]
    said, code = refused("--fix", "--delete-orphans")
    assert code == 1
    assert "20  record without its object" in said
    assert Asset.objects.count() == len(assets)


def test_what_is_young_on_its_way_or_going_is_left_alone(acme: Workspace) -> None:
    put(f"assets/{acme.pk}/{new_ksuid()}.png")
    make_asset(acme, created_at=timezone.now())
    assert findings(timedelta(minutes=5))[0] == []
    assert len(findings()[0]) == 2
    going = f"assets/{acme.pk}/{new_ksuid()}.png"
    put(going)
    Removal.objects.create(workspace=acme, asset_id=new_ksuid(), storage_key=going)
    facts = ingest.AssetFacts("a.png", "image/png")
    coming = ingest.request_upload(acme, facts, 100)
    put(f"assets/{acme.pk}/{coming.id}.png")
    assert len(findings()[0]) == 2


def test_a_row_that_goes_while_it_is_looked_at_is_no_fault(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset, real = make_asset(acme), storage.head

    def head_later(key: str) -> Any:
        Asset.objects.filter(pk=asset.pk).delete()
        return real(key)

    monkeypatch.setattr(storage, "head", head_later)
    assert findings()[0] == []


def test_fix_makes_lost_previews_again_and_removes_stray_ones_and_nothing_else(
    acme: Workspace, previewed: list[Asset]
) -> None:
    lost = Preview.objects.get(asset=previewed[0]).picture_key
    storage.remove([lost, previewed[1].storage_key])
    stray = f"assets/{acme.pk}/{new_ksuid()}_preview-abc.webp"
    orphan = f"assets/{acme.pk}/{new_ksuid()}.png"
    put(stray)
    put(orphan)
    said, code = refused("--fix")
    assert code == 1
    assert "1  preview without its asset. 1 repaired" in said
    assert storage.head(orphan)
    assert storage.head(stray) is None
    assert Asset.objects.count() == 5
    sandbox = Sandbox()
    list(previewing.make_due(sandbox))
    sandbox.stop()
    assert storage.head(Preview.objects.get(asset=previewed[0]).picture_key)
    said, code = refused("--delete-orphans")
    assert storage.head(orphan) is None
    assert "1  record without its object" in said
    put(previewed[1].storage_key, png(40, 30, shade=1))
    assert "agree" in command()
    deletion.remove_due()
    assert not Removal.objects.exists()


def test_objects_of_a_workspace_that_this_database_lacks_are_deleted_only_when_asked(acme: Workspace) -> None:
    key = f"assets/{new_ksuid()}/{new_ksuid()}.png"
    odd = "assets/odd ключ/\n.png"
    put(key)
    put(odd)
    assert refused("--fix")[1] == 1
    assert storage.head(key)
    assert "agree" not in command("--delete-orphans")
    assert storage.head(key) is None
    assert storage.head(odd) is None


def test_findings_are_cut_short_unless_all_are_asked_for(acme: Workspace) -> None:
    for _ in range(25):
        make_asset(acme)
    assert refused()[0].count("its object: assets/") == 20
    assert refused("--list")[0].count("its object: assets/") == 25


def test_a_storage_that_fails_is_no_finding(acme: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> Any:
        raise StorageUnavailable("Storage does not answer.")

    store_asset(acme)
    monkeypatch.setattr(storage, "list_objects", fail)
    assert refused()[1] == 2
    assert not Reconciliation.objects.exists()


def test_the_nightly_look_changes_nothing_and_is_written_down(
    acme: Workspace, previewed: list[Asset]
) -> None:
    storage.remove([previewed[0].storage_key])
    Asset.objects.update(created_at=timezone.now() - timedelta(days=1))
    outcome = reconciling.agreement(timedelta(hours=1))
    assert outcome.faults == {"missing": 1}
    assert (outcome.records_seen, Asset.objects.count()) == (5, 5)
    for impossible in (-1, 10**12):
        with pytest.raises(CommandError, match="0 or more"):
            call_command("reconcile", f"--older-than={impossible}")


def test_a_worker_that_stops_does_not_wait_for_the_end_of_a_long_walk(acme: Workspace) -> None:
    store_asset(acme)
    with pytest.raises(reconciling.Interrupted):
        reconciling.agreement(timedelta(hours=1), lambda: True)
    assert not Reconciliation.objects.exists()


def test_previews_that_lie_far_behind_their_originals_take_no_memory(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a large import from a folder that sorts before the app's own."""
    monkeypatch.setattr(reconciling, "PAGE", 3)
    expected, ids = Expected(), [new_ksuid() for _ in range(30_000)]
    tracemalloc.start()
    expected.add((f"assets/{acme.pk}/{id}_preview-{new_ksuid()}.webp", id) for id in ids)
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 100_000
    middle = f"assets/{acme.pk}/{sorted(ids)[20]}~"
    assert [id for _, id in expected.taken(middle)] == sorted(ids)[:21]
    assert list(expected.taken(middle)) == []
    assert [id for _, id in expected.taken(None)] == sorted(ids)[21:]


def test_it_agrees_after_deletions_of_many(acme: Workspace, previewed: list[Asset]) -> None:
    bulk.confirm(acme, bulk.draft_of_chosen(acme, [one.pk for one in previewed]).pk, Actor())
    assert "0  records" in command()
    assert [info.key for info in storage.list_objects()] == []
