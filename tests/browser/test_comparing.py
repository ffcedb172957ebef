"""Choosing on the list, and looking at what was chosen side by side."""

import re

import pytest
from playwright.sync_api import Page, expect

from assets.models import Asset
from promptrails.workspaces.models import User, Workspace
from tests.browser.conftest import Visitor
from tests.browser.media import film
from tests.factories import png, store_asset

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/w/acme/assets/"


@pytest.fixture
def pictures(acme: Workspace) -> list[Asset]:
    """The last is the first of the list."""
    return [
        store_asset(acme, png(400, 300, shade=60 + number), file_name=f"{number}.png", width=400, height=300)
        for number in range(8)
    ]


def chosen(page: Page) -> list[str]:
    return page.locator(".card:has(.pick:checked) .name").all_inner_texts()


def test_boxes_take_ranges_and_keys_and_lead_to_the_comparison(
    visitor: Visitor, mel: User, pictures: list[Asset]
) -> None:
    visitor.sign_in(mel)
    page = visitor.open(LIST + "?type=image")
    bar, boxes = page.locator("#selection"), page.locator(".pick")
    expect(bar).to_be_hidden()
    boxes.nth(1).check()
    expect(bar).to_be_visible()
    expect(page.get_by_role("status").get_by_text("1 selected")).to_be_visible()
    expect(bar.get_by_role("button", name="Compare")).to_be_disabled()
    boxes.nth(4).click(modifiers=["Shift"])
    assert chosen(page) == ["6.png", "5.png", "4.png", "3.png"]
    boxes.nth(2).click(modifiers=["Shift"])  # takes the range back, as lists of files do
    assert chosen(page) == ["6.png"]
    page.locator(".card", has_text="0.png").hover()
    page.keyboard.press("x")
    assert chosen(page) == ["6.png", "0.png"]
    bar.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/compare/**")
    assert page.locator("thead th a").all_inner_texts() == ["6.png", "0.png"]
    page.keyboard.press("Escape")
    page.wait_for_url("**/assets/?type=image")


def test_escape_lets_go_and_more_than_six_cannot_be_compared(
    visitor: Visitor, mel: User, pictures: list[Asset]
) -> None:
    visitor.sign_in(mel)
    page = visitor.open(LIST)
    page.locator(".pick").first.check()
    page.get_by_role("button", name="Select the whole page").click()
    assert len(chosen(page)) == 8
    compare = page.get_by_role("button", name="Compare")
    expect(compare).to_be_disabled()
    page.locator(".pick").nth(3).uncheck()
    page.locator(".pick").nth(5).uncheck()
    expect(compare).to_be_enabled()
    page.keyboard.press("Escape")
    assert chosen(page) == []
    expect(page.locator("#selection")).to_be_hidden()
    assert page.url.endswith(LIST)


def test_a_choice_goes_with_what_the_list_no_longer_shows(
    visitor: Visitor, mel: User, pictures: list[Asset]
) -> None:
    visitor.sign_in(mel)
    page = visitor.open(LIST + "?layout=table")
    for name in ("7.png", "0.png"):
        page.get_by_label(f"Select {name}").check()
    page.get_by_role("searchbox").fill("7.png")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Select 7.png")).to_be_checked()
    expect(page.get_by_role("status").get_by_text("1 selected")).to_be_visible()


def test_without_scripts_the_boxes_are_a_form(
    without_scripts: Visitor, mel: User, pictures: list[Asset]
) -> None:
    without_scripts.sign_in(mel)
    page = without_scripts.open(LIST)
    page.get_by_label("Select 5.png").check()
    page.get_by_label("Select 2.png").check()
    page.get_by_role("button", name="Compare").click()
    assert page.locator("thead th a").all_inner_texts() == ["5.png", "2.png"]


def view(page: Page) -> list[str]:
    """How each picture is scaled and shifted."""
    styles = "[...document.querySelectorAll('.pane img')].map((image) => getComputedStyle(image))"
    return page.evaluate(styles + ".map(({ scale, translate }) => `${scale} ${translate}`)")


def test_pictures_zoom_and_move_together(visitor: Visitor, mel: User, pictures: list[Asset]) -> None:
    visitor.sign_in(mel)
    page = visitor.open(f"{LIST}compare/?" + "&".join(f"id={one.id}" for one in pictures[:3]))
    panes = page.locator("[data-pane]")
    assert len(set(view(page))) == 1
    assert view(page)[0].startswith("1 ")
    panes.nth(1).click()
    assert len(set(view(page))) == 1
    assert view(page)[0].startswith("3 ")
    middle = view(page)[0]
    box = panes.nth(2).bounding_box()
    assert box
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 130, steps=4)
    page.mouse.up()
    assert len(set(view(page))) == 1
    assert view(page)[0] != middle
    assert view(page)[0].startswith("3 "), "the end of a drag is no click"
    before = view(page)[0]
    panes.nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert view(page)[0] != before
    assert "/compare/" in page.url
    page.keyboard.press("0")
    assert view(page)[0].startswith("1 ")
    page.keyboard.press("+")
    expect(page.locator("[data-times]")).to_have_text("1.4×")


def times(page: Page) -> list[float]:
    return page.evaluate("[...document.querySelectorAll('video')].map((film) => film.currentTime)")


def test_films_play_and_seek_together_and_one_is_heard(visitor: Visitor, mel: User, acme: Workspace) -> None:
    films = [
        store_asset(acme, film(), file_name=f"{n}.webm", content_type="video/webm", width=320, height=180)
        for n in range(3)
    ]
    visitor.sign_in(mel)
    page = visitor.open(f"{LIST}compare/?" + "&".join(f"id={one.id}" for one in films))
    page.wait_for_function(
        "() => [...document.querySelectorAll('video')].every((film) => film.readyState > 2)"
    )
    page.get_by_role("button", name="Play all").click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('video')].every((film) => film.currentTime > 0.2)"
    )
    shown = times(page)
    assert max(shown) - min(shown) < 0.3
    page.keyboard.press("k")
    page.wait_for_function("() => [...document.querySelectorAll('video')].every((film) => film.paused)")
    page.get_by_label("Position in all films").fill("0.5")
    assert times(page) == pytest.approx([0.5] * 3, abs=0.05)
    page.get_by_role("button", name="Hear 1.webm").click()
    assert page.evaluate("[...document.querySelectorAll('video')].map((film) => film.muted)") == [
        True,
        False,
        True,
    ]


def test_an_asset_leads_to_a_comparison_with_its_prompt(visitor: Visitor, mel: User, acme: Workspace) -> None:
    for model in ("flux", "sdxl", "imagen"):
        facts = {"metadata": {"prompt": "a heron", "model": model}}
        asset = store_asset(acme, png(), file_name=f"{model}.png", **facts)
    visitor.sign_in(mel)
    page = visitor.open(f"{LIST}{asset.id}/")
    page.get_by_role("link", name="Compare with 2 of the same prompt").click()
    assert page.locator("thead th a").all_inner_texts() == ["imagen.png", "sdxl.png", "flux.png"]
    assert re.search(r"The same prompt; they differ in model\.", page.inner_text("main"))
