"""Deleting what was chosen on the list: a dialog over it, or a page where no scripts run."""

import pytest
from playwright.sync_api import expect

from assets.models import Asset, BulkDeletion
from promptrails.workspaces.models import User, Workspace
from tests.browser.conftest import Visitor
from tests.factories import make_assets, store_asset

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/w/acme/assets/"


def test_a_selection_is_deleted_in_a_dialog_and_cancel_leaves_everything(
    visitor: Visitor, ada: User, acme: Workspace
) -> None:
    for number in range(4):
        store_asset(acme, file_name=f"{number}.png")
    visitor.sign_in(ada)
    page = visitor.open(LIST + "?type=image")
    boxes, dialog = page.locator(".pick"), page.get_by_role("dialog")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.locator("#selection").get_by_role("button", name="Delete", exact=True).click()
    expect(dialog.get_by_role("heading", name="Delete 2 assets?")).to_be_visible()
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    assert page.locator(".pick:checked").count() == 2, "the selection stays"
    page.locator("#selection").get_by_role("button", name="Delete", exact=True).click()
    dialog.get_by_role("button", name="Delete 2 assets").click()
    page.wait_for_url("**/assets/?type=image")
    expect(page.get_by_text("2 assets were deleted, files and records.")).to_be_visible()
    assert sorted(Asset.objects.values_list("file_name", flat=True)) == ["0.png", "1.png"]


def test_everything_that_matches_is_confirmed_by_its_number(
    visitor: Visitor, ada: User, acme: Workspace
) -> None:
    make_assets(acme, 60)
    visitor.sign_in(ada)
    page = visitor.open(LIST)
    page.locator(".pick").first.check()
    page.get_by_role("button", name="Delete all 60 that match").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type 60 to confirm").fill("60")
    dialog.get_by_role("button", name="Delete 60 assets").click()
    expect(page.get_by_text("60 assets were deleted")).to_be_visible()
    assert not Asset.objects.exists()


def test_what_is_gone_meanwhile_is_said_on_a_page(visitor: Visitor, ada: User, acme: Workspace) -> None:
    store_asset(acme)
    visitor.sign_in(ada)
    page = visitor.open(LIST)
    page.locator(".pick").first.check()
    Asset.objects.all().delete()
    page.locator("#selection").get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Nothing of this is there to be deleted.")).to_be_visible()
    assert not BulkDeletion.objects.exists()
