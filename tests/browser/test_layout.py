"""Room on the page: narrow screens, large text, fingers, paper."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import (
    DESKTOP,
    NARROW,
    PHONE,
    PORTAL,
    in_every_language,
    on_every_kind,
    open_kind,
)

pytestmark = pytest.mark.browser

USUAL_TEXT = 16
LARGE_TEXT = 32
SMALLEST_TARGET = 24
SMALLEST_ON_A_PHONE = 48
"""Height of what a thumb has to hit: choices, buttons, fields."""

_LONGEST = ".".join(["m" * 63] * 3) + f".{'m' * 61}"
LONG_NAMES = (
    f"error=relay-denied&account_domain={_LONGEST}&server={_LONGEST}&sender_domain={_LONGEST}"
    f"&recipient_domain={_LONGEST},{_LONGEST[2:]}&program=thunderbird"
)
"""The longest domains there can be (RFC 1035 section 2.3.4), in every place where one is typed."""

UNFOLD = 'document.querySelectorAll("details").forEach(element => { element.open = true; })'

# A label belongs to the target of its control. A link inside a sentence may be as low as its line.
MEASURE = """selector => [...document.querySelectorAll(selector)]
  .filter(element => element.checkVisibility() && !element.matches(".skip"))
  .filter(element => getComputedStyle(element).display !== "inline"
    || ![...element.parentElement.childNodes].some(
      node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .map(element => {
    const box = (element.closest("label") ?? element).getBoundingClientRect();
    return {html: element.outerHTML.slice(0, 160), width: box.width, height: box.height};
  })"""

# A table of data may be wider, where it scrolls by itself (WCAG 1.4.10).
FIND_OVERFLOWING = """() => [...document.querySelectorAll("body *")]
  .filter(element => !element.parentElement.closest(".wide[tabindex='0']"))
  .filter(element => element.getBoundingClientRect().right > innerWidth + 0.5)
  .map(element => element.outerHTML.slice(0, 160))"""


@pytest.fixture
def resize_text(shared_page: Page) -> Iterator[Callable[[int], None]]:
    """Return what sets the size that the browser's user has chosen for text."""
    devtools = shared_page.context.new_cdp_session(shared_page)

    def resize(pixels: int) -> None:
        devtools.send("Page.setFontSizes", {"fontSizes": {"standard": pixels}})

    yield resize
    resize(USUAL_TEXT)
    devtools.detach()


@in_every_language
@on_every_kind
def test_nothing_scrolls_sideways(
    shared_page: Page, resize_text: Callable[[int], None], language: str, kind: str
) -> None:
    shared_page.set_viewport_size(NARROW)
    open_kind(shared_page, language, kind)
    shared_page.evaluate(UNFOLD)
    for pixels in (USUAL_TEXT, LARGE_TEXT):
        resize_text(pixels)
        assert not shared_page.evaluate(FIND_OVERFLOWING), pixels
        assert shared_page.evaluate("document.scrollingElement.scrollWidth === innerWidth"), pixels


@pytest.mark.parametrize(
    "path",
    [
        "check",
        "check?change=server",
        "check?way=ask-isp",
        "check?worked=webmail",
        "sheet",
        "desk",
        "desk?ask=server",
        "help",
        "",
    ],
)
def test_the_longest_names_widen_no_page(
    shared_page: Page, resize_text: Callable[[int], None], path: str
) -> None:
    shared_page.set_viewport_size(NARROW)
    part, _, asked = path.partition("?")
    shared_page.goto(f"{PORTAL}/en/{part}?{LONG_NAMES}&{asked}&plan=now")
    assert shared_page.get_by_text("m" * 20).count()
    shared_page.evaluate(UNFOLD)
    for pixels in (USUAL_TEXT, LARGE_TEXT):
        resize_text(pixels)
        assert not shared_page.evaluate(FIND_OVERFLOWING), pixels
        assert shared_page.evaluate("document.scrollingElement.scrollWidth === innerWidth"), pixels


@in_every_language
@on_every_kind
def test_targets_are_large_enough(shared_page: Page, language: str, kind: str) -> None:
    open_kind(shared_page, language, kind)
    shared_page.evaluate(UNFOLD)
    for screen in (DESKTOP, PHONE):
        shared_page.set_viewport_size(screen)
        targets = measure(shared_page, "a[href], button, input:not([type=hidden]), summary")
        assert targets
        assert not [t for t in targets if min(t["width"], t["height"]) < SMALLEST_TARGET]
    thumbed = measure(shared_page, ".choice, .button, button, .text")
    assert not [t for t in thumbed if t["height"] < SMALLEST_ON_A_PHONE]


def measure(page: Page, selector: str) -> list[dict[str, Any]]:
    """Return the size of every visible element."""
    measured: list[dict[str, Any]] = page.evaluate(MEASURE, selector)
    return measured


@on_every_kind
def test_what_paper_cannot_do_is_not_printed(shared_page: Page, kind: str) -> None:
    open_kind(shared_page, "en", kind)
    shared_page.emulate_media(media="print")
    unprintable = shared_page.locator("nav, button, .button, .skip").filter(visible=True)
    assert not unprintable.all_inner_texts()
    expect(shared_page.locator("h1")).to_be_visible()
