"""On 200,000 rows every list is answered by an index: no table scan, no sort of the set, no OFFSET."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from assets.filters import AssetFilter
from assets.management.commands.generate_assets import RARE_WORD, generate
from assets.models import Asset
from assets.pagination import SORTS, cursor_at
from promptrails.workspaces import keys
from promptrails.workspaces.models import Role, User, Workspace
from tests.people import make_user, signed_in

ROWS = 200_000
MOST_ROWS = 25_000  # what a step of a page may touch; a scan or a sort of the set touches all
pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.xdist_group("scale")]


@pytest.fixture(scope="module")
def large(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Workspace]:
    """A workspace of many rows, shared by the tests of this file and gone after them."""
    with django_db_blocker.unblock():
        workspace = Workspace.objects.create(slug="large", name="Large")
        for _ in generate(workspace, ROWS):
            pass
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield workspace
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE assets_asset CASCADE")
        workspace.delete()


@pytest.fixture
def owner(large: Workspace) -> User:
    return make_user("owner@example.com", large, Role.OWNER)


def plan_nodes(sql: str) -> Iterator[dict[str, Any]]:
    """Every node of the plan that PostgreSQL took, with the rows that it really touched."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql)
        (plan,) = cursor.fetchone() or ([],)
    waiting = [(json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.get("Plans", [])


def touched(node: dict[str, Any]) -> float:
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return (node["Actual Rows"] + removed) * node["Actual Loops"]


def check_plans(workspace: Workspace, query: dict[str, str], at: Asset | None = None) -> None:
    asset_filter = AssetFilter(workspace, query)
    cursor = cursor_at(at, asset_filter.order, 50_000) if at else None
    with CaptureQueriesContext(
        connection,
    ) as queries:
        asset_filter.page(cursor)
    statements = [q["sql"] for q in queries if "assets_" in q["sql"]]
    assert statements
    for sql in statements:
        assert " OFFSET " not in sql
        for node in plan_nodes(sql):
            on_assets = node.get("Relation Name") == "assets_asset"
            assert not (on_assets and "Seq Scan" in node["Node Type"]), f"a scan of the table: {sql}"
            assert touched(node) <= MOST_ROWS, f"{node['Node Type']} touches {touched(node):,.0f} rows: {sql}"


FILTERS: dict[str, dict[str, str]] = {
    "nothing": {},
    "a type": {"type": "audio"},
    "a provider": {"provider": "openai"},
    "a rare provider": {"provider": "playht"},
    "a model": {"model": "flux-dev"},
    "an agent": {"agent_id": "agt_0007"},
    "an execution": {"execution_id": "exec_00001000"},
    "type and provider": {"type": "image", "provider": "fal"},
    "type and provider that never meet": {"type": "audio", "provider": "fal"},
    "provider and agent": {"provider": "google", "agent_id": "agt_0002"},
    "an orientation": {"orientation": "portrait"},
    "an orientation that is rare": {"orientation": "square", "type": "video"},
    "a duration": {"min_duration": "30"},
    "a duration that nothing has": {"min_duration": "100000"},
    "dates": {"created_after": "2026-01-01", "created_before": "2026-02-01"},
    "a common word": {"q": "sunmor"},
    "a rare word": {"q": RARE_WORD},
    "an absent word": {"q": "qqqqqq"},
    "a common and a rare word": {"q": f"sunmor {RARE_WORD}"},
    "a prefix": {"q": "sunm"},
    "a rare word of a provider": {"q": RARE_WORD, "provider": "fal"},
    **{f"sorted by {sort}": {"sort": sort} for sort in SORTS},
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_list_is_answered_by_an_index(large: Workspace, name: str) -> None:
    check_plans(large, FILTERS[name])


@pytest.mark.parametrize("query", [{}, {"type": "image"}, {"sort": "-file_size"}, {"sort": "file_name"}])
def test_page_1000_costs_what_the_first_costs(large: Workspace, query: dict[str, str]) -> None:
    order = query.get("sort", "-created_at")
    deep = Asset.objects.in_workspace(large).order_by(order)[50_000]
    check_plans(large, query, at=deep)


@pytest.mark.parametrize(
    "query",
    ["", "?type=audio&provider=openai", "?created_after=2026-01-01&agent_id=agt_0002", "?sort=file_name"],
)
def test_the_list_page_asks_at_most_eight_queries(large: Workspace, owner: User, query: str) -> None:
    client = signed_in(owner)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/w/large/assets/{query}").status_code == 200
    assert len(queries) <= 8, "\n".join(q["sql"][:150] for q in queries)


def test_a_numbered_page_reads_what_is_ahead_of_it_from_an_index_alone(large: Workspace) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = AssetFilter(large, {"type": "image"}).numbered_page(500, 20)
    assert (page.slice.position, len(page.slice.assets)) == (499 * 20, 20)
    skipping = [q["sql"] for q in queries if " OFFSET " in q["sql"]]
    assert len(skipping) == 1
    for q in queries:
        for node in plan_nodes(q["sql"]):
            if node.get("Relation Name") == "assets_asset":
                index_alone = node["Node Type"] == "Index Only Scan" and q["sql"] in skipping
                assert index_alone or touched(node) <= 21, f"{node['Node Type']}: {q['sql']}"


@pytest.mark.parametrize(
    "query", ["", "?type=audio&provider=openai", "?page=500&limit=100", "?sort=file_name"]
)
def test_a_list_of_the_api_asks_at_most_four_queries(large: Workspace, query: str) -> None:
    _, key = keys.issue(large, name="test", scopes=["assets:read"])
    client = Client(headers={"X-API-Key": key})
    assert client.get("/api/v1/assets").status_code == 200  # notes the key's first use
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/api/v1/assets{query}").status_code == 200
    assert len(queries) <= 4, [q["sql"][:100] for q in queries]


def test_the_tallies_agree_with_the_rows(large: Workspace) -> None:
    counted: dict[str, int] = {}
    for type, provider, model in Asset.objects.in_workspace(large).values_list("type", "provider", "model"):
        counted[f"{type}/{provider}/{model}"] = counted.get(f"{type}/{provider}/{model}", 0) + 1
    groups = AssetFilter(large, {}).tallies.groups
    assert {f"{g.type}/{g.provider}/{g.model}": g.assets for g in groups} == counted
