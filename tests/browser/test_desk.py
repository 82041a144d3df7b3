"""The desk from the keyboard alone: numbers choose, Enter goes on, one key copies the ticket."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_playwright import CreateContextCallback

from tests.browser.pages import DESKTOP, PLAN, REFUSAL, in_every_language, merge_reading

pytestmark = pytest.mark.browser

FULL = PLAN.replace("check?", "desk?")
WORDS = {"en": "What does the error message say?", "vi": "Thông báo lỗi ghi gì?"}
OTHER = {"en": "vi", "vi": "en"}
LAPTOP = ViewportSize(width=1280, height=720)


@pytest.fixture
def desk(shared_page: Page) -> Page:
    """Return a page on an office screen."""
    shared_page.set_viewport_size(DESKTOP)
    shared_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return shared_page


@pytest.fixture(scope="module")
def plain_page(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Yield a page of a browser that runs no script."""
    context = browser.new_context(
        **browser_context_args, java_script_enabled=False, viewport=DESKTOP
    )
    yield context.new_page()
    context.close()


def card(page: Page) -> str | None:
    """Return the question on the card."""
    return page.locator("#card").get_attribute("data-fact")


def on_card(page: Page, fact: str) -> None:
    """Wait until a question stands on the card."""
    expect(page.locator("#card")).to_have_attribute("data-fact", fact)


def in_url(page: Page, pair: str) -> None:
    """Wait until the URL says something."""
    expect(page).to_have_url(re.compile(rf"[?&]{re.escape(pair)}(&|$)"))


@in_every_language
def test_the_screen_renews_as_answers_come_in(desk: Page, language: str) -> None:
    desk.goto(f"/{language}/desk?caller={OTHER[language]}")
    quote = desk.locator("#card blockquote")
    expect(quote).to_have_attribute("lang", OTHER[language])
    expect(quote).to_contain_text(WORDS[OTHER[language]])
    verdict = desk.locator("#verdict").inner_text()
    desk.keyboard.press("1")
    in_url(desk, "error=relay-denied")
    expect(desk.locator("#verdict")).not_to_have_text(verdict)
    expect(desk.locator("#said")).to_have_text(desk.locator("#verdict").inner_text())
    assert card(desk) == "error", "the answer can still be seen and changed"
    expect(desk.locator("#error")).to_be_checked()
    verdict = desk.locator("#verdict").inner_text().removesuffix(".")
    assert desk.title().endswith(f": {verdict} – Thông Thư")


def test_two_digits_choose_one_answer(desk: Page) -> None:
    desk.goto("/en/desk")
    desk.keyboard.press("1")
    desk.keyboard.press("2")
    in_url(desk, "error=mailbox-disabled")
    expect(desk.locator("#error-12")).to_be_checked()
    # There is no 125th answer: the 5 begins anew.
    desk.keyboard.press("5")
    in_url(desk, "error=tls-required")
    desk.keyboard.press("0")
    desk.keyboard.press("2")
    in_url(desk, "error=authentication-required")


def test_enter_goes_on_and_b_goes_back(desk: Page) -> None:
    desk.goto("/en/desk")
    desk.keyboard.press("1")
    desk.keyboard.press("Enter")
    on_card(desk, "refused_by")
    expect(desk.locator("#refused_by")).to_be_focused()
    desk.keyboard.press("u")
    in_url(desk, "refused_by=unknown")
    desk.keyboard.press("Enter")
    on_card(desk, "program")
    desk.keyboard.press("9")
    desk.keyboard.press("Enter")
    on_card(desk, "account_domain")
    field = desk.locator("#account_domain")
    expect(field).to_be_focused()
    desk.keyboard.type("pat@proseware.com")
    desk.keyboard.press("Enter")
    in_url(desk, "account_domain=proseware.com")
    on_card(desk, "place")
    desk.keyboard.press("b")
    on_card(desk, "account_domain")
    expect(field).to_have_value("proseware.com")
    expect(field).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("b")
    on_card(desk, "program")
    desk.keyboard.press("b")
    on_card(desk, "refused_by")
    expect(desk.locator("#refused_by-3")).to_be_focused()


