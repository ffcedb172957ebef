"""The list as a member meets it, over HTTP."""

import re
from typing import Any
from urllib.parse import urljoin

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from promptrails.workspaces.models import User, Workspace
from tests.factories import make_asset, make_assets
from tests.people import signed_in

pytestmark = pytest.mark.django_db
LIST, SERVER = "/w/acme/assets/", "http://testserver"


@pytest.fixture
def client(mel: User) -> Client:
    return signed_in(mel)


def names(body: str) -> list[str]:
    return re.findall(r'class="name" href="[^"]+">([^<]+)<', body)


def get(client: Client, query: str = "", status: int = 200, target: str = "") -> str:
    """The page; `target` is the element that htmx asks for."""
    headers = {"HX-Request": "true", "HX-Target": target} if target else {}
    response = client.get(LIST + query, headers=headers)
    assert response.status_code == status
    return response.content.decode()


def test_a_member_sees_the_workspaces_assets_newest_first(client: Client, acme: Workspace) -> None:
    assets = make_assets(acme, 3, model="flux", file_size=2_400_000)
    body = get(client)
    assert names(body) == [asset.file_name for asset in assets]
    assert "2.4 MB" in body
    assert "12 Mar 2026, 12:00:00 UTC" in body
    assert "1–3 of 3" in body


def test_each_filter_narrows_and_is_a_chip_that_takes_it_off(client: Client, acme: Workspace) -> None:
    wanted = make_asset(
        acme,
        type="audio",
        duration=12.5,
        width=2,
        height=3,
        provider="elevenlabs",
        model="v3",
        agent_id="agt_1",
        execution_id="exec_1",
        prompt="gull",
    )
    make_asset(acme)
    for query in (
        "min_duration=12.5", "orientation=portrait",
        "type=audio", "provider=elevenlabs", "model=v3", "agent_id=agt_1", "execution_id=exec_1", "q=gull",
        "created_after=2026-03-12&created_before=2026-03-12&type=audio",
    ):  # fmt: skip
        body = get(client, f"?{query}")
        assert names(body) == [wanted.file_name], query
        assert 'class="chip"' in body
    assert f'href="{LIST}?provider=elevenlabs"' in get(client, "?type=audio&provider=elevenlabs")


def test_a_date_alone_means_that_whole_day(client: Client, acme: Workspace) -> None:
    make_asset(acme)
    assert len(names(get(client, "?created_after=2026-03-12&created_before=2026-03-12"))) == 1
    assert names(get(client, "?created_after=2026-03-13")) == []
    assert names(get(client, "?created_before=2026-03-11")) == []


def test_segments_count_what_the_other_filters_leave(client: Client, acme: Workspace) -> None:
    make_assets(acme, 4, provider="fal")
    make_assets(acme, 2, type="audio", provider="openai")
    body = get(client, "?provider=fal&type=image")
    counts = re.findall(r'<a id="type-(\w+)"[^>]*>[^<]+<span class="count">([\d,]+)', body)
    assert dict(counts) == {"all": "4", "image": "4", "audio": "0", "video": "0"}


def test_older_and_newer_pages_and_the_way_back_from_an_asset(client: Client, acme: Workspace) -> None:
    assets = make_assets(acme, 120)
    first = get(client)
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = client.get(older.replace("&amp;", "&")).content.decode()
    assert names(second) == [asset.file_name for asset in assets[50:100]]
    assert "51–100 of 120" in second
    (newer,) = re.findall(r'rel="prev" href="([^"]+)"', second)
    assert names(client.get(newer).content.decode()) == names(first)
    detail = re.findall(r'class="name" href="([^"]+)"', second)[0]
    opened = client.get(detail.replace("&amp;", "&")).content.decode()
    assert f'href="{older}"' in opened


def test_htmx_gets_the_results_alone(client: Client, acme: Workspace) -> None:
    make_assets(acme, 2)
    part = get(client, "?type=image", target="results")
    assert "<html" not in part
    assert len(names(part)) == 2
    assert "<html" in get(client, "?type=image", target="browser")


