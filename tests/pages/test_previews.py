"""What pages say of previews: there, on their way, or impossible, and to whom why."""

import pytest
from django.test import Client

from assets.models import Asset, Preview, PreviewStatus
from promptrails.workspaces.models import User, Workspace
from tests.factories import make_asset
from tests.people import signed_in

pytestmark = pytest.mark.django_db
LIST = "/w/acme/assets/"


@pytest.fixture
def client(mel: User) -> Client:
    return signed_in(mel)


def finish(asset: Asset, **made: object) -> Asset:
    status = PreviewStatus.FAILED if "reason" in made else PreviewStatus.READY
    Preview.objects.filter(asset=asset).update(next_attempt_at=None, **made)
    Asset.objects.filter(pk=asset.pk).update(preview_status=status)
    return asset


def body_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("layout", ["grid", "table"])
def test_a_picture_stands_for_its_asset_and_the_original_is_not_loaded(
    client: Client, acme: Workspace, layout: str
) -> None:
    asset = finish(make_asset(acme), picture_key="assets/x/preview-1.webp")
    body = body_of(client, f"{LIST}?layout={layout}")
    assert '<img src="http' in body
    assert "/preview-1.webp?" in body
    assert f'src="{asset.storage_key}' not in body
    assert "response-cache-control=private" in body


def test_what_is_on_its_way_is_asked_for_until_it_has_come(client: Client, acme: Workspace) -> None:
    coming, there = make_asset(acme), make_asset(acme)
    body = body_of(client, f"{LIST}?type=image")
    assert f"id={coming.id}" in body
    assert "The preview is being made" in body
    assert "<img" not in body.partition('id="results"')[2].partition("lightbox")[0]
    finish(there, picture_key="assets/x/preview-2.webp")
    query = f"cards/?id={coming.id}&id={there.id}&tries=1&list=type%3Dimage"
    answer = body_of(client, LIST + query)
    assert f'id="a-{there.id}"' in answer
    assert f'id="a-{coming.id}"' not in answer
    assert f"{there.id}/?type=image" in answer  # the way back to the very list
    assert f"id={coming.id}" in answer
    assert f"id={there.id}" not in answer
    finish(coming, picture_key="assets/x/preview-3.webp")
    assert "hx-get" not in body_of(client, LIST + query)


def test_asking_ends_after_many_tries_and_for_nonsense(
    client: Client, acme: Workspace, other: Workspace
) -> None:
    mine, theirs = make_asset(acme), make_asset(other)
    for query in (
        f"id={mine.id}&tries=30", f"id={mine.id}&tries=-1",
        f"id={mine.id}&tries={'9' * 5000}", f"id={mine.id}",
        f"id={theirs.id}&tries=1", "id=short&tries=1", "id=%00&tries=1", "tries=1",
    ):  # fmt: skip
        answer = body_of(client, f"{LIST}cards/?{query}")
        assert "hx-get" not in answer
        assert theirs.id not in answer


def test_why_there_is_no_preview_is_for_admins(client: Client, acme: Workspace, ada: User) -> None:
    asset = finish(make_asset(acme), reason="It is broken <b>here</b>.")
    assert "No preview" in body_of(client, LIST)
    page = f"{LIST}{asset.id}/"
    assert "No preview could be made." in body_of(client, page)
    assert "It is broken" not in body_of(client, page)
    assert "It is broken &lt;b&gt;here&lt;/b&gt;." in body_of(signed_in(ada), page)
    assert f"{asset.id}/download/" in body_of(client, page)


@pytest.mark.parametrize(
    ("content_type", "codec"),
    [
        ("image/tiff", ""), ("image/svg+xml", ""), ("video/x-matroska", "h264"),
        ("video/mp4", "hevc"), ("video/quicktime", "prores"), ("audio/mp4", "alac"),
    ],
)  # fmt: skip
def test_what_no_browser_shows_has_a_picture_and_a_download(
    client: Client, acme: Workspace, content_type: str, codec: str
) -> None:
    kind = content_type.partition("/")[0]
    asset = make_asset(acme, type=kind, content_type=content_type)
    finish(asset, picture_key="assets/x/preview-1.webp", details={f"{kind}_codec": codec} if codec else {})
    assert "data-look" not in body_of(client, LIST)
    body = body_of(client, f"{LIST}{asset.id}/")
    stage = body.partition('class="stage')[2].partition('class="beside"')[0]
    named = f"{content_type} ({codec})" if codec else content_type
    assert f"<p>{named} is not shown in the browser; this is a preview." in stage
    assert "/preview-1.webp?" in stage
    assert asset.storage_key not in stage
    assert "Download it" in stage


def test_a_waveform_is_drawn_in_few_bytes(client: Client, acme: Workspace) -> None:
    asset = make_asset(acme, type="audio", duration=12.0)
    finish(asset, peaks=bytes(range(100)) * 4)
    body = body_of(client, LIST)
    assert body.count("v100") + body.count("v99") > 0
    assert len(body.partition('class="wave"')[2].partition("</svg>")[0]) < 1000
    assert 'type="range" min="0" max="12.0" step="0.1"' in body_of(client, f"{LIST}{asset.id}/")


def test_an_assets_own_page_asks_for_its_preview_until_it_has_come(client: Client, acme: Workspace) -> None:
    asset = make_asset(acme, type="audio", content_type="audio/wav", duration=12.0)
    page = f"{LIST}{asset.id}/?type=audio"
    assert f"{asset.id}/?type=audio&amp;tries=1" in body_of(client, page)
    asked = {"HX-Request": "true"}
    assert "tries=6" in client.get(f"{page}&tries=5", headers=asked).content.decode()
    for nonsense in ("30", "-1", "x"):
        assert "hx-get" not in client.get(f"{page}&tries={nonsense}", headers=asked).content.decode()
    finish(asset, peaks=bytes(range(100)) * 4)
    answer = client.get(f"{page}&tries=5", headers=asked).content.decode()
    assert "hx-get" not in answer
    assert 'id="stage"' in answer
    assert "<html" in body_of(client, f"{page}&tries=5")  # whoever opens the address sees the page


@pytest.mark.parametrize(("codec", "said"), [("ac3", True), ("aac", False)])
def test_a_film_that_would_be_silent_says_so(client: Client, acme: Workspace, codec: str, said: bool) -> None:
    asset = make_asset(acme, type="video", content_type="video/mp4")
    finish(asset, details={"video_codec": "h264", "audio_codec": codec})
    body = body_of(client, f"{LIST}{asset.id}/")
    assert "<video" in body
    assert (f"Its sound ({codec}) is not heard in the browser." in body) is said
