"""axe finds no violation of WCAG 2.2 AA on any page, at desktop and phone width, light and dark."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from assets import bulk, previewing
from assets.models import Asset
from assets.previews import Sandbox
from promptrails.workspaces.actors import OPERATOR
from promptrails.workspaces.models import User, Workspace
from tests.browser.conftest import Visitor
from tests.browser.dropping import drop
from tests.browser.media import film, tone
from tests.factories import png, store_asset

pytestmark = pytest.mark.django_db(transaction=True)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def check(page: Page, where: str) -> None:
    found = Axe().run(page, options={"runOnly": RULES})
    problems = [
        f"{violation['id']}: {node['html'][:150]} ({node['failureSummary'][:200]})"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
    assert not problems, f"{where}: {problems}"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{where} is {wide} pixels wider than its window"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    browser: Browser, live_server: LiveServer, visitors: list[Visitor], size: ViewportSize,
    scheme: Literal["light", "dark"],
    ada: User, mel: User, acme: Workspace, other: Workspace,
) -> None:  # fmt: skip
    made_by = {"execution_id": "exec_1", "agent_id": "agt_1", "metadata": {"prompt": "a gull", "seed": 7}}
    picture = store_asset(acme, png(320, 200), width=320, height=200, **made_by)
    sound = store_asset(
        acme, tone(), file_name="t.wav", content_type="audio/wav", duration=3.0, execution_id="exec_1"
    )
    video = store_asset(acme, film(), file_name="b.webm", content_type="video/webm", width=320, height=180)
    film_2 = store_asset(acme, film(), file_name="c.webm", content_type="video/webm", width=320, height=180)
    sandbox = Sandbox()
    assert len(list(previewing.make_due(sandbox))) == 4
    sandbox.stop()
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
    visitors.append(visitor := Visitor(context, live_server))
    check(visitor.open("/sign-in/"), "sign-in")
    check(visitor.open("/api/docs"), "the API, signed out")
    visitor.sign_in(ada)
    base = "/w/acme/assets/"
    pages = [
        base, f"{base}compare/?id={picture.id}&id={sound.id}&id={video.id}&id={film_2.id}",
        f"{base}?type=image&q=gull", f"{base}?layout=table", f"{base}?layout=grid&q=nosuch",
        f"{base}?type=x",
        f"{base}{picture.id}/", f"{base}{sound.id}/", f"{base}{video.id}/", f"{base}{picture.id}/delete/",
        f"{base}{picture.id}/link/", f"{base}{picture.id}/link/?expires_in=x", "/w/acme/members/",
        "/w/acme/keys/", "/w/acme/activity/", "/w/acme/storage/", "/w/acme/retention/",
        "/w/acme/retention/?image=1",
        "/password/", "/workspaces/", "/nowhere/", "/api/docs",
    ]  # fmt: skip
    for path in pages:
        check(visitor.open(path), path)
    page = visitor.open(base)
    page.locator(".pick").first.check()
    check(page, "the selection")
    page.get_by_role("button", name="Look at").first.click()
    page.locator("#lightbox").wait_for()
    check(page, "the lightbox")
    page = visitor.open(base)
    drop(page, ("notes.txt", "text/plain", b"no picture"), ("a.png", "image/png", png()))
    page.get_by_role("status").get_by_text("1 uploaded, 1 failed").wait_for()
    check(page, "the uploads")
    page = visitor.open(f"{base}{picture.id}/")
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("dialog").wait_for()
    check(page, "the delete dialog")
    visitor.open(base).keyboard.press("?")
    visitor.page.get_by_role("dialog").wait_for()
    check(visitor.page, "the keys dialog")
    draft = bulk.draft(acme, Asset.objects.in_workspace(acme))
    check(visitor.open(f"/w/acme/deletions/{draft.pk}/"), "many to delete")
    bulk.confirm(acme, draft.pk, OPERATOR)
    check(visitor.open(f"/w/acme/deletions/{draft.pk}/"), "their deletion")
