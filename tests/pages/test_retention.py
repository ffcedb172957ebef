"""The retention page, the list's announcements, and the Keep button."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from assets import retention
from assets.models import Activity, Asset, RetentionRule
from promptrails.workspaces.models import User, Workspace
from tests.factories import make_asset, make_assets
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PATH = "/w/acme/retention/"


@pytest.fixture
def owner(ada: User) -> Client:
    return signed_in(ada)


def old(workspace: Workspace, count: int, days: float = 40, **fields: object) -> list[Asset]:
    return make_assets(workspace, count, created_at=timezone.now() - timedelta(days=days), **fields)


def preview(client: Client, **days: str | int) -> tuple[str, dict[str, str]]:
    """The page, and what its form would send."""
    answer = client.get(PATH, days)
    assert answer.status_code == 200
    said = answer.content.decode()
    form = said.split('method="post" action="/w/acme/retention/"')[-1]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    return said, {name: html.unescape(value) for name, value in fields.items()}


def test_a_change_is_shown_before_it_is_saved_and_nothing_is_deleted_by_looking(
    owner: Client, acme: Workspace
) -> None:
    old(acme, 3, file_size=2000)
    old(acme, 1, kept=True)
    said, fields = preview(owner, image=30, audio="", video=7)
    assert "3 images, 6.0 kB" in said
    assert said.count("nothing</td>") == 1
    assert not RetentionRule.objects.exists()
    assert fields["image"] == "30"
    listed = owner.get(html.unescape(re.findall(r'<a href="([^"]+)">See them', said)[0]))
    assert listed.content.decode().count('class="name" href') == 4, "the kept one among them"
    assert owner.post(PATH, fields | {"start": "tomorrow"}).status_code == 302
    rules = retention.rules_of(acme)
    assert {kind: rule.days for kind, rule in rules.items()} == {"image": 30, "video": 7}
    assert timedelta(hours=23) < rules["image"].starts_at - timezone.now() <= timedelta(hours=24)
    retention.run_due()
    assert Asset.objects.count() == 4, "not before tomorrow"
    assert "expires in 1 day" in owner.get("/w/acme/assets/").content.decode()


def test_now_means_now(owner: Client, acme: Workspace) -> None:
    old(acme, 3)
    _, fields = preview(owner, image=30)
    owner.post(PATH, fields | {"start": "now"})
    retention.run_due()
    assert not Asset.objects.exists()


def test_many_are_confirmed_by_typing_their_number(owner: Client, acme: Workspace) -> None:
    old(acme, 26)
    said, fields = preview(owner, image=30)
    assert "Type 26 to confirm" in said
    for typed in ("", "25", "x"):
        answer = owner.post(PATH, fields | {"start": "now", "count": typed})
        assert answer.status_code == 400
        assert "Type 26 to save this. Nothing was changed." in answer.content.decode()
    assert not RetentionRule.objects.exists()
    assert owner.post(PATH, fields | {"start": "now", "count": "26"}).status_code == 302


@pytest.mark.parametrize(
    "changed",
    [{"at": ""}, {"at": "2020-01-01T00:00:00+00:00"}, {"at": "2999-01-01T00:00:00Z"}, {"start": "x"}],
)
def test_a_preview_that_is_missing_or_stale_saves_nothing(
    owner: Client, acme: Workspace, changed: dict[str, str]
) -> None:
    _, fields = preview(owner, image=30)
    answer = owner.post(PATH, fields | {"start": "now"} | changed)
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.content.decode()
    assert not RetentionRule.objects.exists()


@pytest.mark.parametrize("days", ["0", "-1", "36501", "1.5", "x", "9" * 400])
def test_days_that_make_no_rule(owner: Client, acme: Workspace, days: str) -> None:
    answer = owner.get(PATH, {"image": days})
    assert answer.status_code == 400
    assert 'class="error"' in answer.content.decode()
    assert owner.post(PATH, {"image": days, "start": "now"}).status_code == 400
    assert not RetentionRule.objects.exists()


def test_an_empty_field_ends_a_rule(owner: Client, acme: Workspace) -> None:
    RetentionRule.objects.create(workspace=acme, type="image", days=30)
    assert "Kept for 30 days now" in owner.get(PATH).content.decode()
    said, fields = preview(owner, image="", audio="", video="")
    assert "<td>30 days</td><td>for ever</td>" in said
    owner.post(PATH, fields | {"start": "tomorrow"})
    assert not RetentionRule.objects.exists()
    assert "30 days → for ever" in owner.get("/w/acme/activity/").content.decode()


@pytest.mark.parametrize(("days", "told"), [(27, "expires in 3 days"), (29.9, "expires in 2 hours"), (1, "")])
def test_the_list_announces_what_expires_within_a_week(
    owner: Client, acme: Workspace, days: float, told: str
) -> None:
    RetentionRule.objects.create(workspace=acme, type="image", days=30)
    old(acme, 1, days=days)
    for layout in ("grid", "table"):
        said = owner.get("/w/acme/assets/", {"layout": layout}).content.decode()
        assert told in said
        assert ("expires in" in said) == bool(told)


def test_an_admin_keeps_an_asset_and_lets_it_go(owner: Client, acme: Workspace, mel: User) -> None:
    RetentionRule.objects.create(workspace=acme, type="image", days=30)
    (asset,) = old(acme, 1, days=28)
    page = f"/w/acme/assets/{asset.pk}/"
    assert "Expires in 2 days" in owner.get(page).content.decode()
    kept = owner.post(f"{page}keep/", {"keep": "1"}, follow=True).content.decode()
    assert "Kept: no retention rule deletes it." in kept
    assert "Stop keeping" in kept
    seen = signed_in(mel).get(page).content.decode()
    assert "Kept: no retention" in seen
    assert "Stop keeping" not in seen
    assert ">kept<" in owner.get("/w/acme/assets/").content.decode()
    owner.post(f"{page}keep/", {"keep": "0"})
    assert not Asset.objects.get().kept
    assert Activity.objects.filter(action="asset.kept", actor_email="ada@example.com").count() == 1


def test_a_member_who_is_no_admin_sees_no_keep_button_where_there_is_no_rule(
    acme: Workspace, mel: User
) -> None:
    asset = make_asset(acme)
    said = signed_in(mel).get(f"/w/acme/assets/{asset.pk}/").content.decode()
    assert "retention" not in said.lower()
