"""Previews as people meet them: they come by themselves, are fetched once, are looked at and heard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from assets import previewing
from assets.models import Asset
from assets.previews import Sandbox
from promptrails.workspaces.models import User, Workspace
from tests.browser.conftest import Visitor
from tests.browser.media import film, tone
from tests.factories import png, store_asset

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.stop()


@pytest.fixture
def media(acme: Workspace) -> list[Asset]:
    """Newest first on the list: a film, a sound, two pictures."""
    return [
        store_asset(acme, png(900, 600), file_name="one.png"),
        store_asset(acme, png(300, 900, shade=200), file_name="two.png"),
        store_asset(acme, tone(4), file_name="tone.wav", content_type="audio/wav"),
        store_asset(acme, film(), file_name="bar.webm", content_type="video/webm"),
    ]


def make(sandbox: Sandbox) -> None:
    assert {str(status) for status in previewing.make_due(sandbox)} == {"ready"}


@pytest.mark.parametrize("layout", ["grid", "table"])
def test_previews_that_come_take_their_places_without_a_reload(
    visitor: Visitor, mel: User, media: list[Asset], sandbox: Sandbox, layout: str
) -> None:
    visitor.sign_in(mel)
    page = visitor.open(f"/w/acme/assets/?layout={layout}")
    pictures = page.locator("#results img")
    expect(pictures).to_have_count(0)
    make(sandbox)
    expect(pictures).to_have_count(3, timeout=15_000)
    assert page.evaluate(
        "[...document.querySelectorAll('#results img')].every(i => i.src.includes('_preview-'))"
    )
    expect(page.locator("#awaited[hx-get]")).to_have_count(0)
    shown = page.locator("#results a.name").all_inner_texts()
    assert shown == ["bar.webm", "tone.wav", "two.png", "one.png"]


def test_a_second_look_fetches_no_thumbnail_again(
    visitor: Visitor, mel: User, media: list[Asset], sandbox: Sandbox
) -> None:
    make(sandbox)
    fetched: list[str] = []
    server = visitor.page.context.new_cdp_session(visitor.page)
    server.send("Network.enable")
    cached: list[str] = []
    server.on("Network.requestServedFromCache", lambda event: cached.append(event["requestId"]))
    server.on(
        "Network.responseReceived",
        lambda event: (
            fetched.append(event["response"]["url"])
            if "_preview-" in event["response"]["url"]
            and not event["response"].get("fromDiskCache")
            and event["requestId"] not in cached
            else None
        ),
    )
    page = visitor.sign_in(mel)
    page.wait_for_load_state("networkidle")
    assert len(fetched) == 3
    visitor.open("/w/acme/members/")
    visitor.open("/w/acme/assets/?type=image")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#results img")).to_have_count(2)
    assert page.evaluate("[...document.querySelectorAll('#results img')].every(i => i.naturalWidth > 0)")
    assert len(fetched) == 3


def test_pictures_and_films_are_looked_at_and_walked_with_arrow_keys(
    visitor: Visitor, mel: User, media: list[Asset], sandbox: Sandbox
) -> None:
    make(sandbox)
    page = visitor.sign_in(mel)
    page.get_by_role("button", name="Look at bar.webm").click()
    box = page.locator("#lightbox")
    expect(box.locator("video")).to_be_visible()
    expect(box).to_contain_text("1 of 3")
    box.get_by_role("button", name="Close").focus()
    page.keyboard.press("ArrowRight")
    expect(box.locator("img")).to_have_attribute("alt", "two.png")
    page.keyboard.press("ArrowRight")
    expect(box.locator("img")).to_have_attribute("alt", "one.png")
    assert box.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 900
    page.keyboard.press("ArrowRight")  # the last one stays
    expect(box).to_contain_text("3 of 3")
    expect(box.get_by_role("button", name="Next")).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    box.get_by_role("button", name="Next").press("Enter")  # it goes when the last one is reached
    expect(box).to_contain_text("3 of 3")
    page.keyboard.press("ArrowLeft")
    expect(box).to_contain_text("2 of 3")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.get_by_role("button", name="Look at two.png")).to_be_focused()
    assert page.url.endswith("/w/acme/assets/")


def test_the_waveform_is_the_seek_bar(
    visitor: Visitor, mel: User, media: list[Asset], sandbox: Sandbox
) -> None:
    make(sandbox)
    visitor.sign_in(mel)
    page = visitor.open(f"/w/acme/assets/{media[2].id}/")
    position = page.get_by_role("slider", name="Position in tone.wav")
    expect(position).to_have_attribute("aria-valuetext", "0:00 of 0:04")
    page.locator(".player audio").evaluate("audio => { audio.muted = true; }")
    position.focus()
    page.keyboard.press("End")
    page.wait_for_function("() => document.querySelector('.player audio').currentTime > 3.5")
    page.keyboard.press("Home")
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => Math.abs(document.querySelector('.player audio').currentTime - 1) < 0.2")
    expect(position).to_have_attribute("aria-valuetext", "0:01 of 0:04")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.querySelector('.player audio').currentTime > 1.5")
    page.get_by_role("button", name="Pause").click()
    box = position.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    page.wait_for_function("() => Math.abs(document.querySelector('.player audio').currentTime - 3) < 0.2")


def test_sounds_of_the_list_play_one_at_a_time(
    visitor: Visitor, mel: User, acme: Workspace, sandbox: Sandbox
) -> None:
    for name in ("a.wav", "b.wav"):
        store_asset(acme, tone(4), file_name=name, content_type="audio/wav")
    make(sandbox)
    page = visitor.sign_in(mel)
    expect(page.locator(".card .wave")).to_have_count(2)
    for name in ("a.wav", "b.wav"):
        page.get_by_role("button", name=f"Play {name}").click()
        page.wait_for_function(
            "name => [...document.querySelectorAll('.card')].every(card => "
            "card.querySelector('audio').paused !== (card.querySelector('.name').textContent === name))",
            arg=name,
        )
    page.wait_for_function("() => document.querySelector('.wave').style.getPropertyValue('--played') > '0'")


def test_a_zoomed_picture_is_dragged(visitor: Visitor, mel: User, acme: Workspace) -> None:
    asset = store_asset(acme, png(4000, 3000), width=4000, height=3000)
    visitor.sign_in(mel)
    page = visitor.open(f"/w/acme/assets/{asset.id}/")
    page.get_by_role("button", name="Show in full size").click()
    stage = page.locator(".stage")
    left = stage.evaluate("stage => stage.scrollLeft")
    assert left > 0  # it opens where it was clicked
    box = stage.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 100, y, steps=4)
    page.mouse.up()
    assert stage.evaluate("stage => stage.scrollLeft") == pytest.approx(left + 100, abs=3)
    fit = page.get_by_role("button", name="Fit into the page")
    expect(fit).to_be_visible()  # a drag is no click
    fit.click()
    expect(page.get_by_role("button", name="Show in full size")).to_be_visible()


def test_a_picture_that_is_in_full_size_already_stays_where_it_is(
    visitor: Visitor, mel: User, acme: Workspace
) -> None:
    asset = store_asset(acme, png(300, 200), width=300, height=200)
    visitor.sign_in(mel)
    page = visitor.open(f"/w/acme/assets/{asset.id}/")
    before = page.locator(".zoom img").bounding_box()
    page.get_by_role("button", name="Show in full size").click()
    assert page.locator(".zoom img").bounding_box() == before


def test_a_phone_shows_all_of_an_asset_whose_prompt_was_used_often(
    visitor: Visitor, mel: User, acme: Workspace
) -> None:
    for _ in range(7):
        asset = store_asset(acme, png(300, 200), metadata={"prompt": "a boat at dawn"})
    visitor.sign_in(mel)
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    page = visitor.open(f"/w/acme/assets/{asset.id}/")
    for shown in (
        page.get_by_role("link", name="Compare with the newest 5"),
        page.locator(".beside > *").first,
    ):
        box = shown.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 390
