"""Copying a key by its button: also where the page came without HTTPS, which has no navigator.clipboard."""

import pytest

from promptrails.workspaces.models import User
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
WITHOUT = (
    "Object.defineProperty(Navigator.prototype, 'clipboard', {get: () => undefined, configurable: true})"
)


@pytest.mark.parametrize("has_clipboard", [True, False])
def test_a_new_key_is_copied_with_the_calls_that_use_it(
    visitor: Visitor, ada: User, has_clipboard: bool
) -> None:
    if not has_clipboard:
        visitor.page.add_init_script(WITHOUT)
    visitor.sign_in(ada)
    page = visitor.open("/w/acme/keys/")
    page.get_by_label("Name").fill("agents")
    page.get_by_role("button", name="Create the key").click()
    secret = page.locator("#key").inner_text()
    for source, button in (("#curl", 1), ("#python", 2), ("#key", 0)):
        page.locator("[data-copy]").nth(button).click()
        page.get_by_role("button", name="Copied").wait_for()
        page.get_by_role("button", name="Copied").wait_for(state="detached")
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('textarea'), {id: 'paste'}))"
        )
        page.locator("#paste").focus()
        page.keyboard.press("Control+V")
        pasted = page.locator("#paste").input_value()
        assert pasted.strip() == page.locator(source).inner_text().strip()
        page.evaluate("document.getElementById('paste').remove()")
    assert pasted == secret
