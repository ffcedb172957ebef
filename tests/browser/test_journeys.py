"""What members and admins do, done in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from assets import storage
from assets.models import Asset
from promptrails.workspaces.models import User, Workspace
from tests.browser.conftest import Visitor
from tests.browser.media import film, tone
from tests.factories import make_assets, png, store_asset

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def picture(acme: Workspace) -> Asset:
    return store_asset(acme, png(320, 200), file_name="灯台 lighthouse.png", width=320, height=200,
                       metadata={"model": "flux", "prompt": "a lighthouse"})  # fmt: skip


@pytest.fixture
def sound(acme: Workspace) -> Asset:
    return store_asset(acme, tone(), file_name="tone.wav", content_type="audio/wav", duration=3.0)


@pytest.fixture
def video(acme: Workspace) -> Asset:
    return store_asset(acme, film(), file_name="bar.webm", content_type="video/webm", width=320, height=180)


def test_a_member_signs_in_filters_and_opens_an_asset(
    visitor: Visitor, mel: User, picture: Asset, sound: Asset
) -> None:
    page = visitor.sign_in(mel)
    expect(page.locator(".card")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("lightho")
    expect(page.locator(".card")).to_have_count(1)
    assert "q=lightho" in page.url
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.reload()
    expect(page.locator(".card")).to_have_count(1)
    page.locator("a.name").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("灯台 lighthouse.png")
    assert (
        page.locator(".stage img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 320
    )


def test_choosing_a_type_and_taking_the_chip_off_keep_the_address_true(
    visitor: Visitor, mel: User, picture: Asset, sound: Asset
) -> None:
    page = visitor.sign_in(mel)
    page.locator("#type-audio").click()
    expect(page.locator(".card .name")).to_have_text(["tone.wav"])
    assert "type=audio" in page.url
    page.get_by_label(re.compile("Remove the filter Type")).click()
    expect(page.locator(".card")).to_have_count(2)
    assert "type=audio" not in page.url
    page.go_back()
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_label("Provider").select_option("fal")
    page.wait_for_url("**provider=fal**")
    assert "type=audio" in page.url


def test_audio_and_video_play_and_seek(visitor: Visitor, mel: User, sound: Asset, video: Asset) -> None:
    visitor.sign_in(mel)
    for asset, tag in ((sound, "audio"), (video, "video")):
        page = visitor.open(f"/w/acme/assets/{asset.id}/")
        player = page.locator(f".stage {tag}")
        player.evaluate("player => { player.muted = true; return player.play(); }")
        page.wait_for_function("tag => document.querySelector(`.stage ${tag}`).currentTime > 0.3", arg=tag)
        player.evaluate("player => new Promise(done => { player.onseeked = done; player.currentTime = 2; })")
        page.wait_for_function("tag => document.querySelector(`.stage ${tag}`).currentTime >= 2", arg=tag)
        assert player.evaluate("player => player.error") is None


def test_audio_plays_in_the_list_one_at_a_time(visitor: Visitor, mel: User, acme: Workspace) -> None:
    for name in ("one.wav", "two.wav"):
        store_asset(acme, tone(), file_name=name, content_type="audio/wav", duration=3.0)
    page = visitor.sign_in(mel)
    sounding = "!audio.paused && audio.currentTime > 0.1"
    playing = f"[...document.querySelectorAll('audio')].filter(audio => {sounding}).map(audio => audio.src)"
    page.get_by_role("button", name="Play one.wav").click()
    page.wait_for_function(f"() => {playing}.length === 1")
    first = page.evaluate(playing)
    page.get_by_role("button", name="Play two.wav").click()
    page.wait_for_function(
        f"([first]) => {{ const now = {playing}; return now.length === 1 && now[0] !== first; }}", arg=first
    )


def test_a_download_arrives_under_its_own_name(
    visitor: Visitor, mel: User, picture: Asset, tmp_path: Path
) -> None:
    visitor.sign_in(mel)
    page = visitor.open(f"/w/acme/assets/{picture.id}/")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download", exact=True).first.click()
    assert waiting.value.suggested_filename == "灯台 lighthouse.png"
    waiting.value.save_as(tmp_path / "file")
    assert (tmp_path / "file").stat().st_size == picture.file_size


def test_a_link_is_copied_with_the_lifetime_one_chose(visitor: Visitor, mel: User, picture: Asset) -> None:
    visitor.sign_in(mel)
    page = visitor.open(f"/w/acme/assets/{picture.id}/")
    page.locator("select[name=expires_in]").select_option("900")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#link")).to_contain_text("UTC")
    page.wait_for_function(
        "() => navigator.clipboard.readText().then(text => text.includes('X-Amz-Expires=900'))"
    )


def test_an_admin_deletes_after_a_question_and_can_think_better_of_it(
    visitor: Visitor, ada: User, picture: Asset
) -> None:
    visitor.sign_in(ada)
    page = visitor.open(f"/w/acme/assets/{picture.id}/?type=image")
    page.get_by_role("link", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("This cannot be undone.")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert storage.head(picture.storage_key)
    page.get_by_role("link", name="Delete").click()
    dialog.get_by_role("button", name="Delete this image").click()
    page.wait_for_url("**/assets/?type=image")
    expect(page.get_by_role("status").first).to_contain_text("was deleted")
    assert storage.head(picture.storage_key) is None
    assert not Asset.objects.exists()


def test_arrow_keys_walk_through_the_list_one_came_from(visitor: Visitor, mel: User, acme: Workspace) -> None:
    assets = make_assets(acme, 3)
    visitor.sign_in(mel)
    page = visitor.open(f"/w/acme/assets/{assets[0].id}/?type=image")
    for asset in assets[1:]:
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**/{asset.id}/?type=image")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/{assets[1].id}/?type=image")
    page.keyboard.press("Escape")
    page.wait_for_url("**/assets/?type=image")


def test_media_that_storage_does_not_give_say_so(visitor: Visitor, mel: User, acme: Workspace) -> None:
    make_assets(acme, 2, preview_status="ready")  # records without objects
    page = visitor.sign_in(mel)
    expect(page.locator(".failed")).to_have_count(2)
    expect(page.locator(".failed").first).to_contain_text("cannot be shown")


def test_everything_that_matters_works_without_scripts(
    without_scripts: Visitor, ada: User, picture: Asset, sound: Asset
) -> None:
    page = without_scripts.sign_in(ada)
    page.get_by_role("searchbox").fill("lighthouse")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_role("link", name="Table").click()
    page.locator("a.name").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_label(re.compile("^Link to"))).to_have_value(re.compile("X-Amz-Signature="))
    page.go_back()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete this image").click()
    expect(page.get_by_role("status").first).to_contain_text("was deleted")
    assert storage.head(picture.storage_key) is None
