"""A selection as one ZIP: whole, named well, as long as promised; and records as files."""

import csv
import io
import json
import time
import zipfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from django.http import StreamingHttpResponse
from django.test import Client

from assets import storage
from assets.errors import StorageUnavailable
from assets.ingest import Manifest
from assets.models import Asset
from assets.pages import archive, streamed
from promptrails.workspaces.models import User, Workspace
from tests.factories import make_asset, make_assets, png, store_asset
from tests.people import signed_in
from tests.storage_servers import failing, hangs

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/w/acme/assets/"


@pytest.fixture
def client(mel: User) -> Client:
    return signed_in(mel)


def body_of(client: Client, path: str, **headers: str) -> bytes:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response.content
    assert isinstance(response, StreamingHttpResponse)
    body = response.getvalue()
    if "Content-Length" in response:
        assert int(response["Content-Length"]) == len(body)
    return body


def path_of(*assets: Asset) -> str:
    return f"{LIST}archive/?" + "&".join(f"id={asset.id}" for asset in assets)


def test_every_file_is_in_it_as_it_is_under_a_name_of_its_own(client: Client, acme: Workspace) -> None:
    names = ["a.png", "A.png", "a.png", "../../etc/passwd", "夜.png", "x" * 300 + ".png", ".png", "a (2).png"]
    assets = [
        store_asset(acme, png(shade=number), file_name=name[-255:]) for number, name in enumerate(names)
    ]
    body = body_of(client, path_of(*assets), **{"Accept-Encoding": "gzip"})
    with zipfile.ZipFile(io.BytesIO(body)) as zipped:
        assert zipped.testzip() is None
        infos = zipped.infolist()
    assert [info.filename for info in infos][:3] == ["a.png", "A (2).png", "a (3).png"]
    assert infos[4].filename == "夜.png"
    assert len({info.filename.casefold() for info in infos}) == len(names)
    assert not [info.filename for info in infos if "/" in info.filename]
    assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}
    with zipfile.ZipFile(io.BytesIO(body)) as zipped:
        assert [zipped.read(info) for info in infos] == [png(shade=number) for number in range(len(names))]


def test_what_storage_does_not_hold_is_named_in_it(client: Client, acme: Workspace) -> None:
    there, lost = store_asset(acme), make_asset(acme, file_name="lost.png")
    with zipfile.ZipFile(io.BytesIO(body_of(client, path_of(there, lost)))) as zipped:
        assert zipped.namelist() == ["picture.png", "missing.txt"]
        assert f"lost.png  {lost.id}" in zipped.read("missing.txt").decode()


