"""Ways through the wizard that are not straight on: change, back, the other language."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import ALL_ANSWERS, PLAN, in_every_language, merge_reading, open_kind
from tests.browser.person import Pointer, answer, question

pytestmark = pytest.mark.browser

USED_UP = {"place", "connection", "vpn"}
"""What another place makes stale, itself included."""


def change(page: Page, fact: str, text: str) -> None:
    """Give another answer to a question that has been answered."""
    person = Pointer(page)
    page.locator("#answers > summary").click()
    person.follow(page.locator(f'.answers a[href*="change={fact}"]'))
    assert question(page) == fact
    answer(person, fact, text)


@in_every_language
def test_a_changed_answer_keeps_the_others(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/{PLAN}")
    change(shared_page, "program", "iphone")
    assert merge_reading(shared_page) == ALL_ANSWERS | {"program": "iphone"}
    expect(shared_page.locator(".remedy")).to_be_visible()


@in_every_language
def test_a_changed_typed_answer_keeps_the_others(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/{PLAN}")
    change(shared_page, "recipient_domain", "kim@fabrikam.com")
    assert merge_reading(shared_page) == ALL_ANSWERS | {"recipient_domain": "fabrikam.com"}


@in_every_language
def test_a_changed_place_drops_what_no_longer_applies(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/{PLAN}")
    change(shared_page, "place", "away")
    kept = {fact: value for fact, value in ALL_ANSWERS.items() if fact not in USED_UP}
    assert merge_reading(shared_page) == kept | {"place": "away"}
    expect(shared_page.locator(".remedy")).to_be_visible()


def test_the_answer_to_change_is_the_one_that_is_chosen(shared_page: Page) -> None:
    shared_page.goto(f"/en/{PLAN}&change=place")
    expect(shared_page.locator("input:checked")).to_have_value("work")
    Pointer(shared_page).choose(shared_page.locator('[name=place][value="work"]'))
    assert merge_reading(shared_page) == ALL_ANSWERS, "the same answer again changes nothing"


def test_a_change_keeps_the_ways_that_were_tried(shared_page: Page) -> None:
    tried = urlencode([("tried", "use-login"), ("tried", "webmail")])
    shared_page.goto(f"/en/{PLAN}&{tried}")
    change(shared_page, "program", "iphone")
    assert shared_page.url.endswith(tried)


@in_every_language
@pytest.mark.parametrize(
    "kind", ["start", "choice", "typed", "typed-error", "port", "port-error", "plan", "worked"]
)
def test_the_other_language_keeps_the_spot(shared_page: Page, language: str, kind: str) -> None:
    open_kind(shared_page, language, kind)
    facts, asked = merge_reading(shared_page), question(shared_page)
    other = shared_page.locator("nav a:not([aria-current])")
    code = other.get_attribute("hreflang") or ""
    Pointer(shared_page).follow(other)
    expect(shared_page.locator("html")).to_have_attribute("lang", code)
    expect(shared_page.locator("nav [aria-current]")).to_have_attribute("lang", code)
    assert facts.items() <= merge_reading(shared_page).items()
    assert question(shared_page) == asked


@in_every_language
def test_back_leads_to_the_question_before(shared_page: Page, language: str) -> None:
    person = Pointer(shared_page)
    shared_page.goto(f"/{language}/check?change=program")
    answer(person, "program", "thunderbird")
    answer(person, "error", "authentication-failed")
    answer(person, "account_domain", "pat@proseware.com")
    after = question(shared_page)

    shared_page.go_back()
    assert question(shared_page) == "account_domain"
    shared_page.go_back()
    assert question(shared_page) == "error"
    shared_page.go_back()
    assert question(shared_page) == "program"
    answer(person, "program", "iphone")
    assert merge_reading(shared_page)["program"] == "iphone"
    assert question(shared_page) == "error"
    assert after != "error"


@in_every_language
def test_a_page_that_is_not_there_leads_back(shared_page: Page, language: str) -> None:
    answered = shared_page.goto(f"/{language}/nowhere")
    assert answered is not None
    assert answered.status == 404
    expect(shared_page.locator("html")).to_have_attribute("lang", language)
    Pointer(shared_page).follow(shared_page.locator("main .button"))
    assert shared_page.url.endswith(f"/{language}/")
