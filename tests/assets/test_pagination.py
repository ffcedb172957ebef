"""Keyset pages: everything once, in order, forwards and back, whatever is deleted meanwhile."""

import base64
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.errors import InvalidInput
from assets.filters import AssetFilter, Page
from assets.models import Asset
from assets.pagination import SORTS, Cursor
from promptrails.workspaces.models import Workspace
from tests.factories import NOON, make_asset, make_assets

pytestmark = pytest.mark.django_db


def pages(workspace: Workspace, size: int, **query: str) -> Iterator[Page]:
    asset_filter = AssetFilter(workspace, query)
    page = asset_filter.page(size=size)
    yield page
    while page.slice.older:
        page = asset_filter.page(cursor=page.slice.older, size=size)
        yield page


@pytest.mark.parametrize("sort", SORTS)
def test_walking_the_pages_shows_every_asset_once_in_order(acme: Workspace, sort: str) -> None:
    for number in range(25):
        make_asset(acme, created_at=NOON, file_size=number % 3, file_name=f"{number % 4}.png")
    field = sort.lstrip("-")
    walked = [asset for page in pages(acme, 4, sort=sort) for asset in page.slice.assets]
    everything = sorted(
        Asset.objects.in_workspace(acme),
        key=lambda a: (getattr(a, field), a.id),
        reverse=sort.startswith("-"),
    )
    assert [asset.id for asset in walked] == [asset.id for asset in everything]


def test_walking_back_shows_the_same_pages(acme: Workspace) -> None:
    make_assets(acme, 23)
    asset_filter = AssetFilter(acme, {})
    forwards = list(pages(acme, 5))
    page = forwards[-1]
    for earlier in reversed(forwards[:-1]):
        page = asset_filter.page(cursor=page.slice.newer, size=5)
        assert [a.id for a in page.slice.assets] == [a.id for a in earlier.slice.assets]
        assert page.slice.position == earlier.slice.position
    assert page.slice.newer is None


def test_a_deleted_row_under_the_cursor_loses_no_other(acme: Workspace) -> None:
    assets = make_assets(acme, 9)
    first = AssetFilter(acme, {}).page(size=3)
    assets[2].delete()
    second = AssetFilter(acme, {}).page(cursor=first.slice.older, size=3)
    assert [a.id for a in second.slice.assets] == [a.id for a in assets[3:6]]


def test_the_count_is_exact_where_the_tallies_know_it(acme: Workspace) -> None:
    make_assets(acme, 7, type="audio")
    make_assets(acme, 5, type="video", agent_id="agt_1")
    page = AssetFilter(acme, {"type": "video", "agent_id": "agt_1"}).page(size=2)
    assert (page.total, page.exact) == (5, True)


def test_a_large_count_that_no_tally_knows_is_capped(
    acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assets.pagination.COUNT_CAP", 10)
    make_assets(acme, 14)
    page = AssetFilter(acme, {"created_after": "2026-01-01"}).page(size=5)
    assert (page.total, page.exact) == (10, False)


@pytest.mark.parametrize(
    "fields",
    [
        [],
        ["-created_at"],
        ["file_size", 1, "0" * 27, 0, 0],
        ["-created_at", "yesterday", "0" * 27, 0, 0],
        ["-created_at", "2026-01-01T00:00:00", "0" * 27, 0, 0],
        ["-created_at", 7, "0" * 27, 0, 0],
        ["-created_at", "2026-01-01T00:00:00+00:00", "short", 0, 0],
        ["-created_at", "2026-01-01T00:00:00+00:00", "0" * 27, -1, 0],
        ["-created_at", "2026-01-01T00:00:00+00:00", "0" * 27, 10**30, 0],
        ["-created_at", "2026-01-01T00:00:00+00:00", "0" * 27, True, 0],
        {"a": 1},
        None,
    ],
)
def test_a_broken_cursor_is_refused_with_a_sentence(fields: object) -> None:
    text = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")
    with pytest.raises(InvalidInput, match="not valid any more"):
        Cursor.decode(text, "-created_at")


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_no_text_at_all_breaks_the_reader_of_cursors(text: str) -> None:
    for sort in SORTS:
        with pytest.raises(InvalidInput):
            Cursor.decode(text, sort)


@pytest.mark.parametrize("size", [2**63, -1, 1.5, True, "1", None])
def test_a_size_that_the_column_cannot_hold_is_refused(size: object) -> None:
    text = base64.urlsafe_b64encode(json.dumps(["file_size", size, "0" * 27, 0, 0]).encode()).decode()
    with pytest.raises(InvalidInput):
        Cursor.decode(text, "file_size")
