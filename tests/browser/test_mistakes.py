"""What becomes of mistakes: they are said, found, and nothing that was typed is lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import (
    KINDS,
    TYPED,
    in_every_language,
    merge_reading,
    open_kind,
    send_typed,
)
from tests.browser.person import continue_button, leaving, question

pytestmark = pytest.mark.browser


def check_summary(page: Page, title: str) -> None:
    """Hold a page against what is promised of every page with a mistake on it."""
    assert page.title().endswith(f": {title}"), "the title begins with the word for an error"
    summary = page.locator(".summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("alert")).not_to_be_empty()
    assert page.locator("main > :first-child").get_attribute("class") == "summary"


def follow_to_the_field(page: Page) -> None:
    """Use the summary's link; it must lead into the field."""
    link = page.get_by_role("alert").get_by_role("link")
    target = link.get_attribute("href")
    assert target
    link.click()
    expect(page.locator(target)).to_be_focused()


@in_every_language
def test_nothing_chosen(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/check?error=relay-denied&change=place")
    title = shared_page.title()
    with leaving(shared_page):
        continue_button(shared_page).click()
    check_summary(shared_page, title)
    assert question(shared_page) == "place"
    assert merge_reading(shared_page)["error"] == "relay-denied"
    follow_to_the_field(shared_page)


@in_every_language
@pytest.mark.parametrize("text", ["not a domain", "pat@", '<b>"ồ'])
def test_typed_text_is_kept(shared_page: Page, language: str, text: str) -> None:
    shared_page.goto(f"/{language}/{TYPED}")
    title = shared_page.title()
    send_typed(shared_page, text)
    check_summary(shared_page, title)
    field = shared_page.locator("#answer")
    expect(field).to_have_value(text)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_attribute("aria-describedby", re.compile(r"\berror\b"))
    follow_to_the_field(shared_page)


@in_every_language
def test_a_mistake_in_the_text_beside_choices(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/{KINDS['port-error'].path}")
    title = shared_page.title()
    send_typed(shared_page, "smtp")
    check_summary(shared_page, title)
    field = shared_page.locator("input.text")
    expect(field).to_be_visible()
    expect(field).to_have_value("smtp")
    follow_to_the_field(shared_page)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_attribute("aria-describedby", re.compile(r"\berror\b"))


@in_every_language
def test_the_word_for_an_error(shared_page: Page, language: str) -> None:
    open_kind(shared_page, language, "typed-error")
    word = {"en": "Error: ", "vi": "Lỗi: "}[language]
    assert shared_page.title().startswith(word)


@in_every_language
def test_telex_is_taken_back(shared_page: Page, language: str) -> None:
    open_kind(shared_page, language, "telex")
    expect(shared_page.locator("#answer")).to_have_value("pat@yahô.com")
    offer = shared_page.locator('.summary a[href*="account_domain=yahoo.com"]')
    with leaving(shared_page):
        offer.click()
    assert merge_reading(shared_page)["account_domain"] == "yahoo.com"


def test_telex_may_be_meant(shared_page: Page) -> None:
    open_kind(shared_page, "en", "telex")
    with leaving(shared_page):
        shared_page.locator("button[name=keep]").click()
    assert merge_reading(shared_page)["account_domain"].startswith("xn--yah-")


def test_enter_does_not_mean_that_telex_was_meant(shared_page: Page) -> None:
    open_kind(shared_page, "en", "telex")
    send_typed(shared_page, "pat@gôgle.com")
    assert shared_page.locator('.summary a[href*="account_domain=google.com"]').is_visible()
