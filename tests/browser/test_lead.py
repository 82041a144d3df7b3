"""A plan leads: its first step is on the first screen of a phone, and a "No" visibly leads on."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import PHONE, in_every_language, paste
from tests.browser.person import Pointer
from tests.cases import CASES

pytestmark = pytest.mark.browser

LINE = 24
"""Pixels of the first step's first line."""


@in_every_language
def test_the_first_step_is_on_the_first_screen(shared_page: Page, language: str) -> None:
    shared_page.set_viewport_size(PHONE)
    below = []
    for case in CASES:
        shared_page.goto(f"/{language}/check?{case.query}&plan=now")
        box = shared_page.locator(".steps li").first.bounding_box()
        assert box
        if box["y"] + LINE > PHONE["height"]:
            below.append((case.name, box["y"]))
    assert not below


@in_every_language
@pytest.mark.parametrize("case", CASES[::6], ids=lambda case: case.name)
def test_a_no_visibly_leads_on(shared_page: Page, language: str, case) -> None:
    shared_page.goto(f"/{language}/check?{case.answered}")
    seen = set()
    while shared_page.locator(".worked").count():
        shown = shared_page.title(), shared_page.locator("h1").inner_text()
        assert shown[0] not in {title for title, _ in seen}
        assert shown[1] not in {heading for _, heading in seen}
        seen.add(shown)
        Pointer(shared_page).follow(shared_page.locator('.worked a[href*="failed="]'))
    expect(shared_page.locator(".remedy")).to_be_visible()
    assert len(seen) > 1


@in_every_language
def test_back_leads_to_the_answer_before(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/check?error=unknown&refused_by=own-server")
    Pointer(shared_page).follow(shared_page.locator(".back a"))
    expect(shared_page.locator('input[type="radio"][value="own-server"]')).to_be_checked()
    shared_page.goto(f"/{language}/check?error=mailbox-full")
    Pointer(shared_page).follow(shared_page.locator(".back a"))
    expect(shared_page.locator('input[type="radio"][value="mailbox-full"]')).to_be_checked()
    shared_page.goto(f"/{language}/check")
    Pointer(shared_page).follow(shared_page.locator(".back a"))
    assert shared_page.url.endswith(f"/{language}/")


@in_every_language
def test_the_browsers_back_leads_to_what_a_paste_said(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/")
    paste(shared_page, "550 5.7.1 Relaying denied")
    said = shared_page.locator("h1").inner_text()
    Pointer(shared_page).follow(shared_page.locator("main .button").first)
    shared_page.go_back()
    assert shared_page.locator("h1").inner_text() == said
    Pointer(shared_page).follow(shared_page.locator(".back a"))
    assert shared_page.url.endswith(f"/{language}/")
