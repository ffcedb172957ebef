"""Search finds the same as reading every row would, however rare or common a word is."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets import search
from assets.errors import InvalidInput
from assets.filters import AssetFilter
from assets.models import Asset
from assets.pagination import SORTS
from promptrails.workspaces.models import Workspace
from tests.factories import NOON, make_asset, make_assets

pytestmark = pytest.mark.django_db


def found(workspace: Workspace, text: str, **query: str) -> list[str]:
    page = AssetFilter(workspace, {"q": text, **query}).page()
    return [asset.file_name for asset in page.slice.assets]


@pytest.mark.parametrize(
    "text",
    [
        "lighthouse",
        "LightHouse",
        "light",
        "storm lighthouse",
        "flux",
        "flux-dev",
        "harbour_at",
        "12345",
        "日本",
        "a storm",
    ],
)
def test_words_and_prefixes_of_name_prompt_and_model_are_found(acme: Workspace, text: str) -> None:
    make_asset(
        acme,
        file_name="harbour_at-night.12345.png",
        prompt="A lighthouse, in a storm! 日本の灯台",
        model="fal/flux-dev",
    )
    make_asset(acme, file_name="other.png", prompt="a meadow", model="sdxl")
    assert found(acme, text) == ["harbour_at-night.12345.png"]


@pytest.mark.parametrize("text", ["house", "meadow storm", "zzz", "...", "w:x", "' & !", "nolight:*"])
def test_what_is_not_there_is_not_found(acme: Workspace, text: str) -> None:
    make_asset(acme, prompt="a lighthouse in a storm")
    make_asset(acme, prompt="a meadow")
    assert found(acme, text) == []


def test_another_workspaces_words_are_not_found(acme: Workspace, other: Workspace) -> None:
    make_asset(other, prompt="secret lighthouse")
    assert found(acme, "lighthouse") == []
    assert len(found(other, "lighthouse")) == 1


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(("walk", "cap"), [(5, 10_000), (5, 3), (10_000, 10_000)])
def test_every_step_of_the_search_gives_the_pages_that_reading_all_rows_would(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch, sort: str, walk: int, cap: int
) -> None:
    monkeypatch.setattr(search, "WALK", walk)
    monkeypatch.setattr(search, "CAP", cap)
    for number in range(60):
        prompt = "a rare heron" if number % 3 == 0 else "a common gull"
        made = NOON - timedelta(days=17 * number)
        make_asset(
            acme, prompt=prompt, created_at=made, file_size=number * 7 % 20, file_name=f"{number % 9}.png"
        )
    asset_filter = AssetFilter(acme, {"q": "heron", "sort": sort})
    page, walked = asset_filter.page(size=6), list[Asset]()
    walked += page.slice.assets
    while page.slice.older:
        page = asset_filter.page(cursor=page.slice.older, size=6)
        walked += page.slice.assets
    field = sort.lstrip("-")
    herons = [asset for asset in Asset.objects.in_workspace(acme) if "heron" in asset.prompt]
    herons.sort(key=lambda a: (getattr(a, field), a.id), reverse=sort.startswith("-"))
    assert [asset.id for asset in walked] == [asset.id for asset in herons]


def test_filters_narrow_a_search(acme: Workspace) -> None:
    make_asset(acme, prompt="heron", provider="fal", file_name="a.png")
    make_asset(acme, prompt="heron", provider="openai", file_name="b.png")
    assert found(acme, "heron", provider="openai") == ["b.png"]


def test_the_neighbours_of_a_found_asset_are_found_assets(acme: Workspace) -> None:
    assets = make_assets(acme, 6, prompt="gull")
    herons = [
        make_asset(acme, prompt="heron", created_at=a.created_at + timedelta(seconds=1)) for a in assets
    ]
    asset_filter = AssetFilter(acme, {"q": "heron"})
    assert asset_filter.neighbours(herons[2]) == (herons[1].id, herons[3].id)
    assert asset_filter.neighbours(herons[0])[0] is None


def test_an_enormous_search_is_refused_with_a_sentence(acme: Workspace) -> None:
    make_asset(acme)
    with pytest.raises(InvalidInput, match="at most 20 words"):
        AssetFilter(acme, {"q": "a " * 50}).page()


@given(st.text(max_size=60))
def test_whatever_is_typed_becomes_words_alone(text: str) -> None:
    query = search.words_query(text)
    assert all(mark not in query for mark in "'\\!()<>\0")