def test_an_archive_that_storage_breaks_off_is_shorter_than_it_said(
    client: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets = [store_asset(acme) for _ in range(3)]
    real = storage.chunks

    def broken(key: str) -> Iterator[bytes]:
        if key == assets[1].storage_key:
            raise StorageUnavailable("Storage does not answer.")
        yield from real(key)

    monkeypatch.setattr(storage, "chunks", broken)
    response = client.get(path_of(*assets))
    assert isinstance(response, StreamingHttpResponse)
    pieces: list[bytes] = []
    with pytest.raises(StorageUnavailable):
        pieces.extend(response)
    response.close()
    assert 0 < len(b"".join(pieces)) < int(response["Content-Length"])


def test_a_frozen_storage_is_waited_for_once_not_once_more_for_each_eight_files(
    client: Client, acme: Workspace
) -> None:
    assets = [make_asset(acme) for _ in range(50)]
    with failing(hangs(10), timeout=2):
        start = time.monotonic()
        assert client.get(path_of(*assets)).status_code == 503
        assert time.monotonic() - start < 3.9


def test_too_much_is_refused_before_a_byte_is_sent(
    client: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assets = [store_asset(acme) for _ in range(3)]
    monkeypatch.setattr(archive, "MOST_BYTES", 2 * len(png()))
    response = client.get(path_of(*assets))
    assert response.status_code == 400
    assert "at most" in response.content.decode()
    assert client.get(f"{LIST}archive/").status_code == 400
    assert client.get(path_of(*make_assets(acme, 51))).status_code == 400


def test_only_so_many_at_once_and_an_ended_one_makes_room(client: Client, acme: Workspace) -> None:
    asset = store_asset(acme)
    open_ones = []
    while (response := client.get(path_of(asset))).status_code == 200:
        open_ones.append(response)
        assert len(open_ones) < 50
    assert response.status_code == 503
    assert "Retry-After" in response
    assert client.get(LIST).status_code == 200
    open_ones.pop().close()  # a visitor who went away before the first byte
    body_of(client, path_of(asset))
    for one in open_ones:
        one.close()


def test_another_workspaces_file_is_a_404(client: Client, acme: Workspace, other: Workspace) -> None:
    mine, theirs = store_asset(acme), store_asset(other)
    assert client.get(path_of(mine, theirs)).status_code == 404
    assert client.get(path_of(mine) + "&id=nonsense").status_code == 404


@pytest.mark.parametrize("query", ["", "q=gull", "sort=file_name", "type=image&provider=fal", "q=nothing"])
def test_an_export_holds_what_the_list_holds_in_its_order(
    client: Client, acme: Workspace, other: Workspace, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr("assets.filters.AT_ONCE", 7)
    make_assets(acme, 30, prompt="a gull", model="flux")
    make_assets(acme, 5, type="audio", provider="openai")
    make_assets(other, 3)
    rows = [json.loads(line) for line in body_of(client, f"{LIST}export/?format=jsonl&{query}").splitlines()]
    listed = client.get(f"{LIST}?{query}").content.decode()
    shown = [part.partition('"')[0] for part in listed.split('id="a-')[1:]]
    assert [row["id"] for row in rows] == shown
    as_csv = list(csv.DictReader(io.StringIO(body_of(client, f"{LIST}export/?{query}").decode("utf-8-sig"))))
    assert [row["id"] for row in as_csv] == shown


def test_an_export_is_a_manifest_for_another_import(client: Client, acme: Workspace, tmp_path: Path) -> None:
    asset = store_asset(acme, metadata={"prompt": "a gull", "seed": 7}, provider="fal", execution_id="exec_1")
    for wanted in ("jsonl", "csv"):
        path = tmp_path / f"m.{wanted}"
        path.write_bytes(body_of(client, f"{LIST}export/?format={wanted}"))
        entry = Manifest(path).take(asset.storage_key)
        assert entry
        assert (entry.facts.id, entry.facts.execution_id) == (asset.id, "exec_1")
        assert dict(entry.facts.metadata)["seed"] == 7
        assert entry.facts.created_at == asset.created_at
    assert streamed.turns.acquire(blocking=False)
    streamed.turns.release()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "'=", "''@", "\uff1d", "'", "\n-"])
def test_what_a_spreadsheet_would_compute_is_guarded_and_an_import_reads_it_back(
    client: Client, acme: Workspace, tmp_path: Path, start: str
) -> None:
    name, model = f"{start.strip()}1+1.png", f"{start}cf/flux"
    asset = store_asset(acme, file_name=name, metadata={"prompt": f"{start} a gull", "model": model})
    Asset.objects.update(storage_key=(key := f"{start}odd.png"))
    path = tmp_path / "m.csv"
    path.write_bytes(body_of(client, f"{LIST}export/"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert not [cell for cell in row.values() if cell.startswith(tuple("=+-@\t\r\n\uff1d"))]
    entry = Manifest(path).take(key)
    assert entry
    assert entry.facts.file_name == name
    assert entry.facts.metadata == {"prompt": f"{start} a gull", "model": model}
    assert entry.facts.id == asset.id


@pytest.mark.parametrize("query", ["type=x", "format=xml", "q=" + "w " * 30])
def test_what_cannot_be_exported_is_a_sentence(client: Client, acme: Workspace, query: str) -> None:
    make_asset(acme)
    assert client.get(f"{LIST}export/?{query}").status_code == 400


def test_no_file_is_begun_before_the_one_in_front_of_it_is_nearly_read() -> None:
    """Storage hangs up on whoever asks for a file and does not read it."""
    begun: list[int] = []

    def body(number: int, chunks: int) -> Generator[bytes]:
        begun.append(number)
        yield from [bytes(storage.CHUNK)] * chunks
        yield b"end"

    first, second = streamed.read_ahead([body(0, 3), body(1, 0)])
    assert len(next(first)) == storage.CHUNK
    time.sleep(0.1)
    assert begun == [0]
    assert [len(chunk) for chunk in first] == [storage.CHUNK, storage.CHUNK, 3]
    assert list(second) == [b"end"]
    assert begun == [0, 1]
