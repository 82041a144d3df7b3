"""Published versions of the script never change, and are small; which sites may embed it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.developers.embedding import FOLDER, OriginCheck, check_origin, loaders, newest, newest_of
from app.portals.entry import read_origin

PUBLISHED = {
    "v1.0.0.js": "sha384-qAFUxjaIUMX0anKffndsyVOkSCbBrWIMf2RlWK/1xeh5jCSjIcTmZIYr7gx0EtLH",
}
"""What sites insist on. A new version is a new line; no line ever changes."""


def test_what_is_published_stays_as_it_is() -> None:
    found = {name: loader.integrity for name, loader in loaders().items()}
    assert found == PUBLISHED


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_is_small(name: str) -> None:
    assert len(brotli.compress((FOLDER / name).read_bytes())) < 2048


def test_the_hash_is_the_one_that_browsers_compute() -> None:
    content = Path(FOLDER / newest().name).read_bytes()
    digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
    assert newest().integrity == f"sha384-{digest}"


def test_the_newest_of_a_kind() -> None:
    assert newest_of("v1.js") == newest()
    assert newest_of("v1.0.js").name.startswith("v1.0.")
    assert newest_of("v2.js") is None


LISTED = ("https://www.proseware.com", "http://localhost:8001")


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ("https://www.proseware.com", OriginCheck("ok", "https://www.proseware.com")),
        (
            "https://www.proseware.com/help/mail?x=1#y",
            OriginCheck("ok", "https://www.proseware.com"),
        ),
        ("  HTTPS://WWW.Proseware.com:443/ ", OriginCheck("ok", "https://www.proseware.com")),
        ("www.proseware.com", OriginCheck("ok", "https://www.proseware.com")),
        ("http://localhost:8001/", OriginCheck("ok", "http://localhost:8001")),
        ("http://www.proseware.com", OriginCheck("scheme", "http://www.proseware.com", LISTED[0])),
        (
            "https://www.proseware.com:4",
            OriginCheck("port", "https://www.proseware.com:4", LISTED[0]),
        ),
        ("https://proseware.com", OriginCheck("host", "https://proseware.com", LISTED[0])),
        ("http://localhost", OriginCheck("port", "http://localhost", LISTED[1])),
        ("https://evil.example", OriginCheck("unlisted", "https://evil.example")),
        (
            "www.proseware.com.evil.net",
            OriginCheck("unlisted", "https://www.proseware.com.evil.net"),
        ),
        ("http://[::1]:8000", OriginCheck("unlisted", "http://[::1]:8000")),
        ("ftp://www.proseware.com", OriginCheck("no-site")),
        ("https://", OriginCheck("no-site")),
        ("https://a b", OriginCheck("no-site")),
        ("https://a:99999", OriginCheck("no-site")),
        ("javascript:alert(1)", OriginCheck("no-site")),
    ],
)
def test_verdict(given: str, verdict: OriginCheck) -> None:
    assert check_origin(given, LISTED) == verdict


def test_a_name_in_unicode_is_what_browsers_send() -> None:
    origin = read_origin("https://hỗtrợ.vn/x")
    assert origin.startswith("https://xn--")
    assert check_origin("https://hỗtrợ.vn", [origin]).reason == "ok"


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    origin = read_origin(text)
    assert not origin or read_origin(origin) == origin
