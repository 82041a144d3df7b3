"""With script there are buttons to copy with; without it nothing is missing."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import DESKTOP, on_every_kind, open_kind

pytestmark = pytest.mark.browser

COPIED_FROM = ".steps code, blockquote"


@pytest.fixture(scope="module")
def plain_page(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Yield a page of a browser that runs no script."""
    context = browser.new_context(
        **browser_context_args, java_script_enabled=False, viewport=DESKTOP
    )
    yield context.new_page()
    context.close()


def test_every_value_can_be_copied(shared_page: Page) -> None:
    shared_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_kind(shared_page, "en", "plan")
    values = shared_page.locator(COPIED_FROM)
    buttons = shared_page.locator("button.copy")
    assert values.count() == buttons.count() > 0
    shared_page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    for value, button in zip(values.all(), buttons.all(), strict=True):
        before = button.inner_text()
        button.click()
        expect(button).not_to_have_text(before)
        copied = shared_page.evaluate("navigator.clipboard.readText()")
        assert copied == value.text_content()


def test_copying_is_announced(shared_page: Page) -> None:
    shared_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_kind(shared_page, "en", "plan")
    button = shared_page.locator("button.copy").first
    before = button.inner_text()
    button.click()
    expect(button).not_to_have_text(before)
    announced = shared_page.locator("[role=status], [aria-live]", has_text=button.inner_text())
    assert announced.count()


@on_every_kind
def test_without_script_everything_is_there(plain_page: Page, kind: str) -> None:
    open_kind(plain_page, "en", kind)
    expect(plain_page.locator("button.copy")).to_have_count(0)
    expect(plain_page.locator("main a, main button").first).to_be_visible()
    for folded in plain_page.locator("details").all():
        if folded.get_attribute("open") is None:
            folded.locator("summary").click()
        for part in folded.locator("> :not(summary)").all():
            expect(part).to_be_visible()
