"""From the person's phone to the agent's desk and back again."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.i18n.languages import read_out
from tests.browser.helpdesk import sign_in
from tests.browser.pages import DESKTOP, LANGUAGES, PHONE, PLAN, merge_reading
from tests.browser.person import leaving

pytestmark = pytest.mark.browser

OTHER = {"vi": "en", "en": "vi"}
Open = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Open]:
    """Return a function that opens a browser of somebody's own."""
    contexts = []

    def start(**settings: Any) -> Page:
        contexts.append(browser.new_context(**browser_context_args | settings))
        return contexts[-1].new_page()

    yield start
    for context in contexts:
        context.close()


def keep_case(agent: Page, url: str) -> None:
    """Sign an agent in, and make a case of what stands on the desk."""
    sign_in(agent)
    agent.goto(url)
    with leaving(agent):
        agent.locator("#keep").click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_goes_to_the_desk_and_back(new_page: Open, language: str, script: bool) -> None:
    person = new_page(viewport=PHONE, java_script_enabled=script)
    person.goto(f"/{language}/{PLAN}")
    told = merge_reading(person)
    summary = person.locator("h1").inner_text()
    person.goto(f"/{language}/{PLAN.replace('check?', 'help?')}")
    with leaving(person):
        person.locator("main form button").click()
    code = person.locator("h1 .code").inner_text()
    case = person.url

    # The agent works in the other language, from the keyboard.
    ours = OTHER[language]
    agent = new_page(viewport=DESKTOP)
    agent.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(agent)
    agent.goto(f"/{ours}/desk/cases")
    expect(agent.locator("#code")).to_be_focused()
    agent.keyboard.type(code.lower())
    with leaving(agent):
        agent.keyboard.press("Enter")
    for fact, value in told.items():
        expect(agent.locator(f"[name={fact}]").first).to_have_value(value)
    expect(
        agent.locator(f"[lang={language}]").filter(has_text=read_out(summary.rstrip("."))).first
    ).to_be_attached()

    agent.locator("#ask-place").focus()
    agent.keyboard.press("Enter")
    expect(agent.locator("#card")).to_have_attribute("data-fact", "place")
    agent.keyboard.press("1")
    expect(agent.locator("[name=version]").first).to_have_value("2")
    agent.keyboard.press("c")
    expect(agent.locator("#said")).to_have_class("said")
    ticket = agent.evaluate("navigator.clipboard.readText()")
    at_home = {"vi": "Địa điểm: Ở nhà", "en": "Where you are: At home"}
    assert code in ticket
    for words in at_home.values():
        assert words in ticket
    assert ticket.index(at_home[ours]) < ticket.index(at_home[language])

    link = agent.locator("#case-back a").get_attribute("href")
    assert link is not None
    assert link.endswith(case.partition("//")[2].partition("/")[2])
    person.goto(link)
    expect(person.locator("main")).to_contain_text(at_home[language].partition(": ")[2])
    with leaving(person):
        person.locator("main a.button").click()
    # At another place, what was told of the line is stale.
    kept = {fact: value for fact, value in told.items() if fact not in ("connection", "vpn")}
    assert merge_reading(person) == kept | {"place": "home"}
    assert not person.context.cookies(), "only the desk has a cookie"


def test_what_is_typed_beside_the_screen_survives_its_renewal(new_page: Open) -> None:
    agent = new_page(viewport=DESKTOP)
    keep_case(agent, "/en/desk?place=work")
    agent.locator("#case-notes summary").click()
    agent.locator("#note").fill("Call back at noon.")
    agent.locator("#outcome").select_option("passed-on")
    agent.locator("[name=vpn]").select_option("no")
    expect(agent.locator("[name=version]").first).to_have_value("2")
    expect(agent.locator("#note")).to_have_value("Call back at noon.")
    agent.locator("#keep-outcome").click()
    expect(agent.locator(".notes")).to_contain_text("Call back at noon.")
    expect(agent.locator("#note")).to_have_value("")
    expect(agent.locator("#said")).to_have_text("Saved")
    expect(agent.locator("#outcome")).to_have_value("passed-on")


def test_keys_in_quick_succession_are_all_kept(new_page: Open) -> None:
    agent = new_page(viewport=DESKTOP)
    keep_case(agent, "/en/desk?ask=error")
    expect(agent.locator("#card")).to_have_attribute("data-fact", "error")
    agent.keyboard.type("12")
    expect(agent.locator(".case .error")).to_have_count(0)
    chosen = agent.locator("#card input[type=radio]").nth(11)
    expect(chosen).to_be_checked()
    expect(agent.locator("[name=version]").first).not_to_have_value("1")
    value = chosen.get_attribute("value")
    agent.keyboard.press("Enter")
    expect(agent.locator("select[name=error]")).to_have_value(str(value))


def test_a_note_outlives_the_session(new_page: Open) -> None:
    """Signed out elsewhere: it is said, nothing is lost, and after signing in it is kept."""
    agent = new_page(viewport=DESKTOP)
    keep_case(agent, "/en/desk?place=work&keys=off")
    agent.goto(agent.url.replace("keys=off", "caller=en"))
    other = agent.context.new_page()
    other.goto("/en/desk/cases")
    with leaving(other):
        other.locator(".deskbar form button").click()
    agent.keyboard.press("s")
    expect(agent.locator("#case-back .qr")).to_be_visible()
    agent.keyboard.press("n")
    expect(agent.locator("#note")).to_be_focused()
    agent.keyboard.type("Call back at noon.")
    agent.keyboard.press("Control+Enter")
    refused = agent.locator("#refused")
    expect(refused.get_by_role("alert")).to_contain_text("sign in")
    expect(agent.locator("#note")).to_have_value("Call back at noon.")
    agent.locator("[name=vpn]").select_option("no")
    expect(agent.locator("[name=vpn]")).to_have_value("no")
    with agent.expect_popup() as popup:
        refused.get_by_role("link").click()
    expect(popup.value.locator("#password")).to_be_visible()
    sign_in(popup.value)
    agent.locator(".renew button").first.click()
    expect(agent.locator("[name=version]").first).to_have_value("2")
    expect(refused).to_be_hidden()
    expect(agent.locator("[name=vpn]")).to_have_value("no")
    expect(agent.locator("#note")).to_have_value("Call back at noon.")
    agent.locator("#note").press("Control+Enter")
    expect(agent.locator(".notes")).to_contain_text("Call back at noon.")
    expect(agent.locator("#note")).to_have_value("")
    assert "caller=en" in agent.url


def test_a_case_that_is_gone_is_said_and_the_screen_stays(new_page: Open) -> None:
    agent = new_page(viewport=DESKTOP)
    keep_case(agent, "/en/desk?place=work")
    here = agent.url
    other = agent.context.new_page()
    other.goto(here)
    other.locator("#case-end summary").click()
    with leaving(other):
        other.locator("#case-end button").click()
    agent.locator("[name=vpn]").select_option("no")
    expect(agent.locator("#refused [role=alert]")).to_contain_text("This code didn't work")
    assert agent.url == here
    expect(agent.locator("[name=vpn]")).to_have_value("no")
