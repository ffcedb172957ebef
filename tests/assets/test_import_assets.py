"""manage.py import_assets: from a folder and from the bucket, twice over, and interrupted."""

import io
import os
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assets import deletion, ingest, storage
from assets.ingest import Import
from assets.locks import session_lock
from assets.models import Asset, Removal, Upload
from promptrails.workspaces.actors import Actor
from promptrails.workspaces.ksuids import new_ksuid, time_of_ksuid
from promptrails.workspaces.models import User, Workspace
from tests.assets.importing import SPRING, lines, run
from tests.factories import png, store_asset
from tests.storage_servers import answers, failing

pytestmark = pytest.mark.django_db(transaction=True)


def test_files_of_a_folder_become_assets_with_their_times(acme: Workspace, folder: Path) -> None:
    run(acme, folder, provider="fal", execution_id="exec_1")
    found = {asset.file_name: asset for asset in Asset.objects.all()}
    assert set(found) == {"a.png", "b.png", "Kıyı ☀.png"}
    asset = found["a.png"]
    assert (asset.provider, asset.execution_id, asset.content_type) == ("fal", "exec_1", "image/png")
    assert asset.created_at == time_of_ksuid(asset.id) == SPRING
    stored = storage.head(asset.storage_key)
    assert stored
    assert stored.size == asset.file_size == (folder / "a.png").stat().st_size
    assert run.said() == {"Imported": 3, "Already there": 0, "Skipped": 0, "Refused": 0, "Missing": 0}


def test_a_second_run_finds_everything_there(acme: Workspace, folder: Path) -> None:
    run(acme, folder)
    (folder / "new.png").write_bytes(png())
    run(acme, folder)
    assert (run.said()["Imported"], run.said()["Already there"], Asset.objects.count()) == (1, 3, 4)


def test_a_dry_run_tells_the_same_and_writes_nothing(
    acme: Workspace, folder: Path, bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "notes.txt").write_text("no picture")
    (folder / "empty.png").touch()
    with pytest.raises(CommandError, match="2 of 5 could not be imported"):
        run(acme, folder, dry_run=True)
    assert (run.said()["Would be imported"], run.said()["Refused"]) == (3, 2)
    assert "refused: empty.png: The file is empty." in capsys.readouterr().err
    run(acme, prefix=bucket, dry_run=True)
    assert run.said()["Would be imported"] == 3
    assert not Asset.objects.exists()
    assert not Upload.objects.exists()
    assert not list(storage.list_objects(f"assets/{acme.id}/"))