@in_every_language
def test_everything_typed_ahead_arrives(desk: Page, language: str) -> None:
    """Nobody waits for the screen: the keys of five questions in one go, as fast as can be."""
    desk.goto(f"/{language}/desk")
    desk.keyboard.press("1")
    desk.keyboard.press("Enter")
    desk.keyboard.press("1")
    desk.keyboard.press("Enter")
    desk.keyboard.press("9")
    desk.keyboard.press("Enter")
    desk.keyboard.type("pat@proseware.com")
    desk.keyboard.press("Enter")
    desk.keyboard.press("2")
    in_url(desk, "place=work")
    assert merge_reading(desk) == {
        "account_domain": "proseware.com",
        "place": "work",
        "ask": "place",
        "error": "relay-denied",
        "refused_by": "own-server",
        "program": "thunderbird",
    }


# Promises to wait for, since the policy lets no poll be evaluated in the page.
HOLD = """() => {
  const real = window.fetch;
  let tell = () => {};
  window.held = [];
  window.another = () => held.length || new Promise(done => { tell = done; });
  window.fetch = (...all) => new Promise((done, fail) => {
    held.push(() => real(...all).then(done, fail));
    tell();
  });
}"""
ANOTHER_IS_HELD = "another().then?.(() => 0)"
LET_ONE_GO = "held.shift()()"
NOTE_COMPOSING = """() => {
  window.composed = new Promise(done => addEventListener("compositionstart", event => {
    window.field = event.target;
    done();
  }));
}"""
NOTE_PARSING = """() => {
  const real = DOMParser.prototype.parseFromString;
  window.parsed = new Promise(done => {
    DOMParser.prototype.parseFromString = function (...all) {
      setTimeout(done);
      return real.apply(this, all);
    };
  });
}"""


def test_no_request_is_given_up_and_no_edit_lost_while_one_is_on_its_way(desk: Page) -> None:
    desk.goto("/en/desk?place=work&connection=other")
    desk.evaluate(HOLD)
    desk.locator("#place").select_option("home")
    desk.locator("#login").select_option("none")
    desk.locator("#vpn").select_option("no")
    server = desk.locator("#server")
    server.click()
    desk.keyboard.type("smtp.pware.com")
    for _ in range(len("ware.com")):
        desk.keyboard.press("ArrowLeft")
    assert desk.evaluate("held.length") == 1
    desk.evaluate(LET_ONE_GO)
    # The first answer is on the screen, the second question under way.
    in_url(desk, "place=home")
    desk.evaluate(ANOTHER_IS_HELD)
    expect(server).to_be_focused()
    desk.keyboard.type("rose")
    desk.evaluate(LET_ONE_GO)
    in_url(desk, "vpn=no")
    expect(server).to_have_value("smtp.proseware.com")
    expect(server).to_be_focused()
    desk.keyboard.press("Tab")
    desk.evaluate(LET_ONE_GO)
    in_url(desk, "server=smtp.proseware.com")
    facts = merge_reading(desk)
    assert (facts["place"], facts["vpn"], facts["login"]) == ("home", "no", "none")
    assert "connection" not in facts, "it was about another place"


def test_a_letter_that_is_being_composed_is_not_torn_out(desk: Page) -> None:
    desk.goto("/en/desk")
    desk.evaluate(HOLD)
    desk.locator("#place").select_option("home")
    field = desk.locator("#server")
    field.click()
    desk.evaluate(NOTE_COMPOSING)
    devtools = desk.context.new_cdp_session(desk)
    devtools.send("Input.imeSetComposition", {"text": "ư", "selectionStart": 1, "selectionEnd": 1})
    desk.evaluate("composed")
    desk.evaluate(NOTE_PARSING)
    desk.evaluate(LET_ONE_GO)
    desk.evaluate("parsed")
    assert desk.evaluate("field.isConnected"), "the screen waits"
    devtools.send("Input.insertText", {"text": "ư"})
    in_url(desk, "place=home")
    expect(field).to_have_value("ư")
    devtools.detach()


