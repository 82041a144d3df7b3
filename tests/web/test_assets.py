"""A page's policy names the styles and scripts of that page, and its headers are small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.web.pages import FETCHING, STYLES, PageAssets, script
from tests.browser.server import serving
from tests.conftest import PORTALS
from tests.server.wire import connect, head

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = "".join(path.read_text("utf-8") for path in (ROOT / "templates").rglob("*.*"))
SCRIPTS = sorted(set(re.findall(r'assets\.script\("([\w-]+)"\)', TEMPLATES)))
QUESTION = "check?error=relay-denied&place=work&connection=other&account_domain=proseware.com"
MOST = 700
"""Bytes of all headers of a question page, with the status line, as they are sent."""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    log = tmp_path_factory.mktemp("csp") / "log"
    with serving(log, PORTALS=str(PORTALS), WEB_WORKERS="1") as server:
        yield server.port


@pytest.mark.parametrize("root", ["", "/at/proseware"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_headers_of_a_question_are_small(port: int, root: str, lang: str) -> None:
    asked = head("GET", f"{root}/{lang}/{QUESTION}", "Accept-Encoding: br", "Connection: close")
    with connect(port) as client:
        client.sendall(asked)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    headers, end, body = answer.partition(b"\r\n\r\n")
    assert headers.startswith(b"HTTP/1.1 200 ")
    assert body
    assert len(headers + end) <= MOST


@pytest.mark.parametrize("url", ["/", "/healthz", "/en/qr.svg?place=work", "/en/ticket.txt"])
def test_what_is_no_page_allows_nothing(client: FlaskClient, url: str) -> None:
    assert client.get(url).headers["Content-Security-Policy"] == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def test_a_page_allows_its_style_and_script_and_nothing_else(client: FlaskClient) -> None:
    assert policy_of(client, f"/en/{QUESTION}") == (
        "default-src 'none'; style-src HASH; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def test_only_a_page_that_search_engines_may_list_can_be_asked_for_robots_txt(
    client: FlaskClient,
) -> None:
    for lang in ("vi", "en"):
        assert policy_of(client, f"/{lang}/") == (
            "default-src 'none'; style-src HASH; script-src HASH; connect-src 'self'; "
            "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    for url in (f"/en/{QUESTION}", "/en/sheet?place=work", "/en/developers"):
        assert "connect-src" not in policy_of(client, url)


def policy_of(client: FlaskClient, url: str) -> str:
    """Return the policy of a page, with a word in place of each hash."""
    policy = client.get(url).headers["Content-Security-Policy"]
    return re.sub("'sha256-[^']{44}'", "HASH", policy)


@pytest.mark.parametrize("name", SCRIPTS)
def test_only_a_script_that_sends_requests_may(name: str) -> None:
    assets = PageAssets(None)
    fetches = re.search(r"\b(fetch|XMLHttpRequest|EventSource|sendBeacon)\b", assets.script(name))
    assert bool(fetches) == ("connect-src 'self'" in assets.policy)


def test_every_asset_is_used() -> None:
    folder = ROOT / "static"
    assert {path.stem for path in folder.rglob("*.js") if path.parent.name != "embed"} == {*SCRIPTS}
    assert {path.stem for path in folder.rglob("*.css")} == {
        sheet for sheets in STYLES.values() for sheet in sheets
    }
    named = set(re.findall(r'(?:kind =|assets\.style\() ?"([\w-]+)"', TEMPLATES))
    assert named | {"base"} == set(STYLES)
    assert set(SCRIPTS) >= FETCHING
    assert script("frame").text
