"""Where the keyboard leads on every kind of page, and whether one sees it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import on_every_kind, open_kind

pytestmark = pytest.mark.browser

# One stop for a group of radio buttons; a page that has put the focus somewhere goes on from there.
NUMBER_STOPS = """() => {
  const start = document.activeElement;
  const able = "a[href], button, input:not([type=hidden]), summary, select, textarea";
  const stops = [...document.querySelectorAll(able)].filter(element =>
    element.checkVisibility()
    && (start === document.body
        || start.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)
    && (element.type !== "radio" || element === (
        document.querySelector(`[name="${element.name}"]:checked`)
        ?? document.querySelector(`[type=radio][name="${element.name}"]`))));
  stops.forEach((element, number) => { element.dataset.stop = number; });
  return stops.length;
}"""

DESCRIBE_FOCUS = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  return {
    stop: element.dataset.stop === undefined ? null : Number(element.dataset.stop),
    html: element.outerHTML.slice(0, 120),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inView: box.width > 1 && box.top > -1 && box.bottom < innerHeight + 1,
  };
}"""


def focused(page: Page) -> dict[str, Any]:
    """Return what is known of the element that has the focus."""
    described: dict[str, Any] = page.evaluate(DESCRIBE_FOCUS)
    return described


def tab(page: Page) -> None:
    """Press Tab; within a frame go on until it is left: what stands in it is another page."""
    for _ in range(50):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") != "IFRAME":
            return
    raise AssertionError("the focus is caught in the frame")


@on_every_kind
def test_tab_goes_through_the_page_in_its_order(shared_page: Page, kind: str) -> None:
    open_kind(shared_page, "en", kind)
    expected = shared_page.evaluate(NUMBER_STOPS)
    visited = []
    for _ in range(expected):
        tab(shared_page)
        visited.append(focused(shared_page))
    assert [place["stop"] for place in visited] == list(range(expected))
    assert not [place["html"] for place in visited if not place["outlined"]]
    assert not [place["html"] for place in visited if not place["inView"]]

    shared_page.keyboard.press("Tab")
    assert focused(shared_page)["stop"] in (None, 0), "the focus is caught"


def test_the_first_stop_skips_to_the_content(shared_page: Page) -> None:
    open_kind(shared_page, "en", "plan")
    shared_page.keyboard.press("Tab")
    skip = shared_page.locator(".skip")
    expect(skip).to_be_focused()
    box = skip.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24
    shared_page.keyboard.press("Enter")
    shared_page.keyboard.press("Tab")
    expect(shared_page.locator("main :focus")).to_have_count(1)


def test_a_folded_part_opens_with_the_keyboard(shared_page: Page) -> None:
    open_kind(shared_page, "en", "plan")
    folded = shared_page.locator(".steps details").nth(1)
    expect(folded.locator("img")).to_be_hidden()
    folded.locator("summary").focus()
    shared_page.keyboard.press("Enter")
    expect(folded.locator("img")).to_be_visible()
