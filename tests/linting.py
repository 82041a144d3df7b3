"""A test client that lints every page it fetches.

Valid HTML, one h1, a title, no duplicate ids, nothing inline that the CSP would refuse, the right
language, no text in another language left unmarked, no cookie, the security headers.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections import Counter
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SPACE = "{http://www.w3.org/1999/xhtml}"
_COOKIE = re.compile(
    "^(__Secure-)?desk(=.*; SameSite=Lax|-device=.*; Max-Age=7776000; .*; SameSite=Strict)$"
)
_KEPT = re.compile("; Secure; HttpOnly; Path=(/at/[a-z]+)?/[a-z]+/desk;")
_HASH = re.compile("'sha256-[^']+'")
MOVED = (301, 302, 303, 308)
REFERENCES = ("for", "aria-labelledby", "aria-describedby")


class LintingClient(FlaskClient):
    """Fetch like any test client; fail on a page that has a fault."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        lint_headers(response)
        packed = "Content-Encoding" in response.headers
        said = response.mimetype == "text/html" and response.request.method != "OPTIONS"
        if said and not packed and response.status_code not in MOVED:
            lint_page(response)
        return response


def lint_headers(response: TestResponse) -> None:
    """Fail unless every answer carries the security headers and sets no cookie."""
    headers = response.headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "; frame-ancestors " in headers["Content-Security-Policy"]
    if response.mimetype not in ("text/html", "image/svg+xml"):
        assert "sha256" not in headers["Content-Security-Policy"], "a hash of nothing"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    at_desk = re.search("/[a-z]{2}/desk", response.request.path)
    for cookie in headers.getlist("Set-Cookie"):
        assert at_desk, "only the desk has a cookie"
        assert _COOKIE.search(cookie)
        assert _KEPT.search(cookie)
    assert "no-store" in headers["Cache-Control"] or not at_desk
    assert "Thongthu-Seen" not in headers
    assert "@" not in unquote(unquote(headers.get("Location", "")))


def lint_page(response: TestResponse) -> None:
    """Fail on the first fault of a page."""
    text = response.get_data(as_text=True)
    assert unicodedata.is_normalized("NFC", text)
    root = html5lib.HTMLParser(strict=True).parse(text)
    elements = list(root.iter())
    language = response.headers["Content-Language"]
    # A draft of which some texts are English claims neither language.
    assert root.get("lang") == ("" if "," in language else language)
    assert len(_all(elements, "h1")) == 1, "one h1"
    assert _text(_all(elements, "title")[0]).removesuffix("– Thông Thư").strip()
    _lint_ids(elements)
    _lint_policy(elements, response.headers["Content-Security-Policy"])
    _lint_names(elements)
    for folded in _all(elements, "details"):
        if folded.get("open") is not None:
            assert not _all(list(folded.iter()), "img"), "a picture to load stands open"
    for samp in _all(elements, "samp"):
        assert language == "en" or samp.get("lang") == "en", f"unmarked English: {_text(samp)}"
    for link in _all(elements, "a"):
        if link.get("hreflang"):
            assert link.get("lang") == link.get("hreflang")


def _lint_ids(elements: list[Element]) -> None:
    ids = Counter(e.get("id") for e in elements if e.get("id"))
    assert not [name for name, count in ids.items() if count > 1], "duplicate ids"
    for element in elements:
        for attribute in REFERENCES:
            for name in (element.get(attribute) or "").split():
                assert name in ids, f"{attribute} names nothing: {name}"
        href = element.get("href") or ""
        if href.startswith("#"):
            assert href[1:] in ids, f"link leads nowhere: {href}"


def _lint_policy(elements: list[Element], policy: str) -> None:
    shown = []
    for element in elements:
        assert not element.get("style"), "a style attribute is refused by the CSP"
        assert not [name for name in element.attrib if name.lower().startswith("on")]
        if element.get("src") is not None:
            _lint_late(element)
        if element.tag in (f"{SPACE}style", f"{SPACE}script"):
            digest = hashlib.sha256((element.text or "").encode()).digest()
            shown.append(f"'sha256-{base64.b64encode(digest).decode()}'")
        if element.tag == f"{SPACE}link":
            assert element.get("rel") in ("icon", "canonical", "alternate")
    assert sorted(_HASH.findall(policy)) == sorted(shown), "the CSP names what the page has not"


def _lint_late(element: Element) -> None:
    """A page is one request: only pictures and a preview may come later, when they are seen."""
    name = {f"{SPACE}img": "alt", f"{SPACE}iframe": "title"}[element.tag]
    assert element.get(name)
    assert element.get("loading") == "lazy"
    assert element.get("width")
    assert element.get("height")
    assert (element.get("src") or "").startswith("/")


def _lint_names(elements: list[Element]) -> None:
    for tag in ("a", "button", "label", "summary", "h1", "h2", "legend"):
        for element in _all(elements, tag):
            assert _text(element), f"an empty {tag}"
    labelled = {e.get("for") for e in _all(elements, "label")}
    within = {id(e) for label in _all(elements, "label") for e in label.iter()}
    for field in _all(elements, "input") + _all(elements, "textarea"):
        if field.get("type") != "hidden":
            assert field.get("id") in labelled or id(field) in within, "a field without label"
        # The one password is the desk's own, or what it is changed to.
        if field.get("type") == "password":
            assert field.get("autocomplete") in ("current-password", "new-password")


def visible_text(response: TestResponse) -> str:
    """Return all text of a page that people see or hear, style and script left out."""
    # A name may break after its dots; it is one word all the same.
    root = html5lib.parse(response.get_data(as_text=True).replace("<wbr>", ""))
    return " ".join(_spoken(root))


def _spoken(element: Element) -> list[str]:
    if element.tag in (f"{SPACE}style", f"{SPACE}script"):
        return []
    own = [element.text or ""] if isinstance(element.tag, str) else []
    for child in element:
        own += [*_spoken(child), child.tail or ""]
    return [piece.strip() for piece in own if piece.strip()]


def _all(elements: list[Element], tag: str) -> list[Element]:
    return [element for element in elements if element.tag == SPACE + tag]


def _text(element: Element) -> str:
    """Return what an element is called: its text, and what its pictures are called."""
    pictures = (part.get("alt") or "" for part in element.iter(f"{SPACE}img"))
    return "".join([*element.itertext(), *pictures]).strip()
