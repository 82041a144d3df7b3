"""A company's own domain, unknown to everybody here, ends in a plan with its real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from pytest_playwright import CreateContextCallback
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.browser.pages import NARROW, PHONE
from tests.browser.test_accessible import FIND_VIOLATIONS, RULES

pytestmark = pytest.mark.browser
ASK = urlencode(
    {
        "place": "home",
        "connection": "other",
        "account_domain": "{}",
        "error": "relay-denied",
        "refused_by": "own-server",
        "program": "thunderbird",
        "plan": "now",
    },
    safe="{}",
)


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def home(finding_app: Flask, browser_path: str) -> Iterator[str]:
    """Return the address of the app that looks settings up, in the laboratory."""
    server = make_server("127.0.0.1", 0, finding_app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_what_is_published_leads_to_the_plan(
    home: str, new_context: CreateContextCallback, script: bool
) -> None:
    page = new_context(java_script_enabled=script, viewport=PHONE).new_page()
    page.goto(f"{home}/en/check?{ASK.format('auto.example')}")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Looking up", timeout=15_000)
    expect(page.locator("main")).to_contain_text("smtp.own.example")
    expect(page.locator("main")).to_contain_text("auto.example publishes these settings itself")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_guess_is_confirmed_first(
    home: str, new_context: CreateContextCallback, script: bool
) -> None:
    page = new_context(java_script_enabled=script, viewport=PHONE).new_page()
    page.goto(f"{home}/vi/check?{ASK.format('guess.example')}")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Đây có phải là cài đặt của bạn không?", timeout=15_000)
    expect(page.locator("main")).to_contain_text("mail.guess.example")
    page.get_by_role("link", name="Có", exact=True).click()
    expect(page.locator("main")).to_contain_text("mail.guess.example")
    expect(page.locator("ol.steps")).to_contain_text("465")


def test_what_hangs_keeps_nobody(home: str, page: Page) -> None:
    page.goto(f"{home}/en/check?{ASK.format('slow.example')}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Looking up")
    page.get_by_role("link", name="Continue without this").click()
    expect(page.locator("ol.steps")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Looking up")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_checker_finds_nothing(home: str, page: Page, language: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for domain in ("slow.example", "guess.example", "company.example", "auto.example"):
        page.goto(f"{home}/{language}/check?{ASK.format(domain)}")
        if domain != "slow.example":
            expect(page.locator("[data-searching]")).to_have_count(0, timeout=15_000)
        page.evaluate(Axe().axe_script)
        assert page.evaluate(FIND_VIOLATIONS, RULES) == []


def test_it_fits_a_narrow_screen(home: str, page: Page) -> None:
    page.set_viewport_size(NARROW)
    page.goto(f"{home}/vi/check?{ASK.format('guess.example')}")
    expect(page.locator("[data-searching]")).to_have_count(0, timeout=15_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
