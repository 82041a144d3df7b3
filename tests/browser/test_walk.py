"""From the start page to mail that gets through, as different people go there."""

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import BrowserContext, Request, ViewportSize, expect
from pytest_playwright import CreateContextCallback

from tests.browser.pages import DESKTOP, PHONE, ROW_4, in_every_language, merge_reading
from tests.browser.person import Keyboard, Person, Pointer, answer_all

pytestmark = pytest.mark.browser

ANSWERS = {
    "error": "relay-denied",
    "refused_by": "own-server",
    "program": "thunderbird",
    "account_domain": "pat@proseware.com",
    "recipient_domain": "kim@adatum.com",
    "place": "work",
    "connection": "other",
    "vpn": "no",
    "login": "none",
    "server": "smtp.proseware.com",
}
PRIVATE = re.compile(r"@|\b(pat|kim)\b")
PAGES = 2 + len(ANSWERS) + 3
"""Start and first question, a page an answer, "everything", the next way, the happy end."""


class Traffic:
    """What the browser asked for, and what it complained about."""

    def __init__(self, context: BrowserContext) -> None:
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        context.on("request", lambda request: self.requests.append(request))
        context.on("console", lambda message: self.complaints.append(message.text))
        context.on("weberror", lambda fault: self.complaints.append(str(fault.error)))


@in_every_language
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_pointing(
    new_context: CreateContextCallback, language: str, screen: ViewportSize, script: bool
) -> None:
    context = new_context(viewport=screen, java_script_enabled=script)
    traffic = Traffic(context)
    walk(Pointer(context.new_page()), language)
    # Without script a browser does not wait with pictures until they are looked at.
    check_traffic(context, traffic, pictures=not script)


@in_every_language
def test_the_keyboard_alone(new_context: CreateContextCallback, language: str) -> None:
    context = new_context(viewport=DESKTOP)
    traffic = Traffic(context)
    walk(Keyboard(context.new_page()), language)
    check_traffic(context, traffic)


def walk(person: Person, language: str) -> None:
    """Go from the start page through the questions to the second way, which works."""
    page = person.page
    page.goto(f"/{language}/")
    person.follow(page.locator("main .button"))
    answer_all(person, ANSWERS)

    assert ROW_4.items() <= merge_reading(page).items()
    works = page.locator('.worked a[href*="worked="]')
    works_not = page.locator('.worked a:not([href*="worked="])')
    expect(works).to_have_attribute("href", re.compile(r"worked=use-login\b"))
    first_way = page.locator("#remedy").inner_text()

    person.follow(works_not)
    assert merge_reading(page)["tried"] == "use-login"
    assert page.locator("#remedy").inner_text() != first_way

    person.follow(works)
    assert merge_reading(page)["worked"] != "use-login"
    expect(page.locator(".route .through").first).to_be_attached()
    expect(page.locator(".remedy, form")).to_have_count(0)


def check_traffic(context: BrowserContext, traffic: Traffic, pictures: bool = False) -> None:
    """Hold what went over the line against what the wizard promises."""
    assert not traffic.complaints
    assert not context.cookies()
    images = [request for request in traffic.requests if request.resource_type == "image"]
    documents = [r for r in traffic.requests if r.resource_type == "document"]
    assert len(images) + len(documents) == len(traffic.requests)
    assert bool(images) is pictures
    assert len([r for r in documents if not r.redirected_from]) == PAGES
    assert not [r.url for r in traffic.requests if PRIVATE.search(unquote(r.url))]