def test_focus_and_caret_stay_where_they_were(desk: Page) -> None:
    desk.goto("/en/desk")
    box = desk.locator("#vpn")
    box.focus()
    box.select_option("yes")
    in_url(desk, "vpn=yes")
    expect(desk.locator("#vpn")).to_be_focused()


def test_a_key_copies_the_ticket(desk: Page) -> None:
    desk.goto(f"/en/{FULL}")
    for key, name in (("c", "ticket-plain"), ("m", "ticket-markdown")):
        desk.keyboard.press(key)
        expect(desk.locator("#said")).to_have_text("Copied")
        copied = desk.evaluate("navigator.clipboard.readText()")
        assert copied == desk.locator(f"#{name}").input_value()
        assert "proseware.com" in copied
        desk.evaluate("navigator.clipboard.writeText('')")
        desk.evaluate("document.getElementById('said').textContent = ''")
    for button in desk.locator("[data-copy]").all():
        button.click()
        expect(desk.locator("#said")).to_have_text("Copied")


def test_what_is_copied_is_what_was_last_answered(desk: Page) -> None:
    desk.goto(f"/en/{FULL}&ask=login")
    desk.keyboard.press("1")
    desk.keyboard.press("c")
    expect(desk.locator("#said")).to_have_text("Copied")
    assert "with username and password" in desk.evaluate("navigator.clipboard.readText()")


def test_without_a_clipboard_the_text_is_marked(new_context: CreateContextCallback) -> None:
    page = new_context(viewport=DESKTOP).new_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(f"/en/{FULL}")
    page.keyboard.press("c")
    text = page.locator("#ticket-plain")
    expect(text).to_be_focused()
    marked = text.evaluate("all => all.value.slice(all.selectionStart, all.selectionEnd)")
    assert marked == text.input_value()


def test_the_list_of_keys_opens_and_closes(desk: Page) -> None:
    desk.goto("/en/desk")
    listed = desk.get_by_role("dialog")
    desk.keyboard.press("?")
    expect(listed).to_be_visible()
    desk.keyboard.press("2")
    desk.keyboard.press("?")
    expect(listed).to_be_hidden()
    desk.keyboard.press("?")
    desk.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    desk.locator("#show-keys").click()
    listed.get_by_role("button").click()
    expect(listed).to_be_hidden()
    assert "error=" not in desk.url


def test_keys_do_nothing_in_a_field_with_a_modifier_or_switched_off(desk: Page) -> None:
    desk.goto("/en/desk")
    desk.keyboard.press("p")
    expect(desk.locator("#paste")).to_be_focused()
    desk.keyboard.type("1c?")
    expect(desk.locator("#paste")).to_have_value("1c?")
    desk.locator("#paste").fill("")
    desk.keyboard.press("Escape")
    expect(desk.locator("#paste")).not_to_be_focused()
    desk.keyboard.press("Control+1")
    desk.locator("#switch-keys").click()
    in_url(desk, "keys=off")
    for key in ("1", "u", "?", "p"):
        desk.keyboard.press(key)
    expect(desk.get_by_role("dialog")).to_be_hidden()
    expect(desk.locator("#paste")).not_to_be_focused()
    assert "error=" not in desk.url
    expect(desk.locator("#card :checked")).to_have_count(0)
    # What every form can do, it still can.
    desk.locator("#card [type=radio]").first.check()
    in_url(desk, "error=relay-denied")
    in_url(desk, "keys=off")


def test_what_is_pasted_is_read_at_once(desk: Page) -> None:
    desk.goto("/en/desk?place=work")
    desk.evaluate("text => navigator.clipboard.writeText(text)", REFUSAL)
    desk.keyboard.press("p")
    desk.keyboard.press("Control+v")
    expect(desk.locator("#understood mark")).not_to_have_count(0)
    in_url(desk, "error=relay-denied")
    in_url(desk, "place=work")
    expect(desk.locator("#paste")).to_have_value("")
    assert "kim@" not in desk.url


