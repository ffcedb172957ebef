"""Previews that come while somebody is at the page: they disturb nothing that is done there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from assets import previewing
from assets.models import Asset
from assets.previews import Sandbox
from promptrails.workspaces.models import User, Workspace
from tests.browser.conftest import Visitor
from tests.browser.media import film, tone
from tests.factories import png, store_asset

pytestmark = pytest.mark.django_db(transaction=True)
SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.shifted += one.value)))
    .observe({ type: "layout-shift" });
}"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.stop()


def awaited(page: Page, count: int) -> None:
    expect(page.locator("#awaited[hx-get]")).to_have_count(count, timeout=15_000)


def test_what_arrives_moves_nothing_stops_no_sound_and_leaves_the_focus(
    visitor: Visitor, mel: User, acme: Workspace, sandbox: Sandbox
) -> None:
    for number in range(6):
        store_asset(acme, png(1600, 300, shade=number * 30), file_name=f"wide-{number}.png")
    store_asset(acme, tone(20), file_name="tone.wav", content_type="audio/wav")
    store_asset(acme, film(), file_name="bar.webm", content_type="video/webm")
    page = visitor.sign_in(mel)
    awaited(page, 1)
    page.evaluate(SHIFTS)
    page.get_by_role("button", name="Play tone.wav").click()
    page.get_by_role("link", name="wide-3.png", exact=True).focus()
    list(previewing.make_due(sandbox))
    awaited(page, 0)
    expect(page.locator(".card img")).to_have_count(7)
    expect(page.get_by_role("link", name="wide-3.png", exact=True)).to_be_focused()
    sound = page.locator(".card audio")
    before = sound.evaluate("audio => audio.currentTime")
    page.wait_for_function("then => document.querySelector('.card audio').currentTime > then", arg=before)
    assert not sound.evaluate("audio => audio.paused")
    expect(page.get_by_role("button", name="Play tone.wav")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.shifted") == 0


def open_asset(visitor: Visitor, asset: Asset) -> Page:
    page = visitor.open(f"/w/acme/assets/{asset.id}/?type={asset.type}")
    expect(page.locator("#awaited-itself[hx-get]")).to_have_count(1)
    return page


def test_the_page_of_a_sound_has_its_waveform_as_soon_as_it_is_there(
    visitor: Visitor, mel: User, acme: Workspace, sandbox: Sandbox
) -> None:
    asset = store_asset(acme, tone(4), file_name="tone.wav", content_type="audio/wav")
    visitor.sign_in(mel)
    page = open_asset(visitor, asset)
    expect(page.get_by_role("slider")).to_have_count(0)
    list(previewing.make_due(sandbox))
    position = page.get_by_role("slider", name="Position in tone.wav")
    expect(position).to_be_visible(timeout=15_000)
    expect(page.locator("#measures")).to_contain_text("0:04")
    position.press("End")
    page.wait_for_function("() => document.querySelector('.player audio').currentTime > 3.5")
    expect(page.locator("#awaited-itself[hx-get]")).to_have_count(0)


def test_a_film_that_is_watched_is_not_taken_away(
    visitor: Visitor, mel: User, acme: Workspace, sandbox: Sandbox
) -> None:
    asset = store_asset(acme, film(), file_name="bar.webm", content_type="video/webm")
    visitor.sign_in(mel)
    page = open_asset(visitor, asset)
    page.locator(".stage video").evaluate("film => { film.loop = true; return film.play(); }")
    list(previewing.make_due(sandbox))
    expect(page.locator("#measures")).to_contain_text("320 × 180", timeout=15_000)
    assert not page.locator(".stage video").evaluate("film => film.paused")


def test_a_zoomed_picture_is_moved_by_arrow_keys_and_escape_fits_it(
    visitor: Visitor, mel: User, acme: Workspace
) -> None:
    for _ in range(3):
        asset = store_asset(acme, png(4000, 3000), width=4000, height=3000)
    visitor.sign_in(mel)
    page = visitor.open(f"/w/acme/assets/{Asset.objects.order_by('id')[1].id}/")
    address = page.url
    assert asset.id
    page.get_by_role("button", name="Show in full size").press("Enter")
    place = "stage => [stage.scrollLeft, stage.scrollTop]"
    left, top = page.locator(".stage").evaluate(place)
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    assert page.locator(".stage").evaluate(place) == [left + 80, top + 160]
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Show in full size")).to_be_focused()
    assert page.url == address


def test_a_server_that_was_away_is_asked_again(
    visitor: Visitor, mel: User, acme: Workspace, sandbox: Sandbox
) -> None:
    store_asset(acme, png(900, 600), file_name="one.png")
    page = visitor.sign_in(mel)
    awaited(page, 1)
    visitor.context.set_offline(True)
    with page.expect_event("requestfailed"):
        list(previewing.make_due(sandbox))
    visitor.context.set_offline(False)
    expect(page.locator(".card img")).to_have_count(1, timeout=15_000)


def test_a_session_that_ended_puts_no_sign_in_page_among_the_cards(
    visitor: Visitor, mel: User, acme: Workspace
) -> None:
    store_asset(acme, png(900, 600), file_name="one.png")
    page = visitor.sign_in(mel)
    awaited(page, 1)
    visitor.context.clear_cookies()
    page.wait_for_event("response", lambda response: "/cards/" in response.url)
    expect(page.get_by_label("Password")).to_have_count(0)
    page.get_by_role("link", name="Images").click()
    page.wait_for_url("**/sign-in/?next=**")
