"""The server, the browser and the pages of these tests, or the reason why there are none."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.chromium import find_browser
from tests.browser.helpdesk import prepare, sign_in
from tests.browser.pages import PHONE, PLAN, write_portals
from tests.browser.server import running


@pytest.fixture(scope="session")
def browser_path(playwright: Playwright) -> str:
    """Return where the browser is; without one, skip, or fail if BROWSER_TESTS=required."""
    if found := find_browser(playwright):
        return found
    reason = (
        "NOT TESTED in a real browser: no Chromium found; run tests/browser/install"
        " (as root: apt-get install chromium; else: python -m playwright install chromium)"
    )
    if os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], browser_path: str
) -> dict[str, Any]:
    """Start the browser that was found."""
    return {**browser_type_launch_args, "executable_path": browser_path}


@pytest.fixture(scope="session")
def base_url(browser_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the production server; where there is no browser, none is needed."""
    folder = tmp_path_factory.mktemp("server")
    settings = {"PORTALS": str(write_portals(folder)), **prepare(folder, PLAN)}
    with running(folder / "output", **settings) as address:
        yield address


@pytest.fixture(scope="module")
def _module_page(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    # Signed in, which the wizard's pages must not notice.
    # A transition would let a test see a colour on its way to another.
    context = browser.new_context(**browser_context_args, reduced_motion="reduce")
    page = context.new_page()
    sign_in(page)
    yield page
    context.close()


@pytest.fixture
def shared_page(_module_page: Page) -> Page:
    """Return the module's page in its usual state: a new one a test would cost more than the test.

    The URL is the state of the wizard, so nothing else is carried from test to test.
    """
    _module_page.set_viewport_size(PHONE)
    _module_page.emulate_media(media="screen", color_scheme="light", forced_colors="none")
    return _module_page
