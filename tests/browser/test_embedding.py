"""A foreign site embeds the wizard: two origins, a strict policy, with and without script."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserType, Frame, Page, expect
from pytest_playwright import CreateContextCallback

from app.knowledge import knowledge
from tests.browser.foreign import foreign_site
from tests.browser.pages import (
    DESKTOP,
    PHONE,
    in_every_language,
    merge_reading,
    write_portals,
)
from tests.browser.person import Pointer, answer_all
from tests.browser.server import free_port, running
from tests.browser.test_accessible import FIND_VIOLATIONS, RULES

pytestmark = pytest.mark.browser

ANSWERS = {
    "error": "relay-denied",
    "refused_by": "own-server",
    "program": "thunderbird",
    "recipient_domain": "kim@adatum.com",
    "place": "work",
    "connection": "other",
    "vpn": "no",
    "login": "none",
    "server": "smtp.tailspintoys.com",
}
IFRAME = (
    '<iframe src="{home}/at/proseware/vi/" title="Trợ giúp" width="100%" height="700"></iframe>'
)
SNIPPET = '<script async src="{home}/embed/v1.js"></script>'
PAGES = {
    "/element": '<thong-thu data-portal="proseware" data-lang="en" data-accent="#004488" '
    'data-answers="error=relay-denied&amp;place=away" data-title="Help"></thong-thu>' + SNIPPET,
    "/door": '<thong-thu data-portal="proseware" data-answers="place=away"></thong-thu>' + SNIPPET,
    "/bare": IFRAME,
    "/snippet": f"<thong-thu>{IFRAME}</thong-thu>{SNIPPET}",
    "/late": f"{IFRAME}<p id=below></p>",
    # Nothing behind the tag has been read when a script in the head finds it.
    "/head": '<script src="{home}/embed/v1.js"></script>'
    f"<thong-thu>{IFRAME}</thong-thu><thong-thu>{IFRAME}</thong-thu>",
    "/nobody": f"<thong-thu></thong-thu>{SNIPPET}",
    "/long": f'<p id="above">{"<br>" * 30}</p><thong-thu data-portal="proseware" data-lang="en" '
    f'data-answers="error=relay-denied"></thong-thu><p id="below">.</p>{SNIPPET}',
}
HEARD = """() => {
  const element = document.querySelector("thong-thu");
  if (!element) return;  // a frame
  window.heard = [];
  for (const name of ["ready", "step", "plan", "worked", "height"])
    element.addEventListener(name, event =>
      window.heard.push([name, event.detail]));
}"""


class World(NamedTuple):
    """The wizard, a listed site that shows the demo, a listed and an unlisted foreign site."""

    home: str
    demo: str
    listed: str
    unlisted: str


@pytest.fixture(scope="module")
def world(browser_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    wizard, demo, listed, unlisted = (free_port() for _ in range(4))
    home = f"http://127.0.0.1:{wizard}"
    portals = write_portals(folder, **{"http://localhost:8000": f"http://localhost:{listed}"})
    settings = {
        "PORTALS": str(portals),
        "PUBLIC_URL": home,
        "DEMO_URL": f"http://localhost:{demo}",
    }
    # The strictest policy that a site can have with the two lines of the documentation added.
    policy = f"default-src 'none'; base-uri 'none'; script-src {home}; frame-src {home}"
    pages = {
        path: f'<!doctype html><html lang="en"><title>Site</title>{body.format(home=home)}'
        for path, body in PAGES.items()
    }
    with (
        running(folder / "wizard", wizard, **settings),
        running(folder / "demo", demo, **settings),
        foreign_site(listed, pages, policy) as friend,
        foreign_site(unlisted, pages, policy) as stranger,
    ):
        yield World(home, f"http://localhost:{demo}", friend, stranger)


class Guest(Pointer):
    """Somebody who uses the wizard inside the frame of a foreign page."""

    def __init__(self, page: Page, frame: Frame) -> None:
        self.host = page
        self.page = frame  # type: ignore[assignment]

    def follow(self, link) -> None:
        """Use a link, and wait until the host has heard of the page that it leads to."""
        before = len(events(self.host))
        link.click()
        wait_for_height(self.host, before)


def embedded(page: Page, url: str) -> Guest:
    """Open a page that embeds the wizard, listen, and wait until it is there."""
    page.add_init_script(f"addEventListener('DOMContentLoaded', {HEARD})")
    page.goto(url)
    wait_for_height(page, 0)
    return Guest(page, page.frames[1])


def wait_for_height(page: Page, before: int) -> None:
    """Wait until the host has heard the height of a page, after some events."""
    until(page, lambda: "height" in [name for name, _ in events(page)[before:]])


def until(page: Page, so: Callable[[], bool]) -> None:
    """Look again and again; the policy of the page lets Playwright not do it by itself."""
    for _ in range(400):
        if so():
            return
        page.wait_for_timeout(20)
    raise AssertionError("it did not come to be")


def events(page: Page | Frame) -> list[Any]:
    heard: list[Any] = page.evaluate("window.heard ?? []")
    return heard


def without_inner_scroll_bar(guest: Guest) -> float:
    """Wait until the whole page fits its frame; return how high that is."""
    fits = "document.scrollingElement.scrollHeight <= innerHeight"
    until(guest.host, lambda: guest.page.evaluate(fits))
    return guest.host.locator("iframe").bounding_box()["height"]


@in_every_language
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_demo_walks_to_a_plan_under_a_strict_policy(
    new_context: CreateContextCallback, world: World, language: str, screen
) -> None:
    context = new_context(viewport=screen)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    with page.expect_response(f"{world.demo}/at/proseware/{language}/demo") as response:
        guest = embedded(page, f"{world.demo}/at/proseware/{language}/demo")
    policy = response.value.headers["content-security-policy"]
    assert policy.startswith(f"default-src 'none'; script-src {world.home} 'sha256-")
    assert "unsafe" not in policy
    frame = guest.page
    assert frame.url.startswith(f"{world.home}/at/proseware/{language}/")
    guest.follow(frame.locator("main .button.second").first)
    question_height = without_inner_scroll_bar(guest)
    answer_all(guest, ANSWERS)
    expect(frame.locator(".remedy")).to_be_visible()
    assert "smtp.tailspintoys.com" in frame.locator(".steps").inner_text()
    assert without_inner_scroll_bar(guest) > question_height
    guest.follow(frame.locator('.worked a[href*="worked="]'))
    said = events(page)
    names = [name for name, _ in said if name != "height"]
    # The plan is there after some of the answers, and again after all of them.
    steps = [name for name in names if name == "step"]
    assert len(steps) == 1 + len(ANSWERS)
    assert [name for name in names if name != "step"] == ["ready", "plan", "plan", "worked"]
    assert [d["about"] for n, d in said if n == "step"][1:] == asked_in_order(said)
    assert dict(said)["worked"]["about"] == "use-login"
    assert dict(said)["plan"]["about"] in knowledge().scenarios
    for private in ("kim", "adatum", "relay-denied", "thunderbird", "@"):
        assert private not in json.dumps(said)
    assert page.locator("#events li").count() == len(said)
    assert not context.cookies()
    assert not complaints
    assert all(r["scrollWidth"] <= r["innerWidth"] for r in widths(page))


def asked_in_order(said: list[list[Any]]) -> list[str]:
    asked = [detail["about"] for name, detail in said if name == "step" and detail["about"]]
    assert set(asked) == set(ANSWERS)
    return asked


def widths(page: Page) -> list[dict[str, int]]:
    script = "({scrollWidth: document.scrollingElement.scrollWidth, innerWidth})"
    return [frame.evaluate(script) for frame in page.frames]


def test_a_site_that_is_not_on_the_list_is_refused(
    new_context: CreateContextCallback, world: World
) -> None:
    page = new_context().new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.clock.install()
    page.add_init_script(f"addEventListener('DOMContentLoaded', {HEARD})")
    page.goto(f"{world.unlisted}/element")
    until(page, lambda: any("frame-ancestors" in text for text in told))
    until(page, lambda: page.frames[1].url == "chrome-error://chromewebdata/")
    # The element says so, and offers the wizard on a page of its own.
    page.clock.fast_forward(11_000)
    link = page.locator("thong-thu a")
    expect(link).to_have_attribute(
        "href", re.compile(rf"{world.home}/at/proseware;accent=004488/en/")
    )
    assert any(f"/developers/test?origin={world.unlisted[:4]}" in text for text in told)
    assert events(page) == []


def test_a_listed_site_is_not_refused_and_sets_everything_by_attributes(
    new_context: CreateContextCallback, world: World
) -> None:
    page = new_context().new_page()
    guest = embedded(page, f"{world.listed}/element")
    frame = guest.page
    assert frame.url.startswith(f"{world.home}/at/proseware;accent=004488/en/check?")
    assert {"error": "relay-denied", "place": "away"}.items() <= merge_reading(frame).items()
    accent = "getComputedStyle(document.body).getPropertyValue('--accent')"
    assert frame.evaluate(accent) == "#048"
    expect(page.locator("iframe")).to_have_attribute("title", "Help")
    guest.follow(frame.locator("main a[href*='plan=now']"))
    assert ";accent=004488/" in frame.url
    assert frame.evaluate(accent) == "#048"


def test_without_a_language_the_browser_is_asked(new_context, world: World) -> None:
    page = new_context(locale="en-GB").new_page()
    guest = embedded(page, f"{world.listed}/door")
    assert guest.page.url.startswith(f"{world.home}/at/proseware/en/?")
    assert merge_reading(guest.page)["place"] == "away"


@pytest.mark.parametrize("path", ["/bare", "/snippet"])
def test_without_script_the_plain_frame_works(new_context, world: World, path: str) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{world.listed}{path}")
    frame = page.frames[1]
    frame.locator("main .button.second").first.click()
    expect(frame.locator('input[name="error"]').first).to_be_attached()
    frame.locator('input[value="relay-denied"]').check()
    frame.locator("main form button").click()
    expect(frame.locator('input[name="refused_by"]').first).to_be_attached()


def test_the_plain_frame_is_put_to_use_where_scripts_run(new_context, world: World) -> None:
    page = new_context().new_page()
    guest = embedded(page, f"{world.listed}/snippet")
    expect(page.locator("iframe")).to_have_count(1)
    without_inner_scroll_bar(guest)


def test_a_script_in_the_head_finds_the_frame_of_each_element(new_context, world: World) -> None:
    page = new_context().new_page()
    embedded(page, f"{world.listed}/head")
    heights = "[...document.querySelectorAll('iframe')].map(frame => frame.offsetHeight)"
    until(page, lambda: min(page.evaluate(heights)) > 700)
    assert page.locator("thong-thu").first.locator("iframe").count() == 1
    assert page.locator("iframe").count() == 2


def test_a_portal_may_be_named_later(new_context, world: World) -> None:
    page = new_context().new_page()
    page.add_init_script(f"addEventListener('DOMContentLoaded', {HEARD})")
    page.goto(f"{world.listed}/nobody")
    assert page.locator("iframe").count() == 0
    page.evaluate("document.querySelector('thong-thu').dataset.lang = 'en'")
    page.evaluate("document.querySelector('thong-thu').dataset.portal = 'proseware'")
    wait_for_height(page, 0)
    assert page.frames[1].url.startswith(f"{world.home}/at/proseware/en/")


def test_moved_about_in_the_page_it_goes_on(new_context, world: World) -> None:
    page = new_context().new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.clock.install()
    embedded(page, f"{world.listed}/element")
    before = len(events(page))
    page.evaluate("""() => {
      const element = document.querySelector("thong-thu");
      document.body.append(element);
      document.body.prepend(element);
    }""")
    wait_for_height(page, before)
    page.clock.fast_forward(30_000)
    assert page.locator("thong-thu > a").count() == 0
    assert not [text for text in told if "does not answer" in text]


def test_a_new_step_is_seen_from_its_top_and_keeps_the_focus(new_context, world: World) -> None:
    page = new_context(viewport=PHONE).new_page()
    guest = embedded(page, f"{world.listed}/long")
    frame = guest.page
    assert page.evaluate("scrollY") == 0, "the first page does not pull anybody to it"
    frame.locator('input[value="own-server"]').focus()
    page.keyboard.press("Space")
    button = frame.locator("main form button")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    button.focus()
    before = len(events(page))
    page.keyboard.press("Enter")
    wait_for_height(page, before)
    top = page.locator("thong-thu").bounding_box()["y"]
    assert -1 <= top < PHONE["height"]
    assert page.evaluate("document.activeElement.tagName") in ("IFRAME", "THONG-THU")
    # The keyboard goes on inside the frame.
    page.keyboard.press("Tab")
    assert frame.evaluate("document.activeElement !== document.body")


def test_a_mistake_in_the_frame_gets_the_focus(new_context, world: World) -> None:
    page = new_context().new_page()
    guest = embedded(page, f"{world.listed}/element")
    frame = guest.page
    frame.locator("main form button").click()
    expect(frame.get_by_role("alert")).to_be_visible()
    until(page, lambda: frame.evaluate("document.activeElement.matches('.summary')"))


def test_only_the_wizard_is_believed_and_only_the_window_around_it_is_answered(
    new_context, world: World
) -> None:
    page = new_context().new_page()
    guest = embedded(page, f"{world.listed}/element")
    before = events(page)
    forged = {"thongthu": 1, "event": "worked", "detail": {}}
    page.evaluate("said => postMessage(said, '*')", forged)
    # From the right origin, but from a window that is not the element's frame.
    page.evaluate(
        """home => new Promise(done => {
          const other = document.createElement("iframe");
          other.onload = done;
          other.src = home + "/at/proseware/en/check";
          document.body.append(other);
        })""",
        world.home,
    )
    page.frames[2].evaluate("said => parent.postMessage(said, '*')", forged)
    guest.page.evaluate("said => parent.postMessage(said, '*')", forged | {"event": "click"})
    guest.page.evaluate("window.answers = 0; addEventListener('message', () => answers++)")
    guest.page.evaluate("postMessage('thongthu:hello', '*')")
    until(page, lambda: guest.page.evaluate("answers") == 1)
    assert events(page) == before


def test_nobody_but_the_window_around_it_can_greet_the_frame(new_context, world: World) -> None:
    page = new_context().new_page()
    page.goto(f"{world.listed}/bare")
    frame = page.frames[1]
    count = "window.heard = []; addEventListener('message', event => heard.push(event.data)); 0"
    frame.evaluate(count)
    frame.evaluate("postMessage('thongthu:hello', '*')")
    until(page, lambda: len(events(frame)) == 1)
    page.evaluate(count)
    page.evaluate("frames[0].postMessage('thongthu:hello', '*')")
    until(page, lambda: len(events(page)) > 0)
    assert events(page)[0]["event"] == "step"


def test_the_host_page_is_left_alone(new_context, world: World) -> None:
    page = new_context().new_page()
    page.goto(f"{world.listed}/late")
    globals_before = page.evaluate("Object.getOwnPropertyNames(window).sort()")
    embedded(page, f"{world.listed}/element")
    own = set(page.evaluate("Object.getOwnPropertyNames(window)")) - {"heard"}
    assert own <= set(globals_before)
    for outside in ("body > :not(thong-thu, script)", "[style]:not(thong-thu, thong-thu *)"):
        assert page.locator(outside).count() == 0
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert not page.context.cookies()


def test_with_third_party_cookies_blocked(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], world: World
) -> None:
    browser: Browser = browser_type.launch(
        **browser_type_launch_args, args=["--test-third-party-cookie-phaseout"]
    )
    try:
        page = browser.new_page()
        guest = embedded(page, f"{world.listed}/element")
        guest.follow(guest.page.locator("main a[href*='plan=now']"))
        expect(guest.page.locator(".remedy")).to_be_visible()
        assert not page.context.cookies()
    finally:
        browser.close()


def test_a_paste_is_read_in_the_frame(new_context, world: World) -> None:
    page = new_context().new_page()
    guest = embedded(page, f"{world.listed}/snippet")
    frame = guest.page
    frame.locator("#paste").fill("550 5.7.1 <kim@adatum.com>: Relay access denied")
    guest.follow(frame.locator(".box button"))
    expect(frame.locator("mark").first).to_be_visible()
    assert "adatum" not in json.dumps(events(page))


@in_every_language
def test_axe_finds_nothing_in_the_frame(new_context, world: World, language: str) -> None:
    page = new_context(viewport=PHONE).new_page()
    guest = embedded(page, f"{world.demo}/at/proseware/{language}/demo")
    found = []
    for step in ("", "check?error=relay-denied", "check?error=relay-denied&plan=now"):
        guest.page.goto(f"{world.home}/at/proseware/{language}/{step}")
        for frame in page.frames:
            frame.evaluate(Axe().axe_script)
            found += frame.evaluate(FIND_VIOLATIONS, RULES)
    assert not found, "\n".join(found)
