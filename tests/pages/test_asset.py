"""One asset: what its page says, the ways out, and deleting it."""

import html
import re
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from assets import storage
from assets.errors import StorageUnavailable
from assets.models import Activity, Asset, Removal
from promptrails.workspaces.models import User, Workspace
from tests.factories import NOON, make_asset, png, store_asset
from tests.people import signed_in

DELETIONS = Activity.objects.filter(action="asset.deleted")
pytestmark = pytest.mark.django_db


@pytest.fixture
def member(mel: User) -> Client:
    return signed_in(mel)


@pytest.fixture
def owner(ada: User) -> Client:
    return signed_in(ada)


def page(asset: Asset, name: str = "") -> str:
    return f"/w/acme/assets/{asset.id}/{name}"


def fetch(url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


def test_its_page_says_where_it_came_from(member: Client, acme: Workspace) -> None:
    asset = make_asset(
        acme, model="flux", prompt="a gull over the sea", agent_id="agt_1", execution_id="exec_1",
        width=640, height=480, metadata={"seed": 7, "nested": {"steps": 30}},
    )  # fmt: skip
    sibling = make_asset(acme, type="audio", execution_id="exec_1", duration=62.0)
    body = html.unescape(member.get(page(asset)).content.decode())
    for shown in (
        "a gull over the sea",
        "640 × 480",
        "?agent_id=agt_1",
        "?execution_id=exec_1",
        "?model=flux",
        '"steps": 30',
    ):
        assert shown in body, shown
    assert sibling.file_name in body
    assert "1:02" in body
    assert "Delete" not in re.sub(r"<script.*?</script>", "", body), "a plain member is offered no delete"


def test_previous_and_next_follow_the_list_one_came_from(member: Client, acme: Workspace) -> None:
    audio = [make_asset(acme, type="audio", created_at=NOON - timedelta(minutes=n)) for n in (1, 3, 5)]
    images = [make_asset(acme, created_at=NOON - timedelta(minutes=n)) for n in (2, 4)]
    body = member.get(page(audio[1]) + "?type=audio").content.decode()
    assert f'rel="prev" href="{page(audio[0])}?type=audio"' in body
    assert f'rel="next" href="{page(audio[2])}?type=audio"' in body
    body = member.get(page(audio[1])).content.decode()
    assert f'rel="prev" href="{page(images[0])}"' in body


def test_media_play_from_a_signed_url_in_parts(member: Client, acme: Workspace) -> None:
    asset = store_asset(acme, png(64, 64))
    (url,) = re.findall(r'<img src="([^"]+)"', member.get(page(asset)).content.decode())[:1]
    status, body, headers = fetch(html.unescape(url), Range="bytes=0-7")
    assert (status, body) == (206, b"\x89PNG\r\n\x1a\n")
    assert headers["Content-Type"] == "image/png"


def test_an_unsigned_or_altered_url_is_refused_by_storage(member: Client, acme: Workspace) -> None:
    asset = store_asset(acme)
    url = member.get(page(asset, "download/")).headers["Location"]
    assert fetch(url)[0] == 200
    assert fetch(url.partition("?")[0])[0] == 403
    assert fetch(url[:-1] + ("0" if url[-1] != "0" else "1"))[0] == 403
    assert fetch(url.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"))[0] == 403


@pytest.mark.parametrize(
    "name", ["plain.png", "日本語の灯台.png", "موسيقى.png", 'quote".png', "🎈 balloon.png"]
)
def test_a_download_carries_the_right_name_in_any_script(member: Client, acme: Workspace, name: str) -> None:
    asset = store_asset(acme, file_name=name)
    response = member.get(page(asset, "download/"))
    assert response.status_code == 302
    assert "no-store" in response.headers["Cache-Control"]
    disposition = fetch(response.headers["Location"])[2]["Content-Disposition"]
    assert disposition.startswith("attachment")
    encoded = re.search(r"filename\*=UTF-8''(\S+)", disposition)
    plain = re.search(r'filename="([^"]*)"', disposition)
    shown = urllib.request.unquote(encoded[1]) if encoded else plain and plain[1]  # type: ignore[attr-defined]
    assert shown == name.replace('"', "_")


def test_what_could_carry_script_is_never_shown_inline(member: Client, acme: Workspace) -> None:
    asset = make_asset(acme, content_type="image/svg+xml", file_name="logo.svg")
    body = member.get(page(asset)).content.decode()
    assert "is not shown in the browser" in body
    url = member.get(page(asset, "download/")).headers["Location"]
    assert "response-content-disposition=attachment" in url
    assert "svg" not in url.partition("response-content-type=")[2].partition("&")[0]


REFUSED = ("604801", "0", "-1", "soon", "9" * 50, "٣", "")


@pytest.mark.parametrize(
    ("seconds", "status"), [("900", 200), ("604800", 200), *((text, 400) for text in REFUSED)]
)
def test_a_link_lives_as_long_as_one_says(member: Client, acme: Workspace, seconds: str, status: int) -> None:
    response = member.get(page(make_asset(acme), "link/"), {"expires_in": seconds})
    assert response.status_code == status
    assert ("X-Amz-Expires=" + seconds in html.unescape(response.content.decode())) is (status == 200)


def test_deleting_asks_first_and_then_file_and_record_are_gone(
    owner: Client, ada: User, acme: Workspace
) -> None:
    asset = store_asset(acme)
    question = owner.get(page(asset, "delete/?type=image")).content.decode()
    assert "This cannot be undone." in question
    assert "Delete this image" in question
    assert Asset.objects.filter(id=asset.id).exists()
    response = owner.post(page(asset, "delete/?type=image"))
    assert (response.status_code, response.headers["Location"]) == (302, "/w/acme/assets/?type=image")
    assert storage.head(asset.storage_key) is None
    assert DELETIONS.get().actor == ada
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "“picture.png” was deleted, the file and its record."
    ]


def test_a_delete_while_storage_is_away_says_so_and_completes_later(
    owner: Client, acme: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = store_asset(acme)

    def fail(keys: list[str], reasons: dict[str, str], seconds: float) -> list[str]:
        raise StorageUnavailable("Storage does not answer.")

    monkeypatch.setattr(storage, "remove", fail)
    response = owner.post(page(asset, "delete/"), follow=True)
    assert "will be removed as soon as it does" in response.content.decode()
    assert not Asset.objects.filter(id=asset.id).exists()
    assert Removal.objects.get().storage_key == asset.storage_key


def test_a_deleted_asset_in_an_old_tab_is_a_404_with_a_sentence(owner: Client, acme: Workspace) -> None:
    asset = store_asset(acme)
    owner.post(page(asset, "delete/"))
    for name in ("", "download/", "link/", "delete/"):
        response = owner.get(page(asset, name))
        assert response.status_code == 404
        assert "may have been deleted" in response.content.decode()
    assert owner.post(page(asset, "delete/")).status_code == 404


def test_a_delete_needs_its_token(ada: User, acme: Workspace) -> None:
    asset = make_asset(acme)
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(page(asset, "delete/")).status_code == 403
    assert Asset.objects.filter(id=asset.id).exists()


def test_reading_never_writes(owner: Client, acme: Workspace) -> None:
    asset = make_asset(acme)
    for name in ("", "download/", "link/", "delete/"):
        owner.get(page(asset, name))
    assert Asset.objects.filter(id=asset.id).exists()
    assert not DELETIONS.exists()