def test_a_mistake_is_said_and_can_be_mended(desk: Page) -> None:
    desk.goto("/en/desk?ask=port")
    desk.locator("#port").fill("smtp")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("alert")).to_be_visible()
    expect(desk.locator("#port")).to_have_value("smtp")
    expect(desk.locator("#port")).to_have_attribute("aria-invalid", "true")
    desk.locator("#port").fill("2525")
    desk.keyboard.press("Enter")
    in_url(desk, "port=2525")
    expect(desk.get_by_role("alert")).to_have_count(0)


def test_what_was_typed_ahead_of_a_mistake_is_dropped(desk: Page) -> None:
    desk.goto("/en/desk?ask=account_domain")
    desk.locator("#account_domain").click()
    desk.evaluate(HOLD)
    desk.keyboard.type("pat")
    desk.keyboard.press("Enter")
    desk.keyboard.type("1kim")
    desk.evaluate(LET_ONE_GO)
    expect(desk.get_by_role("alert")).to_be_visible()
    on_card(desk, "account_domain")
    expect(desk.locator("#account_domain")).to_be_focused()
    expect(desk.locator("#account_domain")).to_have_value("pat")


def test_an_edit_follows_its_question_onto_the_card(desk: Page) -> None:
    desk.goto("/en/desk?error=relay-denied&ask=vpn")
    desk.evaluate(HOLD)
    desk.locator("#ask-login").click()
    desk.locator("#login").select_option("none")
    desk.locator("#vpn").check()
    desk.evaluate(LET_ONE_GO)
    on_card(desk, "login")
    desk.evaluate(ANOTHER_IS_HELD)
    desk.evaluate(LET_ONE_GO)
    in_url(desk, "login=none")
    in_url(desk, "vpn=yes")
    expect(desk.locator("#login-4")).to_be_checked()


def test_a_question_can_be_asked_out_of_turn(desk: Page) -> None:
    desk.goto("/en/desk")
    desk.locator("#ask-login").click()
    on_card(desk, "login")
    in_url(desk, "ask=login")
    desk.keyboard.press("2")
    in_url(desk, "login=oauth")
    desk.keyboard.press("b")
    on_card(desk, "error")


def test_a_remedy_that_did_not_help_makes_room_for_the_next(desk: Page) -> None:
    desk.goto(f"/en/{FULL}")
    first = desk.locator(".way").first
    first.locator("[name=tried]").check()
    expect(first).to_have_class(re.compile("tried"))
    expect(first).not_to_have_attribute("open", "")
    expect(desk.locator(".way").nth(1)).to_have_attribute("open", "")


def test_what_was_unfolded_stays_so(desk: Page) -> None:
    desk.goto("/en/desk")
    desk.locator("#why summary").click()
    desk.keyboard.press("1")
    in_url(desk, "error=relay-denied")
    expect(desk.locator("#why ul")).to_be_visible()


def test_a_failure_is_said_and_the_button_works(desk: Page) -> None:
    desk.goto("/en/desk")
    button = desk.locator(".renew button").first
    expect(button).to_be_hidden()
    desk.evaluate("() => { window.real = fetch; window.fetch = () => Promise.reject(Error()); }")
    desk.keyboard.press("1")
    expect(desk.locator("#said")).to_contain_text("did not respond")
    desk.evaluate("() => { window.fetch = real; }")
    button.click()
    in_url(desk, "error=relay-denied")
    expect(button).to_be_hidden()
    expect(desk.locator("#said")).not_to_contain_text("did not respond")