def test_what_cannot_be_imported_is_named_with_its_reason_and_the_rest_comes_in(
    acme: Workspace, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty.png").touch()
    (folder / "page.png").write_text("<html>")
    (folder / ".hidden.png").write_bytes(png())
    os.mkfifo(folder / "pipe.png")
    raw = os.fsencode(folder / "caf") + b"\xe9.png"
    Path(os.fsdecode(raw)).write_bytes(png())
    with pytest.raises(CommandError, match="3 of 6"):
        run(acme, folder)
    assert (run.said()["Imported"], run.said()["Refused"]) == (3, 3)
    told = capsys.readouterr().err
    assert "refused: empty.png: The file is empty." in told
    assert "refused: page.png: The file is neither audio, image nor video of a known kind." in told
    assert "refused: caf\\udce9.png: file_name has a character that cannot be stored." in told
    assert ".hidden" not in told
    assert Asset.objects.count() == 3
    assert not Upload.objects.exists()


def test_an_interrupted_run_is_gone_on_with(acme: Workspace, folder: Path) -> None:
    outcomes = ingest.import_folder(Import(acme), folder)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    before = Asset.objects.count()
    assert before >= 1
    Upload.objects.create(  # what a killed process leaves of the file that it was at
        id=(left := ingest.Import(acme).facts(("new.png",), 1, SPRING)).id, workspace=acme,
        storage_key=f"assets/{acme.id}/{left.id}.png",
    )  # fmt: skip
    (folder / "new.png").write_bytes(png())
    os.utime(folder / "new.png", (SPRING.timestamp(), SPRING.timestamp()))
    run(acme, folder)
    assert run.said()["Imported"] == 4 - before
    assert run.said()["Already there"] == before
    assert Asset.objects.filter(id=left.id).exists()
    assert not Upload.objects.exists()


def test_an_outage_of_storage_ends_it_with_a_sentence(acme: Workspace, folder: Path) -> None:
    with (
        failing(answers(503, "SlowDown")),
        pytest.raises(CommandError, match=r"Stopped.*SlowDown.*again to go on"),
    ):
        run(acme, folder)
    run(acme, folder)
    assert (run.said()["Imported"], Upload.objects.count()) == (3, 0)


def test_objects_become_assets_where_they_lie(acme: Workspace, bucket: str) -> None:
    run(acme, prefix=bucket, agent_id="painter")
    assets = Asset.objects.order_by("file_name")
    assert [asset.storage_key for asset in assets] == [
        bucket + name for name in ("a.png", "b.png", "days/c.png")
    ]
    first = assets[0]
    info = storage.head(first.storage_key)
    assert info
    assert (first.file_size, first.created_at, first.agent_id) == (info.size, info.modified, "painter")
    assert (first.type, first.content_type) == ("image", "image/png")
    run(acme, prefix=bucket)
    assert (run.said()["Already there"], Asset.objects.count()) == (3, 3)


def test_a_batch_of_objects_takes_few_queries(acme: Workspace, bucket: str) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        run(acme, prefix=bucket)
    few = len(queries)
    for number in range(20):
        storage.put(f"{bucket}more/{number}.png", io.BytesIO(png()), "image/png")
    with CaptureQueriesContext(connection) as queries:
        run(acme, prefix=bucket)
    assert len(queries) == few


def test_objects_of_others_and_on_their_way_are_left_alone(
    acme: Workspace, other: Workspace, ada: User
) -> None:
    theirs = store_asset(other)
    deleted = store_asset(acme)
    deletion.record_deletion(acme, [deleted.id], Actor(ada))
    lost = store_asset(acme)
    Asset.objects.filter(id=lost.id).delete()
    intruder = f"assets/{other.id}/{new_ksuid()}.png"
    storage.put(intruder, io.BytesIO(png()), "image/png")
    preview = f"assets/{acme.id}/{lost.id}/thumbnail.webp"
    storage.put(preview, io.BytesIO(png()), "image/png")
    coming = Upload.objects.create(
        workspace=acme, id=(new := new_ksuid()), storage_key=f"assets/{acme.id}/{new}.png"
    )
    storage.put(coming.storage_key, io.BytesIO(png()), "image/png")
    results = {
        outcome.name: (outcome.result, outcome.reason)
        for outcome in ingest.import_objects(Import(acme), "assets/")
    }
    ours = {key: results[key] for key in results if acme.id in key or other.id in key}
    assert ours == {
        theirs.storage_key: ("skipped", "It lies under the prefix of another workspace."),
        intruder: ("skipped", "It lies under the prefix of another workspace."),
        deleted.storage_key: ("skipped", "It was deleted, and is about to be removed."),
        coming.storage_key: ("skipped", "It is being uploaded."),
        preview: ("skipped", "It is what the app made of an asset, not an asset."),
        lost.storage_key: ("imported", ""),
    }
    assert Asset.objects.get(workspace=acme).id == lost.id
    assert Removal.objects.count() == 1


def test_what_is_not_to_be_had_is_refused_where_it_is_asked_for(
    acme: Workspace, other: Workspace, bucket: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = store_asset(other)
    manifest = lines(tmp_path / "m.jsonl", {"file": theirs.storage_key})
    with pytest.raises(CommandError, match="1 of 1"):
        run(acme, prefix=f"assets/{other.id}/", manifest=manifest)
    assert (run.said()["Refused"], run.said()["Missing"]) == (1, 0)
    run(other, prefix=bucket)
    with pytest.raises(CommandError, match="3 of 3"):
        run(acme, prefix=bucket)
    assert "refused: " + bucket + "a.png: It is an asset of another workspace." in capsys.readouterr().err
    assert not Asset.objects.in_workspace(acme).exists()


def test_an_id_of_another_asset_is_refused(
    acme: Workspace, other: Workspace, bucket: str, tmp_path: Path
) -> None:
    taken = store_asset(other)
    manifest = lines(tmp_path / "m.jsonl", {"file": "a.png", "id": taken.id})
    with pytest.raises(CommandError, match="1 of 3"):
        run(acme, prefix=bucket, manifest=manifest)
    assert Asset.objects.get(id=taken.id).workspace_id == other.id
    assert Asset.objects.in_workspace(acme).count() == 2


def test_two_imports_into_a_workspace_at_once_are_refused(acme: Workspace, bucket: str) -> None:
    held, done = Event(), Event()

    def hold() -> None:
        with session_lock(f"import {acme.id}"):
            held.set()
            done.wait(10)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    try:
        assert held.wait(10)
        with pytest.raises(CommandError, match="Another import into Acme is running"):
            run(acme, prefix=bucket)
    finally:
        done.set()
        thread.join()
    run(acme, prefix=bucket)
    assert Asset.objects.count() == 3


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        ((), {}, "one of the two"),
        (("x",), {"prefix": "y"}, "one of the two"),
        (("/nowhere",), {}, "is no folder"),
        ((), {"prefix": "x", "provider": "p" * 101}, "provider has at most 100"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(
    acme: Workspace, arguments: tuple[str, ...], options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(acme, *arguments, **options)
    acme.slug = "nobody"
    with pytest.raises(CommandError):
        run(acme, prefix="x")


@pytest.mark.parametrize(
    ("after_the_id", "result"),
    [
        (".png", "imported"),
        ("/original.png", "imported"),
        ("_preview-abc.webp", "skipped"),
        ("/preview-abc.webp", "skipped"),
    ],
)
def test_an_object_of_the_app_s_own_is_known_by_its_key(
    acme: Workspace, after_the_id: str, result: str
) -> None:
    """In today's layout and in the one before, in which each asset had a folder."""
    key = f"assets/{acme.pk}/{(id := new_ksuid())}{after_the_id}"
    storage.put(key, io.BytesIO(png()), "image/png")
    (outcome,) = ingest.import_objects(Import(acme), f"assets/{acme.pk}/")
    assert outcome.result == result
    assert [asset.pk for asset in Asset.objects.all()] == ([id] if result == "imported" else [])
