"""The storage page: its numbers are those of the assets, its charts are those numbers."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assets.models import Asset, MonthTally, Reconciliation, Removal
from promptrails.workspaces.models import User, Workspace
from tests.factories import make_asset, make_assets
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PATH = "/w/acme/storage/"


@pytest.fixture
def owner(ada: User) -> Client:
    return signed_in(ada)


def page(client: Client) -> str:
    response = client.get(PATH)
    assert response.status_code == 200
    return response.content.decode()


def rows(html: str, heading: str) -> list[list[str]]:
    """The cells of the table in the section of this heading."""
    section = html.split(f">{heading}</h2>")[1].split("</section>")[0]
    lines = section.split("<tbody>")[1].split("<tr")[1:]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.DOTALL) for line in lines]
    return [[re.sub("<[^>]+>", "", cell) for cell in line] for line in cells]


def test_files_and_bytes_by_type_provider_model_and_agent(
    owner: Client, acme: Workspace, other: Workspace
) -> None:
    make_assets(acme, 3, provider="replicate", model="flux", agent_id="agt_1", file_size=3000)
    make_assets(acme, 2, type="audio", provider="openai", model="", agent_id="", file_size=500)
    make_assets(other, 5, provider="secretive", file_size=10**9)
    html = page(owner)
    assert rows(html, "Types") == [["Image", "3", "9.0 kB", "90%"], ["Audio", "2", "1.0 kB", "10%"]]
    assert rows(html, "Providers")[0] == ["replicate", "3", "9.0 kB", "90%"]
    assert rows(html, "Models") == [["flux", "3", "9.0 kB", "90%"], ["None named", "2", "1.0 kB", "10%"]]
    assert rows(html, "Agents")[0] == ["agt_1", "3", "9.0 kB", "90%"]
    assert "<b>10.0 kB</b> in <b>5</b> files" in html
    assert "secretive" not in html
    assert 'width="100.00%"' in html
    assert 'width="11.11%"' in html, "the shorter bar is a ninth of the longest"


@pytest.mark.parametrize(("count", "words"), [(1, "<b>1</b> file,"), (1200, "<b>1,200</b> files,")])
def test_the_number_of_files_reads_well(owner: Client, acme: Workspace, count: int, words: str) -> None:
    make_assets(acme, count)
    assert words in page(owner)


def test_many_values_end_in_all_others(owner: Client, acme: Workspace) -> None:
    for number in range(12):
        make_asset(acme, provider=f"p{number:02}", file_size=1000)
    lines = rows(page(owner), "Providers")
    assert len(lines) == 8
    assert lines[-1] == ["All others", "5", "5.0 kB", "42%"]


def test_months_are_those_of_creation_with_their_gaps(owner: Client, acme: Workspace) -> None:
    make_asset(acme, created_at=datetime(2026, 1, 31, 23, 59, tzinfo=UTC), file_size=1000)
    make_asset(acme, created_at=datetime(2026, 4, 1, tzinfo=UTC), type="video", file_size=3000)
    assert rows(page(owner), "Growth") == [
        ["Apr 2026", "1", "3.0 kB", "4.0 kB"],
        ["Mar 2026", "0", "0 B", "1.0 kB"],
        ["Feb 2026", "0", "0 B", "1.0 kB"],
        ["Jan 2026", "1", "1.0 kB", "1.0 kB"],
    ]


def test_a_month_links_to_exactly_its_assets(owner: Client, acme: Workspace) -> None:
    inside = make_asset(acme, created_at=datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC))
    outside = make_asset(acme, created_at=datetime(2026, 2, 1, tzinfo=UTC))
    link = re.search(r'href="([^"]*created_after=2026-01-01[^"]*)"', page(owner))
    assert link
    html = owner.get(link[1].replace("&amp;", "&")).content.decode()
    assert inside.id in html
    assert outside.id not in html


def test_only_two_years_are_drawn_and_the_total_counts_what_came_before(
    owner: Client, acme: Workspace
) -> None:
    make_asset(acme, created_at=datetime(2020, 1, 1, tzinfo=UTC), file_size=1000)
    make_asset(acme, created_at=datetime(2026, 4, 1, tzinfo=UTC), file_size=1000)
    lines = rows(page(owner), "Growth")
    assert len(lines) == 24
    assert lines[0][-1] == "2.0 kB"
    assert lines[-1] == ["May 2024", "0", "0 B", "1.0 kB"]


def test_month_tallies_follow_changes_and_deletions(acme: Workspace) -> None:
    first = make_asset(acme, created_at=datetime(2026, 1, 5, tzinfo=UTC), file_size=1000)
    make_asset(acme, created_at=datetime(2026, 1, 6, tzinfo=UTC), file_size=10)
    Asset.objects.filter(pk=first.pk).update(created_at=datetime(2026, 2, 5, tzinfo=UTC), file_size=7)
    told = MonthTally.objects.filter(workspace=acme, assets__gt=0).order_by("month")
    assert [(row.month.month, row.assets, row.bytes) for row in told] == [(1, 1, 10), (2, 1, 7)]
    Asset.objects.in_workspace(acme).delete()
    assert not MonthTally.objects.filter(workspace=acme).exclude(assets=0, bytes=0).exists()


def test_the_largest_files_come_first(owner: Client, acme: Workspace) -> None:
    for size in (5, 5_000_000, 300):
        make_asset(acme, file_name=f"of-{size}.png", file_size=size)
    names = [line[0] for line in rows(page(owner), "Largest files")]
    assert names == ["of-5000000.png", "of-300.png", "of-5.png"]


def test_admins_see_why_an_object_is_still_there_and_users_do_not(
    owner: Client, acme: Workspace, other: Workspace, mel: User
) -> None:
    for place, key in ((acme, "assets/a/b/original"), (other, "assets/theirs")):
        why = "Object is WORM protected <b>" if place is acme else "another's"
        Removal.objects.create(
            workspace=place, asset_id="2" * 27, storage_key=key, attempts=3, last_error=why
        )
    html = page(owner)
    assert "Object is WORM protected &lt;b&gt;" in html
    assert "1 deleted file still lies" in html
    assert "theirs" not in html
    assert "WORM" not in page(signed_in(mel))


def test_it_says_when_storage_and_records_last_agreed(owner: Client) -> None:
    assert "have not been compared yet" in page(owner)
    facts = {"seconds": 1, "objects_seen": 4, "records_seen": 4}
    Reconciliation.objects.create(at=datetime(2026, 5, 1, 3, 17, tzinfo=UTC), **facts)
    assert "1 May 2026, 03:17:00 UTC): every record has its file" in page(owner)
    Reconciliation.objects.create(at=timezone.now() - timedelta(hours=1), faults={"missing": 2}, **facts)
    html = page(owner)
    assert "they differ" in html
    assert "They last agreed on 1 May 2026, 03:17:00 UTC" in html


def test_an_empty_workspace_says_so(owner: Client) -> None:
    assert "Nothing is stored yet" in page(owner)
