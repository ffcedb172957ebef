"""Admins drop files on the list, or choose them; each goes straight to storage, and failures are named."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from assets import storage
from assets.models import Asset, Upload
from promptrails.workspaces.models import User, Workspace
from tests.browser.conftest import Visitor
from tests.browser.dropping import drop
from tests.browser.media import film, tone
from tests.factories import make_asset, png

pytestmark = pytest.mark.django_db(transaction=True)


def choose(page: Page, *files: Any) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("[data-upload]").first.click()
    chooser.value.set_files(list(files))


def row(page: Page, name: str) -> Locator:
    return page.locator(".uploads li").filter(has_text=name)


def test_dropped_files_become_assets_and_appear_on_the_list(
    visitor: Visitor, ada: User, acme: Workspace
) -> None:
    page = visitor.sign_in(ada)
    expect(page.get_by_role("heading", name="No assets yet")).to_be_visible()
    drop(
        page, ("灯台 & <b>.png", "image/png", png(320, 200)), ("tone.wav", "audio/wav", tone()),
        ("bar.webm", "video/webm", film()), ("four.png", "image/png", png(64, 64)),
    )  # fmt: skip
    expect(page.locator(".uploads").get_by_role("status")).to_have_text("4 uploaded")
    expect(page.locator(".card")).to_have_count(4)
    found = {asset.file_name: asset for asset in Asset.objects.all()}
    assert {name: asset.type for name, asset in found.items()} == {
        "灯台 & <b>.png": "image", "tone.wav": "audio", "bar.webm": "video", "four.png": "image",
    }  # fmt: skip
    info = storage.head(found["tone.wav"].storage_key)
    assert info
    assert (info.size, info.content_type) == (len(tone()), "audio/wav")
    assert not Upload.objects.exists()
    page.get_by_role("link", name="four.png").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("four.png")


def test_each_failure_is_named_and_can_be_tried_again(
    visitor: Visitor, ada: User, acme: Workspace, tmp_path: Path, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 100_000
    page = visitor.sign_in(ada)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "empty.png").touch()
    (tmp_path / "large.png").write_bytes(bytes(100_001))
    (tmp_path / "lies.png").write_text("<html>")
    (tmp_path / "good.png").write_bytes(png())
    choose(page, *sorted(tmp_path.iterdir()))
    expect(page.locator(".uploads").get_by_role("status")).to_have_text("1 uploaded, 4 failed")
    expect(row(page, "notes.txt")).to_contain_text("“text/plain” is neither audio, image nor video")
    expect(row(page, "empty.png")).to_contain_text("The file is empty.")
    expect(row(page, "large.png")).to_contain_text("A file may have 100,000 bytes at most.")
    expect(row(page, "lies.png")).to_contain_text("neither audio, image nor video")
    assert Asset.objects.get().file_name == "good.png"
    settings.UPLOAD_MAX_BYTES = 200_000
    page.get_by_role("button", name="Try again: large.png").click()
    expect(row(page, "large.png")).to_contain_text("neither audio, image nor video")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.locator(".uploads li")).to_have_count(0)


def test_a_wrong_ending_does_not_keep_a_picture_out(visitor: Visitor, ada: User, acme: Workspace) -> None:
    page = visitor.sign_in(ada)
    drop(page, ("photo.jpg", "image/jpeg", png()), ("sound.mka", "", tone()))
    expect(page.locator(".uploads").get_by_role("status")).to_have_text("2 uploaded")
    types = dict(Asset.objects.values_list("file_name", "content_type"))
    assert types == {"photo.jpg": "image/png", "sound.mka": "audio/wav"}
    assert not Upload.objects.exists()


def test_progress_is_shown_and_an_upload_can_be_cancelled(
    visitor: Visitor, ada: User, acme: Workspace
) -> None:
    page = visitor.sign_in(ada)
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000}
    slow.send("Network.emulateNetworkConditions", limits)
    big = png() + bytes(3_000_000)
    drop(page, ("big.png", "image/png", big), ("small.png", "image/png", png()))
    expect(row(page, "big.png").locator(".state")).to_have_text(re.compile(r"^[1-9]\d? %$"), timeout=15_000)
    assert 0 < float(row(page, "big.png").get_by_role("progressbar").evaluate("bar => bar.value")) < 1
    page.get_by_role("button", name="Cancel: big.png").click()
    expect(row(page, "big.png")).to_have_count(0)
    expect(page.locator(".uploads").get_by_role("status")).to_have_text("1 uploaded", timeout=15_000)
    assert Asset.objects.get().file_name == "small.png"
    assert Upload.objects.count() == 1  # ends by itself, and is swept


def lose_the_answer(route: Route) -> None:
    """The server does what it is asked, and the connection ends before it says so."""
    route.fetch()
    route.abort()


def test_storage_that_takes_nothing_is_named_and_the_last_step_is_not_repeated_with_bytes(
    visitor: Visitor, ada: User, acme: Workspace
) -> None:
    page = visitor.sign_in(ada)
    page.route("**/assets/*/*.png?*", lambda route: route.abort())
    drop(page, ("a.png", "image/png", png()))
    expect(row(page, "a.png")).to_contain_text("Storage did not take the file")
    page.unroute("**/assets/*/*.png?*")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.route("**/complete", lose_the_answer, times=1)
    page.get_by_role("button", name="Try again: a.png").click()
    expect(row(page, "a.png")).to_contain_text("The server cannot be reached")
    page.get_by_role("button", name="Try again: a.png").click()
    expect(row(page, "a.png")).to_contain_text("Uploaded")
    assert sent.count("PUT") == 1
    assert Asset.objects.count() == 1


def test_plain_members_have_no_way_to_upload(visitor: Visitor, mel: User, acme: Workspace) -> None:
    make_asset(acme)
    page = visitor.sign_in(mel)
    expect(page.locator(".card")).to_have_count(1)
    expect(page.locator("[data-upload]")).to_have_count(0)
    drop(page, ("a.png", "image/png", png()))
    assert Asset.objects.count() == 1