def test_the_layout_that_one_chose_is_remembered(client: Client, acme: Workspace) -> None:
    make_assets(acme, 1)
    assert "<table" not in get(client)
    assert "<table" in get(client, "?layout=table")
    assert "<table" in get(client)
    get(client, "?layout=grid")
    assert "<table" not in get(client)


def test_an_empty_workspace_and_no_match_are_told_apart(client: Client, acme: Workspace) -> None:
    assert "No assets yet" in get(client)
    make_assets(acme, 1)
    assert "Nothing matches" in get(client, "?type=video")


def test_an_empty_workspace_says_how_files_get_in(client: Client, ada: User) -> None:
    assert "data-upload" not in get(client)
    assert f"{SERVER}/api/v1/assets</code>" in get(client)
    assert "data-upload" in get(signed_in(ada))


def test_pages_may_talk_to_the_app_and_to_storage_alone(client: Client, settings: Any) -> None:
    policy = client.get(LIST).headers["Content-Security-Policy"]
    assert f"connect-src 'self' {urljoin(settings.STORAGE.endpoint, '/').rstrip('/')};" in f"{policy};"


def test_what_people_and_agents_wrote_is_never_markup(client: Client, acme: Workspace) -> None:
    evil = '<script>alert("x")</script>'
    asset = make_asset(
        acme, file_name=evil, provider=evil, agent_id=evil, model=evil, prompt=evil, metadata={evil: evil}
    )
    for address in (
        LIST,
        f"{LIST}?layout=table&provider={evil}",
        f"{LIST}{asset.id}/",
        f"{LIST}{asset.id}/link/",
    ):
        assert "<script>alert" not in client.get(address).content.decode()


def test_the_page_asks_the_same_queries_for_ten_assets_and_for_twenty(
    client: Client, acme: Workspace
) -> None:
    make_assets(acme, 10)
    get(client)  # the names of agents are remembered for a minute
    with CaptureQueriesContext(connection) as ten:
        get(client)
    make_assets(acme, 10)
    with CaptureQueriesContext(connection) as twenty:
        get(client)
    assert len(ten) == len(twenty) <= 8


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("type=banana", "“banana” is not a type"),
        ("type=image&sort=sideways", "“sideways” is not an order"),
        ("created_after=yesterday", "“yesterday” is not a date"),
        ("created_before=2026-02-31", "“2026-02-31” is not a date"),
        ("created_after=0001-01-01", "is not a date"),
        ("created_after=9999-12-31T23:59:59-14:00", "is not a date"),
        ("cursor=broken", "not valid any more"),
        ("cursor=%00", "not valid any more"),
        ("cursor=" + "A" * 5000, "not valid any more"),
        ("q=" + "x" * 300, "at most 200 characters"),
        ("q=" + "a+" * 60, "at most 20 words"),
        ("q=a%00b", "Null characters"),
        ("provider=" + "x" * 500, "at most 100 characters"),
        ("agent_id=%00", "Null characters"),
    ],
)
def test_an_address_that_cannot_be_is_a_400_with_a_sentence(
    client: Client, acme: Workspace, query: str, sentence: str
) -> None:
    make_asset(acme)
    assert sentence in get(client, f"?{query}", status=400)


@pytest.mark.parametrize(
    "query",
    [
        "provider=never-seen",
        "q=%ff%fe",
        "q='%22;--",
        "execution_id=%F0%9F%90%98",
        "unknown=1",
        "page=7",
        "type=",
    ],
)
def test_a_filter_that_matches_nothing_is_no_error(client: Client, acme: Workspace, query: str) -> None:
    make_asset(acme)
    get(client, f"?{query}")


def test_an_enormous_query_string_is_refused_and_harms_nothing(client: Client, acme: Workspace) -> None:
    get(client, "?" + "&".join(f"a{number}=1" for number in range(5000)), status=400)
    get(client, "?x=" + "y" * 100_000)


def test_a_cursor_of_another_order_is_refused(client: Client, acme: Workspace) -> None:
    make_assets(acme, 60)
    (older,) = re.findall(r'rel="next" href="([^"]+)"', get(client))
    assert "not valid any more" in client.get(f"{older}&sort=file_size").content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_only_reading_is_allowed(client: Client, acme: Workspace, method: str) -> None:
    assert getattr(client, method)(LIST).status_code == 405
