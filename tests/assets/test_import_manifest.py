"""What a manifest says of imported files, and what it cannot say."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError

from assets.api.representation import asset_json
from assets.models import Asset
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import User, Workspace
from tests.assets.importing import lines, run
from tests.factories import NOON, png

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_manifest_gives_ids_times_and_every_other_field(
    acme: Workspace, bucket: str, tmp_path: Path, form: str
) -> None:
    row = {
        "file": "a.png", "id": new_ksuid(NOON), "created_at": "2025-12-31T23:00:00.5+02:00",
        "file_name": "sunset.png", "type": "image", "provider": "openai", "execution_id": "exec_7",
        "agent_id": "agt_7", "model": "gpt-image-1", "prompt": "a harbour, “at dusk”\nwith boats",
        "metadata": {"seed": 7, "cost": {"usd": 0.04}}, "width": 10, "height": 5,
        "file_size": len(png(10, 5)),
    }  # fmt: skip
    manifest = tmp_path / f"manifest.{form}"
    if form == "jsonl":
        lines(manifest, row)
    else:
        with manifest.open("w", newline="") as file:
            writer = csv.DictWriter(file, [*row, "duration"])
            writer.writeheader()
            writer.writerow(row | {"metadata": json.dumps(row["metadata"])})
    run(acme, prefix=bucket, manifest=manifest, provider="fal")
    asset = Asset.objects.get(id=row["id"])
    assert asset.created_at == datetime(2025, 12, 31, 21, 0, 0, 500_000, UTC)
    told = ("file_name", "type", "provider", "execution_id", "agent_id", "model", "prompt", "width", "height")
    assert {name: getattr(asset, name) for name in told} == {name: row[name] for name in told}
    assert asset.metadata == {
        "seed": 7,
        "cost": {"usd": 0.04},
        "model": row["model"],
        "prompt": row["prompt"],
    }
    assert set(Asset.objects.exclude(id=asset.id).values_list("provider", flat=True)) == {"fal"}
    run(acme, prefix=bucket, manifest=manifest)
    assert run.said()["Already there"] == 3


def test_what_the_api_lists_can_be_a_manifest(
    acme: Workspace, ada: User, tmp_path: Path, bucket: str
) -> None:
    run(acme, prefix=bucket, provider="fal")
    rows = [json.loads(json.dumps(asset_json(asset), default=str)) for asset in Asset.objects.all()]
    before = {asset.id: asset.created_at for asset in Asset.objects.all()}
    Asset.objects.all().delete()
    run(acme, prefix=bucket, manifest=lines(tmp_path / "list.jsonl", *rows))
    assert {asset.id: asset.created_at for asset in Asset.objects.all()} == before


def test_a_manifest_that_is_wrong_anywhere_imports_nothing(
    acme: Workspace, bucket: str, tmp_path: Path
) -> None:
    manifest = lines(
        tmp_path / "wrong.jsonl", {"file": "a.png"}, {"file": "b.png", "id": "short"}, {"id": new_ksuid()},
        {"file": "a.png"}, {"file": "c.png", "colour": "red"}, {"file": "d.png", "created_at": "yesterday"},
        {"file": "e.png", "width": -3}, {"file": "f.png", "metadata": [1]},
    )  # fmt: skip
    with manifest.open("a") as file:
        file.write("no json\n")
    with pytest.raises(CommandError) as raised:
        run(acme, prefix=bucket, manifest=manifest)
    told = str(raised.value).splitlines()
    assert [line.strip().partition(":")[0] for line in told[1:]] == [
        f"line {number}" for number in range(2, 10)
    ]
    assert "“colour” is no field of an asset" in told[4]
    assert not Asset.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("m.txt", b"", "ends in .jsonl"),
        ("m.csv", b"file\n\xff\xfe.png\n", "not written in UTF-8"),
        ("m.csv", b"file,id\na.png,,extra\n", "more values than the header"),
        ("m.csv", b'file,prompt\na.png,"a harbour\nb.png,a shore\n', "as CSV: unexpected end of data"),
        ("none.jsonl", None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_is_no_manifest_is_refused(
    acme: Workspace, bucket: str, tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        run(acme, prefix=bucket, manifest=tmp_path / name)


def test_a_manifest_in_the_folder_is_not_imported_and_what_it_misses_is_named(
    acme: Workspace, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = lines(
        folder / "m.jsonl", {"file": "days/Kıyı ☀.png", "prompt": "a shore"}, {"file": "gone.png"},
        {"file": "a.png", "file_size": 3}, {"file": "../../etc/passwd"},
    )  # fmt: skip
    with pytest.raises(CommandError, match="3 of 5"):
        run(acme, folder, manifest=manifest)
    assert run.said() == {"Imported": 2, "Already there": 0, "Skipped": 0, "Refused": 1, "Missing": 2}
    told = capsys.readouterr().err
    assert "missing: gone.png: Line 2 of the manifest names it; it is not there." in told
    assert "the manifest says 3 (line 3)" in told
    assert Asset.objects.get(file_name="Kıyı ☀.png").prompt == "a shore"
