"""The first step is there after few answers; a question on the plan changes it in place."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import in_every_language, merge_reading, paste
from tests.browser.person import Pointer, answer_until_ready, leaving
from tests.browser.test_paste import ENGLISH, VIETNAMESE

pytestmark = pytest.mark.browser

UNKNOWN = dict.fromkeys(("error", "refused_by", "place", "vpn", "login", "program"), "unknown")


def typed(account: str) -> dict[str, str]:
    return {"account_domain": account}


def asked_until_ready(page: Page, answers: dict[str, str]) -> int:
    """Return how many answers the first step takes; the walk ends on a plan that has one."""
    number = answer_until_ready(Pointer(page), {**answers})
    expect(page.locator(".remedy .steps li").first).to_be_visible()
    return number


@in_every_language
@pytest.mark.parametrize("text", [ENGLISH, VIETNAMESE], ids=["553", "550"])
def test_an_outlook_paste_takes_two_answers(shared_page: Page, language: str, text: str) -> None:
    shared_page.goto(f"/{language}/")
    paste(shared_page, text)
    Pointer(shared_page).follow(shared_page.locator("main .button"))
    assert asked_until_ready(shared_page, UNKNOWN | typed("pat@proseware.com")) <= 2


@in_every_language
def test_relaying_denied_takes_three_answers(shared_page: Page, language: str) -> None:
    shared_page.goto(f"/{language}/")
    Pointer(shared_page).follow(shared_page.locator('main a[href*="error=relay-denied"]'))
    answers = UNKNOWN | typed("pat@gmail.com") | {"refused_by": "own-server"}
    assert asked_until_ready(shared_page, answers) <= 3


@in_every_language
@pytest.mark.parametrize("given", ["", "?place=away"], ids=["unknown", "hotel"])
def test_knowing_nothing_takes_four_answers(shared_page: Page, language: str, given: str) -> None:
    shared_page.goto(f"/{language}/check{given}")
    assert asked_until_ready(shared_page, UNKNOWN | typed("unknown")) <= 4


@in_every_language
def test_an_answer_on_the_plan_changes_its_steps(shared_page: Page, language: str) -> None:
    person = Pointer(shared_page)
    shared_page.goto(f"/{language}/check?error=relay-denied&refused_by=own-server")
    question = shared_page.locator("#next")
    expect(question.locator('input[name="program"]')).not_to_have_count(0)
    question.locator('input[value="iphone"]').check()
    with leaving(shared_page):
        question.get_by_role("button").click()
    assert merge_reading(shared_page)["program"] == "iphone"
    expect(shared_page.locator(".remedy")).to_contain_text("SMTP")
    # The next one is typed: the server of the account then stands in the steps.
    question.locator("#next-answer").fill("pat@gmail.com")
    with leaving(shared_page):
        question.get_by_role("button").click()
    assert merge_reading(shared_page)["account_domain"] == "gmail.com"
    expect(shared_page.locator(".steps")).to_contain_text("smtp.gmail.com")
    # "No" leads on: to the next fix, or to what decides it.
    no = shared_page.locator('.worked a:not([href*="worked="])')
    person.follow(no)
    assert merge_reading(shared_page)["tried"] == "match-settings"


@in_every_language
def test_a_mistake_on_the_plan_is_said_and_kept(shared_page: Page, language: str) -> None:
    facts = "error=relay-denied&refused_by=own-server&program=outlook-classic"
    shared_page.goto(f"/{language}/check?{facts}")
    shared_page.locator("#next-answer").fill("pat@")
    with leaving(shared_page):
        shared_page.locator("#next").get_by_role("button").click()
    expect(shared_page.get_by_role("alert")).not_to_be_empty()
    expect(shared_page.locator("#answer")).to_have_value("pat@")
    shared_page.locator("#answer").fill("pat@gmail.com")
    with leaving(shared_page):
        shared_page.locator("main form button").first.click()
    expect(shared_page.locator(".steps")).to_contain_text("smtp.gmail.com")
