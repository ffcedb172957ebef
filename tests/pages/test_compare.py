"""The comparison: what the chosen assets share, in what they differ, and who may choose which."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assets.models import Asset, Preview
from assets.prompts import of_same_prompt
from promptrails.workspaces.ksuids import new_ksuid
from promptrails.workspaces.models import User, Workspace
from tests.factories import make_asset, make_assets
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PATH = "/w/acme/assets/compare/"
BOAT = "a boat at dawn"


@pytest.fixture
def client(mel: User) -> Client:
    return signed_in(mel)


@pytest.fixture
def compare(client: Client) -> Callable[..., str]:
    def page(*assets: Asset, **query: str) -> str:
        response = client.get(PATH, {"id": [asset.id for asset in assets], **query})
        assert response.status_code == 200
        return response.content.decode()

    return page


def row(body: str, label: str) -> list[str]:
    found = re.search(rf'<th scope="row">{re.escape(label)}(?:<span[^<]*</span>)?</th>(.*?)</tr>', body, re.S)
    return re.findall(r"<td>(.*?)</td>", found[1], re.S) if found else []


def test_each_fact_stands_beneath_its_asset(acme: Workspace, compare: Callable[..., str]) -> None:
    one = make_asset(
        acme,
        prompt=BOAT,
        model="flux",
        file_size=2_400_000,
        metadata={"seed": 7, "cost_usd": 0.04, "steps": 20},
    )
    two = make_asset(acme, prompt=BOAT, model="sdxl", provider="replicate", metadata={"seed": 9})
    body = compare(two, one)
    assert row(body, "Prompt") == [BOAT, BOAT]
    assert row(body, "Model") == ["sdxl", "flux"]
    assert row(body, "Provider") == ["replicate", "fal"]
    assert row(body, "Cost (USD)") == ["–", "0.04"]
    assert row(body, "Seed") == ["9", "7"]
    assert row(body, "Size") == ["1.0 kB", "2.4 MB"]
    assert row(body, "steps") == ["–", "20"]
    assert row(body, "Duration") == []  # neither has one
    assert "The same prompt; they differ in model, provider, cost (USD), seed, size and steps." in body


def test_what_is_hostile_in_metadata_is_text(acme: Workspace, compare: Callable[..., str]) -> None:
    bad = "<script>alert(1)</script>"
    noted = {bad: bad, "nested": {"a": [1]}, "long": "x" * 5000, "none": None, "seed": [bad], "truth": True}
    body = compare(make_asset(acme, prompt=bad, metadata=noted), make_asset(acme, metadata={"seed": 0}))
    assert bad not in body
    assert row(body, "Seed")[1] == "0"
    assert row(body, "truth") == ["true", "–"]
    assert not row(body, "nested")
    assert not row(body, "long")
    assert "Different prompts" in body


def test_the_way_back_is_the_very_list(acme: Workspace, compare: Callable[..., str]) -> None:
    one, two = make_assets(acme, 2)
    body = compare(one, two, list="type=image&q=boat")
    assert 'href="/w/acme/assets/?type=image&amp;q=boat"' in body
    assert f'href="/w/acme/assets/{one.id}/?type=image&amp;q=boat"' in body


@pytest.mark.parametrize(
    ("count", "sentence"), [(0, "names 0"), (1, "names 1"), (7, "names 7"), (-2, "names an asset twice")]
)
def test_too_few_too_many_and_twice_the_same_are_refused(
    client: Client, acme: Workspace, count: int, sentence: str
) -> None:
    assets = make_assets(acme, max(count, 1))
    ids = [asset.id for asset in assets[:count]] if count >= 0 else [assets[0].id] * 2
    response = client.get(PATH, {"id": ids})
    assert response.status_code == 400
    assert sentence in response.content.decode()


def test_another_workspaces_asset_is_as_unknown_as_nonsense(
    client: Client, acme: Workspace, other: Workspace
) -> None:
    mine, theirs = make_asset(acme), make_asset(other)
    answers = set()
    for id in (theirs.id, new_ksuid(), "nonsense", "\0", "é" * 27):
        response = client.get(PATH, {"id": [mine.id, id]})
        answers.add((response.status_code, response.content))
    assert len(answers) == 1
    assert answers.pop()[0] == 404


def test_an_asset_leads_to_what_its_prompt_made(client: Client, acme: Workspace, other: Workspace) -> None:
    asset, twin = make_asset(acme, prompt=BOAT), make_asset(acme, prompt=BOAT, model="sdxl")
    make_asset(other, prompt=BOAT)
    make_asset(acme, prompt=BOAT + " again")
    make_asset(acme, prompt=[BOAT])
    body = client.get(f"/w/acme/assets/{asset.id}/").content.decode()
    assert "Compare with 1 of the same prompt" in body
    assert f"compare/?id={asset.id}&amp;id={twin.id}" in body
    make_assets(acme, 8, prompt=BOAT)
    body = client.get(f"/w/acme/assets/{asset.id}/").content.decode()
    assert "Compare with the newest 5 of the same prompt" in body
    [address] = re.findall(r'href="([^"]*compare/[^"]*)"', body)
    assert client.get(address.replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize("metadata", [{}, {"prompt": ""}, {"prompt": None}, {"prompt": [BOAT]}])
def test_without_a_prompt_nothing_is_the_same(
    client: Client, acme: Workspace, metadata: dict[str, object]
) -> None:
    asset, _ = make_asset(acme, metadata=metadata), make_asset(acme, metadata=metadata)
    assert "compare/" not in client.get(f"/w/acme/assets/{asset.id}/").content.decode()


def test_a_prompt_used_a_thousand_times_is_answered_by_its_index(acme: Workspace) -> None:
    asset = make_asset(acme, prompt=BOAT)
    fields = {"type": "image", "provider": "fal", "file_size": 1, "content_type": "image/png"}
    Asset.objects.bulk_create(
        Asset(workspace=acme, storage_key=f"k/{n}", metadata={"prompt": BOAT if n % 2 else f"p{n}"}, **fields)
        for n in range(2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE assets_asset")
    with CaptureQueriesContext(connection) as queries:
        assert len(of_same_prompt(asset).values_list("id", flat=True)[:6]) == 6
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT TEXT) " + queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "asset_prompt" in plan
    assert "Sort" not in plan


def test_what_no_browser_shows_stands_there_as_its_preview_and_says_so(
    acme: Workspace, compare: Callable[..., str]
) -> None:
    one, two = make_asset(acme), make_asset(acme, type="video", content_type="video/mp4")
    Preview.objects.filter(asset=two).update(
        picture_key="assets/x/preview-1.webp", details={"video_codec": "hevc"}
    )
    body = compare(one, two)
    assert "video/mp4 (hevc) is not shown in the browser; this is a preview." in body
    assert "<video" not in body