def test_the_old_ticket_is_not_copied_after_a_failure(desk: Page) -> None:
    desk.goto(f"/en/{FULL}&ask=login")
    desk.evaluate("navigator.clipboard.writeText('nothing')")
    desk.evaluate("() => { window.real = fetch; window.fetch = () => Promise.reject(Error()); }")
    desk.keyboard.press("1")
    expect(desk.locator("#said")).to_contain_text("did not respond")
    for act in (lambda: desk.keyboard.press("c"), desk.locator("[data-copy]").first.click):
        desk.evaluate("document.getElementById('said').textContent = ''")
        act()
        expect(desk.locator("#said")).to_contain_text("before you copy")
    assert desk.evaluate("navigator.clipboard.readText()") == "nothing"
    desk.evaluate("() => { window.fetch = real; }")
    desk.locator(".renew button").first.click()
    in_url(desk, "login=password")
    desk.keyboard.press("Escape")
    desk.keyboard.press("c")
    expect(desk.locator("#said")).to_have_text("Copied")


def test_a_refusal_is_said_and_changes_nothing_on_the_screen(desk: Page) -> None:
    """What is too much for the server is neither lost nor called silence."""
    desk.goto("/en/desk")
    desk.locator("#server").fill("smtp.proseware.com")
    desk.locator("#paste").fill("a" * 2_000_000)
    desk.keyboard.press("Control+Enter")
    refused = desk.locator("#refused")
    expect(refused.get_by_role("alert")).to_contain_text("That was too much text")
    expect(desk.locator("#refused-sign-in")).to_be_hidden()
    expect(desk.locator("#said")).not_to_contain_text("did not respond")
    assert "/en/desk" in desk.url
    expect(desk.locator("#paste")).not_to_have_value("")
    refused.get_by_role("button").click()
    expect(refused).to_be_hidden()
    desk.locator("#paste").fill("")
    desk.locator(".renew button").first.click()
    in_url(desk, "server=smtp.proseware.com")


@in_every_language
def test_an_answer_can_be_changed_when_nothing_is_left_to_ask(desk: Page, language: str) -> None:
    desk.goto(f"/{language}/{FULL}")
    links = desk.locator(".answered a")
    last = str(links.last.get_attribute("data-ask"))
    assert links.count() == len(merge_reading(desk)) == 10
    desk.keyboard.press("1")
    expect(links.first).to_be_focused()
    desk.keyboard.press("0")
    expect(links.last).to_be_focused()
    desk.keyboard.press("Enter")
    on_card(desk, last)
    desk.keyboard.press("Enter")
    expect(links).to_have_count(10)
    desk.goto(f"/{language}/{FULL}")
    desk.keyboard.press("b")
    on_card(desk, last)


def test_after_a_mistake_the_caret_stands_behind_the_text(desk: Page) -> None:
    desk.goto("/en/desk?ask=account_domain")
    desk.locator("#account_domain").click()
    desk.keyboard.type("congty")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("alert")).to_be_visible()
    expect(desk.locator("#account_domain")).to_be_focused()
    desk.keyboard.type(".vn")
    expect(desk.locator("#account_domain")).to_have_value("congty.vn")


def test_badges_say_which_keys_work(desk: Page) -> None:
    badge = "getComputedStyle(document.querySelector('.choice kbd'), '::before').content"
    desk.goto("/en/desk?ask=account_domain")
    expect(desk.locator(".leave")).not_to_be_visible()
    desk.locator("#account_domain").focus()
    expect(desk.locator(".leave")).to_be_visible()
    assert "Esc" in desk.evaluate(badge)
    desk.keyboard.press("Escape")
    assert "Esc" not in desk.evaluate(badge)
    desk.keyboard.press("u")
    in_url(desk, "account_domain=unknown")
    desk.goto("/en/desk?keys=off")
    expect(desk.locator(".card kbd")).to_have_count(0)
    desk.locator("#show-keys").click()
    expect(desk.get_by_role("dialog")).to_be_visible()


def test_rare_answers_are_folded_until_their_number_is_typed(desk: Page) -> None:
    desk.set_viewport_size(LAPTOP)
    desk.goto("/en/desk")
    expect(desk.locator("#error-12")).to_be_hidden()
    whole = desk.locator("#card").bounding_box()
    assert whole is not None
    assert whole["height"] < LAPTOP["height"]
    desk.keyboard.type("12")
    expect(desk.locator("#error-12")).to_be_visible()
    in_url(desk, "error=mailbox-disabled")
    expect(desk.locator("#error-12")).to_be_focused()
    desk.keyboard.press("2")
    in_url(desk, "error=authentication-required")
    desk.keyboard.press("Escape")
    desk.keyboard.type("25")
    in_url(desk, "error=unknown")


