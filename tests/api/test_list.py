"""GET /api/v1/assets, and one asset."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from assets.api.representation import AssetSchema
from assets.models import Asset
from promptrails.workspaces.models import Workspace
from tests.api.calling import ASSETS, fault
from tests.factories import NOON, make_asset, make_assets

pytestmark = pytest.mark.django_db
SORTS = ["-created_at", "created_at", "-file_size", "file_size", "-file_name", "file_name"]


def listed(api: Client, **query: Any) -> Any:
    answer = api.get(ASSETS, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def names(api: Client, **query: Any) -> list[str]:
    return [asset["file_name"] for asset in listed(api, **query)["data"]]


def walked(api: Client, **query: Any) -> Iterator[Any]:
    """Every asset of the list, page by page."""
    page = listed(api, **query)
    yield from page["data"]
    while cursor := page["meta"]["next_cursor"]:
        page = listed(api, **query, cursor=cursor)
        yield from page["data"]


@pytest.fixture
def varied(acme: Workspace) -> list[Asset]:
    day = timedelta(days=1)
    return [
        make_asset(
            acme, file_name="sea", model="flux", agent_id="painter", file_size=30, width=30, height=20
        ),
        make_asset(
            acme, file_name="talk", type="audio", provider="elevenlabs", prompt="a harbour at dawn",
            execution_id="run 7/ä", created_at=NOON - day, file_size=10,
        ),
        make_asset(
            acme, file_name="film", type="video", provider="runway", execution_id="run 7/ä",
            created_at=NOON - 2 * day, file_size=20, width=9, height=16, duration=8.0,
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["sea", "talk", "film"]),
        ({"type": "audio"}, ["talk"]),
        ({"type": "speech"}, ["talk"]),
        ({"media_type": "speech"}, ["talk"]),
        ({"media_type": "video"}, ["film"]),
        ({"media_type": "video", "type": ""}, ["film"]),
        ({"type": "video", "media_type": ""}, ["film"]),
        ({"type": "speech", "media_type": "audio"}, ["talk"]),
        ({"provider": "speech"}, []),
        ({"provider": "runway"}, ["film"]),
        ({"model": "flux"}, ["sea"]),
        ({"execution_id": "run 7/ä"}, ["talk", "film"]),
        ({"agent_id": "painter"}, ["sea"]),
        ({"orientation": "landscape"}, ["sea"]),
        ({"orientation": "portrait"}, ["film"]),
        ({"min_duration": "8"}, ["film"]),
        ({"min_duration": "8.01"}, []),
        ({"q": "HARB"}, ["talk"]),
        ({"q": "flux sea"}, ["sea"]),
        ({"created_after": "2026-03-11T12:00:00Z"}, ["sea", "talk"]),
        ({"created_after": "2026-03-12"}, ["sea"]),
        ({"created_before": "2026-03-11"}, ["talk", "film"]),
        ({"created_before": "2026-03-11T15:00:00+03:00"}, ["talk", "film"]),
        ({"created_before": "2026-03-11T11:59:59.999999Z"}, ["film"]),
        ({"created_after": "2026-03-11", "created_before": "2026-03-11", "type": "audio"}, ["talk"]),
        ({"execution_id": "run 7/ä", "type": "video"}, ["film"]),
        ({"type": "", "q": "", "sort": "", "page": "", "limit": "", "cursor": ""}, ["sea", "talk", "film"]),
        ({"unknown": "1"}, ["sea", "talk", "film"]),
    ],
)
def test_filters_narrow_the_list(
    api: Client, varied: list[Asset], query: dict[str, str], found: list[str]
) -> None:
    body = listed(api, **query)
    assert [asset["file_name"] for asset in body["data"]] == found
    assert (body["meta"]["total"], body["meta"]["total_is_exact"]) == (len(found), True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("provider", "nobody"),
        ("model", "Flux"),
        ("agent_id", "paint"),
        ("execution_id", "' OR 1=1 --"),
        ("q", "nowhere"),
        ("orientation", "square"),
        ("min_duration", "3600"),
        ("created_after", "2030-01-01"),
        ("created_before", "1999-12-31"),
    ],
)
def test_a_value_that_matches_nothing_is_an_empty_list(
    api: Client, varied: list[Asset], name: str, value: str
) -> None:
    assert listed(api, **{name: value}) == {
        "data": [],
        "meta": {
            "total": 0, "total_is_exact": True, "page": 1, "limit": 20, "pages": 0, "total_pages": 0,
            "next_cursor": None,
        },
    }  # fmt: skip


def test_two_types_at_once_are_refused(api: Client) -> None:
    details = fault(api.get(ASSETS, {"type": "image", "media_type": "video"}), 400, "validation_error")
    assert list(details) == ["media_type"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "text"),
        ("type", "IMAGE"),
        ("media_type", "text"),
        ("sort", "size"),
        ("page", "0"),
        ("page", "-1"),
        ("page", "1.5"),
        ("page", "٣"),
        ("page", "9" * 30),
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "all"),
        ("cursor", "broken"),
        ("cursor", "é" * 20),
        ("orientation", "upright"),
        ("min_duration", "-1"),
        ("min_duration", "nan"),
        ("min_duration", "long"),
        ("created_after", "yesterday"),
        ("created_after", "2026-02-30"),
        ("created_before", "2026-03-12T25:00:00Z"),
        ("q", "x" * 201),
        ("q", "nul\0"),
        ("provider", "x" * 101),
        ("agent_id", "nul\0"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(api: Client, name: str, value: str) -> None:
    answer = api.get(ASSETS, {name: value})
    assert list(fault(answer, 400, "validation_error")) == [name]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-created_at", ["sea", "talk", "film"]),
        ("created_at", ["film", "talk", "sea"]),
        ("-file_size", ["sea", "film", "talk"]),
        ("file_size", ["talk", "film", "sea"]),
        ("-file_name", ["talk", "sea", "film"]),
        ("file_name", ["film", "sea", "talk"]),
    ],
)
def test_the_order_is_the_callers(api: Client, varied: list[Asset], sort: str, order: list[str]) -> None:
    assert names(api, sort=sort) == order


@pytest.mark.parametrize(("limit", "lengths"), [(20, [20, 20, 5, 0]), (45, [45, 0]), (100, [45, 0])])
def test_pages_have_numbers_from_1(api: Client, acme: Workspace, limit: int, lengths: list[int]) -> None:
    made = [asset.id for asset in make_assets(acme, 45)]
    seen: list[str] = []
    for number, length in enumerate(lengths, start=1):
        body = listed(api, page=number, limit=limit)
        meta, pages = body["meta"], len(lengths) - 1
        assert len(body["data"]) == length
        assert (meta["page"], meta["limit"], meta["total"]) == (number, limit, 45)
        assert meta["pages"] == meta["total_pages"] == pages
        assert bool(meta["next_cursor"]) == (number < pages)
        seen += [asset["id"] for asset in body["data"]]
    assert seen == made


def test_twenty_assets_a_page_unless_asked_otherwise(api: Client, acme: Workspace) -> None:
    make_assets(acme, 21)
    body = listed(api)
    assert (len(body["data"]), body["meta"]["limit"], body["meta"]["pages"]) == (20, 20, 2)


@pytest.mark.parametrize("sort", SORTS)
def test_cursors_walk_through_everything_once(api: Client, acme: Workspace, sort: str) -> None:
    made = {asset.id for asset in make_assets(acme, 12, file_size=7, file_name="twin")}
    walk = [asset["id"] for asset in walked(api, sort=sort, limit=5)]
    assert len(walk) == 12
    assert set(walk) == made


def test_a_walk_is_not_disturbed_by_what_comes_and_goes(api: Client, acme: Workspace) -> None:
    made = [asset.id for asset in make_assets(acme, 9)]
    walk = walked(api, limit=3)
    seen = [next(walk)["id"] for _ in range(3)]
    make_assets(acme, 4, created_at=NOON + timedelta(hours=1))
    Asset.objects.get(id=made[2]).delete()  # the cursor names it
    seen += [asset["id"] for asset in walk]
    assert seen == made


def test_a_cursor_of_a_search_walks_it(api: Client, acme: Workspace) -> None:
    make_assets(acme, 5, prompt="harbour")
    make_assets(acme, 5, prompt="forest")
    prompts = [asset["prompt"] for asset in walked(api, q="harb", limit=2)]
    assert prompts == ["harbour"] * 5


def test_a_cursor_of_another_order_is_refused(api: Client, acme: Workspace) -> None:
    make_assets(acme, 2)
    cursor = listed(api, limit=1, sort="file_name")["meta"]["next_cursor"]
    answer = api.get(ASSETS, {"limit": 1, "cursor": cursor})
    assert list(fault(answer, 400, "validation_error")) == ["cursor"]


def test_an_asset_has_its_fields_and_their_aliases(api: Client, acme: Workspace) -> None:
    created_at = datetime(2026, 3, 12, 15, 0, 0, 120, tzinfo=UTC)
    metadata = {"model": "v3", "prompt": "hey", "n": [1]}
    made = make_asset(
        acme, type="audio", provider="elevenlabs", file_name="Kıyı ☀.mp3", file_size=7, execution_id="e 1",
        agent_id="a/1", created_at=created_at, duration=1.5, metadata=metadata,
    )  # fmt: skip
    (asset,) = listed(api)["data"]
    assert asset == api.get(f"{ASSETS}/{made.id}").json()["data"]
    assert set(asset) == set(AssetSchema().fields)
    expected = {
        "id": made.id, "workspace_id": acme.id, "execution_id": "e 1", "agent_id": "a/1", "type": "audio",
        "provider": "elevenlabs", "model": "v3", "prompt": "hey", "file_name": "Kıyı ☀.mp3", "file_size": 7,
        "content_type": "audio/mpeg", "storage_key": made.storage_key, "duration": 1.5, "width": None,
        "metadata": metadata, "created_at": "2026-03-12T15:00:00.000120Z",
    }  # fmt: skip
    assert {name: asset[name] for name in expected} == expected
    aliases = {
        "media_type": "type",
        "mime_type": "content_type",
        "size": "file_size",
        "storage_path": "storage_key",
    }
    assert all(asset[alias] == asset[name] for alias, name in aliases.items())
    assert asset["updated_at"].endswith("Z")


def test_no_execution_agent_and_prompt_are_null(api: Client, acme: Workspace) -> None:
    make_asset(acme, metadata={"prompt": ["not", "a", "text"]})
    (asset,) = listed(api)["data"]
    assert (asset["execution_id"], asset["agent_id"], asset["prompt"]) == (None, None, None)
    assert (asset["model"], asset["created_at"]) == ("", "2026-03-12T12:00:00Z")
