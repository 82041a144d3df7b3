"""Signing in at the desk with a real identity provider, in a real browser."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.server import HOST, free_port, running
from tests.browser.test_accessible import FIND_VIOLATIONS, RULES
from tests.desk import idprovider

pytestmark = pytest.mark.browser


def test_an_agent_signs_in_and_comes_back(page: Page, tmp_path: Path) -> None:
    port = free_port()
    home = f"http://{HOST}:{port}"
    # For a browser this is another site, as it would be; another port alone would not be one.
    with idprovider.running({"desk": f"{home}/vi/desk/signed-in"}, "localhost") as provider:
        settings = {
            "DATABASE_URL": f"sqlite:///{tmp_path}/desk.sqlite3",
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": "desk",
            "OIDC_CLIENT_SECRET": "secret of desk",
            "OIDC_NAME": "Staff login",
            "OIDC_AGENTS": "helpdesk",
        }
        with running(tmp_path / "output", port, **settings):
            page.goto(f"{home}/en/desk/cases")
            page.get_by_role("link", name="Sign in with Staff login").click()
            page.get_by_label("Account").fill("eve")
            page.keyboard.press("Enter")
            alert = page.get_by_role("alert")
            expect(alert).to_contain_text("Your Staff login account has no access")
            page.evaluate(Axe().axe_script)
            assert not page.evaluate(FIND_VIOLATIONS, RULES)
            alert.get_by_role("link").click()
            expect(page.locator("#provider")).to_be_focused()
            page.keyboard.press("Enter")
            page.get_by_label("Account").fill("kim")
            page.keyboard.press("Enter")
            # The cookie, Secure and SameSite=Lax, came along on the way back from another site.
            page.wait_for_url(f"{home}/en/desk/cases")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            desk = [cookie for cookie in page.context.cookies() if cookie["name"] == "desk"]
            assert {cookie["path"] for cookie in desk} == {"/vi/desk", "/en/desk"}
            for cookie in desk:
                assert (cookie["secure"], cookie["httpOnly"]) == (True, True)
                assert cookie["sameSite"] == "Lax"
        log = (tmp_path / "output").read_text("utf-8")
        assert "code" not in log
        assert "state" not in log