def test_what_comes_of_it_and_the_next_question_stay_in_view(desk: Page) -> None:
    desk.set_viewport_size(LAPTOP)
    desk.goto(f"/en/{FULL}&caller=vi&ask=server")
    desk.locator("#telling").evaluate("telling => { telling.scrollTop = 200; }")
    desk.locator("#vpn").select_option("unknown")
    in_url(desk, "vpn=unknown")
    assert desk.locator("#telling").evaluate("telling => telling.scrollTop") == 200
    desk.locator("#telling").evaluate("telling => { telling.scrollTop = 0; }")
    desk.locator("#desk .renew").first.evaluate("() => scrollTo(0, 500)")
    expect(desk.locator("#verdict")).to_be_in_viewport()
    desk.goto("/en/desk?place=work")
    desk.locator("#paste").fill(REFUSAL)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#understood mark")).not_to_have_count(0)
    expect(desk.locator("#card-title")).to_be_in_viewport()
    expect(desk.locator("#card :focus")).to_have_count(1)


@in_every_language
def test_the_other_language_keeps_what_was_answered(desk: Page, language: str) -> None:
    desk.goto(f"/{language}/desk")
    desk.keyboard.press("1")
    desk.locator(f"header nav [lang={OTHER[language]}]").click()
    expect(desk.locator("html")).to_have_attribute("lang", OTHER[language])
    assert merge_reading(desk)["error"] == "relay-denied"


def test_without_script_a_button_does_the_same(plain_page: Page) -> None:
    page = plain_page
    page.goto("/en/desk")
    expect(page.locator("#show-keys")).to_be_hidden()
    page.locator("#more summary").click()
    page.locator("#error-12").check()
    page.locator("#place").select_option("home")
    page.locator(".renew button").first.click()
    assert merge_reading(page) == {"place": "home", "error": "mailbox-disabled", "ask": "error"}
    page.locator("[name=go]").click()
    assert merge_reading(page) == {"place": "home", "error": "mailbox-disabled"}
    page.locator("#account_domain").fill("pat@proseware.com")
    page.locator("#account_domain").press("Enter")
    in_url(page, "account_domain=proseware.com")
    page.locator("#paste").fill(REFUSAL)
    page.locator("#read").click()
    expect(page.locator("#understood mark")).not_to_have_count(0)
    page.locator("[name=go]").click()
    assert merge_reading(page)["error"] == "relay-denied"
    assert merge_reading(page)["place"] == "home"


def test_what_is_typed_elsewhere_while_the_answer_is_on_its_way_is_no_key(desk: Page) -> None:
    desk.goto("/en/desk")
    held = []
    desk.route("**/desk*", lambda route: route.continue_() if held else held.append(route))
    desk.keyboard.press("1")
    desk.keyboard.press("Enter")
    desk.locator("#paste").click()
    desk.keyboard.type("ub b")
    expect(desk.locator("#paste")).to_have_value("ub b")
    held[0].continue_()
    expect(desk.locator("#card")).not_to_have_attribute("data-fact", "error")
    expect(desk.locator("#paste")).to_have_value("ub b")
    expect(desk.locator("#paste")).to_be_focused()
    desk.unroute("**/desk*")


def test_a_digit_after_a_pause_begins_a_new_number(desk: Page) -> None:
    desk.goto("/en/desk")
    desk.keyboard.press("1")
    expect(desk.locator("#card :checked")).to_have_attribute("value", "relay-denied")
    press = "stamp => { const key = new KeyboardEvent('keydown', {key: '2', bubbles: true});"
    press += " Object.defineProperty(key, 'timeStamp', {value: stamp});"
    press += " document.activeElement.dispatchEvent(key); }"
    desk.evaluate(press, 10_000_000)
    expect(desk.locator("#card :checked")).to_have_attribute("value", "authentication-required")
