"""Where the visitor is connected: found out on the way in, said openly, never while rendering."""

import pytest
from flask import Flask

from app import create_app
from app.knowledge import add_providers
from app.settings import Settings
from tests.conftest import PORTALS
from tests.linting import LintingClient, visible_text

HOME = "/at/proseware"
INSIDE = ("192.0.2.1", "192.0.2.255", "::ffff:192.0.2.9", "2001:db8:5::1", "2001:db8:5:ffff::1")
OUTSIDE = ("192.0.3.1", "191.255.255.255", "::ffff:192.0.3.1", "2001:db8:6::1", "198.51.100.7")


def arrive(app: Flask, address: str, path: str, forwarded: str | None = None):
    app.test_client_class = LintingClient
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return app.test_client().get(
        f"{HOME}{path}", headers=headers, environ_base={"REMOTE_ADDR": address}
    )


@pytest.mark.parametrize("address", INSIDE)
def test_from_inside_the_way_in_leads_to_the_url_that_says_so(portal_app, address) -> None:
    for path, place in (
        ("/vi/", "/vi/?connection=own&account_domain=proseware.com"),
        ("/vi/?place=home", "/vi/?place=home&connection=own&account_domain=proseware.com"),
        (
            "/en/check?error=relay-denied&place=away",
            "/en/check?place=away&connection=own&account_domain=proseware.com&error=relay-denied",
        ),
    ):
        answer = arrive(portal_app, address, path)
        assert (answer.status_code, answer.headers["Location"]) == (302, HOME + place)
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", [*OUTSIDE, "", "unix:", "192.0.2"])
def test_from_outside_nothing_is_said(portal_app, address) -> None:
    page = arrive(portal_app, address, "/en/")
    assert page.status_code == 200
    assert "on the network" not in visible_text(page)


def test_it_is_said_openly_and_can_be_changed(portal_app) -> None:
    for path in (
        "/en/?connection=own",
        "/en/check?connection=own",
        "/en/check?connection=own&error=relay-denied&plan=now",
    ):
        page = arrive(portal_app, INSIDE[0], path)
        assert page.status_code == 200
        assert "You seem to be on Proseware's network." in visible_text(page)
        assert "change=connection" in page.text
    change = arrive(portal_app, INSIDE[0], "/en/check?connection=own&change=connection")
    assert 'name="connection"' in change.text


@pytest.mark.parametrize("told", ["other", "unknown", "own"])
def test_what_was_told_stays_wherever_one_is(portal_app, told) -> None:
    for address in (INSIDE[0], OUTSIDE[0]):
        page = arrive(portal_app, address, f"/en/check?connection={told}")
        assert page.status_code == 200


def test_the_page_is_the_same_wherever_it_is_fetched_from(portal_app) -> None:
    for path in ("/en/?connection=own", "/en/check?connection=other", "/en/developers"):
        assert arrive(portal_app, INSIDE[0], path).data == arrive(portal_app, OUTSIDE[0], path).data


def test_for_an_account_elsewhere_the_line_says_nothing(portal_app) -> None:
    for account in ("fabrikam.com", "gmail.com", "unknown"):
        page = arrive(portal_app, INSIDE[0], f"/en/check?account_domain={account}")
        assert page.status_code == 200
        said = arrive(portal_app, INSIDE[0], f"/en/check?account_domain={account}&connection=own")
        assert "You seem to be on" not in visible_text(said)


def test_outside_of_portals_nobody_looks(portal_app) -> None:
    portal_app.test_client_class = LintingClient
    page = portal_app.test_client().get("/en/", environ_base={"REMOTE_ADDR": INSIDE[0]})
    assert page.status_code == 200


def test_a_forged_header_is_not_believed(portal_app) -> None:
    assert arrive(portal_app, OUTSIDE[0], "/en/", INSIDE[0]).status_code == 200
    assert arrive(portal_app, INSIDE[0], "/en/", OUTSIDE[0]).status_code == 302


@pytest.fixture(scope="module")
def behind_proxy():
    from ipaddress import ip_network

    proxies = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    yield create_app(Settings(page_cache=8, portals=str(PORTALS), trusted_proxies=proxies))
    add_providers()


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("10.0.0.1", "192.0.2.7", True),
        ("fd00::1", "2001:db8:5::7", True),
        ("::ffff:10.0.0.1", "192.0.2.7", True),
        ("10.0.0.1", "192.0.2.7, 10.0.0.2", True),
        ("10.0.0.1", "192.0.2.7:51234", True),
        ("10.0.0.1", "198.51.100.7", False),
        # The visitor wrote the first one; the proxy added where that came from.
        ("10.0.0.1", "192.0.2.7, 198.51.100.7", False),
        ("10.0.0.1", "nonsense", False),
        ("10.0.0.1", None, False),
        ("198.51.100.7", "192.0.2.7", False),
        ("192.0.2.7", "198.51.100.7", True),
    ],
)
def test_behind_a_trusted_proxy(behind_proxy, peer, forwarded, found) -> None:
    answer = arrive(behind_proxy, peer, "/en/", forwarded)
    assert (answer.status_code == 302) is found


def test_the_page_cache_never_hands_the_way_in_to_somebody_else(behind_proxy) -> None:
    outside = arrive(behind_proxy, OUTSIDE[0], "/vi/check?place=home")
    inside = arrive(behind_proxy, INSIDE[0], "/vi/check?place=home")
    again = arrive(behind_proxy, OUTSIDE[1], "/vi/check?place=home")
    assert (outside.status_code, inside.status_code, again.status_code) == (200, 302, 200)
    assert outside.data == again.data


def test_once_it_was_told_the_page_comes_from_memory_for_everybody(behind_proxy) -> None:
    pages = behind_proxy.wsgi_app.app.app.app._pages
    arrive(behind_proxy, INSIDE[0], "/en/check?connection=own&place=home")
    assert any("connection=own" in query for _, query, _ in pages)
