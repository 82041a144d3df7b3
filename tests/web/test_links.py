"""Each link leads to the page that it is named after, and nothing else writes a path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from app.diagnosis import Facts
from app.i18n.languages import languages
from app.web.links import Links, WizardState

ROOT = Path(__file__).parent.parent.parent
SITE = Links(languages()["en"], "/at/proseware")
CODE = "FHKL-MQRT-2346"
STATE = WizardState(Facts(place="home", port=25), way="use-login")
LINKS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "start": ("wizard.start", (STATE.facts,)),
    "read": ("wizard.take", (STATE.facts,)),
    "check": ("wizard.check", (STATE,)),
    "find": ("wizard.find", (STATE,)),
    "connection_test": ("wizard.connection_test", (STATE,)),
    "step_picture": ("wizard.step_picture", (STATE,)),
    "profile": ("device.profile_file", (STATE,)),
    "autoconfig": ("device.autoconfig_file", (STATE,)),
    "sheet": ("handouts.sheet", (STATE,)),
    "qr": ("handouts.qr", (STATE,)),
    "ticket": ("handouts.ticket", (STATE,)),
    "markdown_ticket": ("handouts.markdown", (STATE,)),
    "help": ("cases.offer", (STATE,)),
    "enter_code": ("cases.ask_for_code", ()),
    "case": ("cases.show", (CODE,)),
    "delete_case": ("cases.delete", (CODE,)),
    "in_any_language": ("wizard.redirect_to_language", (STATE.facts,)),
    "developers": ("developers.overview", ()),
    "embed_test": ("developers.test", ()),
    "support_link": ("developers.links", (STATE.facts,)),
    "published_settings": ("device.published", ()),
    "demo": ("developers.demo", ()),
    "logo": ("developers.logo", ("1.svg",)),
    "loader": ("developers.embed", ("v1.js",)),
    "api_docs": ("api_docs.documents", ()),
    "openapi": ("api.description", ()),
    "desk": ("desk.show", ()),
    "desk_cases": ("desk.cases", ()),
    "keep_case": ("desk.keep", ()),
    "desk_case": ("desk.show_one", (CODE,)),
    "check_server": ("desk.show_server", (CODE,)),
    "conclude_case": ("desk.conclude", (CODE,)),
    "delete_desk_case": ("desk.end", (CODE,)),
    "insights": ("desk.insights", (30,)),
    "insights_csv": ("desk.insights_csv", (30,)),
    "audit": ("desk.audit_lines", ()),
    "account": ("desk.account", ()),
    "change_password": ("desk.change_password", ()),
    "end_sessions": ("desk.end_sessions", ()),
    "sign_in": ("desk.sign_in", ()),
    "sign_in_at_provider": ("desk.begin_with_provider", ()),
    "signed_in": ("desk.end_with_provider", ()),
    "sign_out": ("desk.sign_out", ()),
}
"""By method: the endpoint that its URL leads to, and arguments."""
GENERAL = {"in_language", "below", "within"}
"""Methods that lead to no page of their own."""
UNLINKED = {
    "wizard.lead_to_the_start": "typed, without the slash",
    "wizard.show_again": "shares the URL of wizard.take",
    "developers.redirect_to_language": "linked to by the embedding script's messages",
    "device.well_known": "asked for by mail programs",
    "device.user_agent_configuration": "asked for by mail programs",
    "monitoring.metrics": "asked for by a monitor",
    "monitoring.healthz": "asked for by a monitor",
    "monitoring.readyz": "asked for by a monitor",
    "robots": "asked for by search engines",
}
"""Endpoints by GET to which no page links, and how they are reached."""


@pytest.mark.parametrize("name", LINKS)
def test_a_link_leads_to_its_page(app: Flask, name: str) -> None:
    endpoint, arguments = LINKS[name]
    url = urlsplit(getattr(SITE, name)(*arguments))
    path = url.path.removeprefix(SITE.root)
    methods = [rule.methods for rule in app.url_map.iter_rules(endpoint)]
    assert methods
    method = "GET" if "GET" in methods[0] else "POST"
    found, values = app.url_map.bind("wizard.example").match(path, method)
    assert found == endpoint
    assert set(arguments) & {CODE, "1.svg", "v1.js"} <= set(values.values())
    if STATE in arguments or STATE.facts in arguments:
        assert url.query.startswith(STATE.facts.query())
        assert (STATE in arguments) == ("way=use-login" in url.query)


def test_every_page_has_a_link(app: Flask) -> None:
    methods = {name for name, method in vars(Links).items() if callable(method)}
    assert {name for name in methods if not name.startswith("_")} == {*LINKS} | GENERAL
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    linked = {endpoint for endpoint, _ in LINKS.values()}
    assert pages == (linked & pages) | UNLINKED.keys()
    assert not linked & UNLINKED.keys()


def test_a_url_in_another_language_differs_in_nothing_else() -> None:
    here = SITE.check(STATE)
    assert SITE.in_language(languages()["vi"], here) == here.replace("/en/", "/vi/")
    assert SITE.below(SITE.within(here)) == here


WRITTEN = (
    r"\b(?:base|root) ?\}\}?/",  # {{ base }}/check, {{ site.root }}/check, f"{site.base}/check"
    r"(?:href|action|src)=[\"']/",
    r"\bredirect\(f?[\"']/",
    r"[\"'](?:desk|case|developers)/[a-z-]+(?:/[a-z]+)?[\"'?]",
)
ALLOWED = {
    "app/web/links.py": "the one place",
    "app/desk/sign_in/page.py": "matches what somebody asked for against the desk's pages",
}


def paths(text: str) -> Iterator[str]:
    """Yield the lines that write a path."""
    for line in text.splitlines():
        if any(re.search(pattern, line) for pattern in WRITTEN):
            yield line.strip()


@pytest.mark.parametrize(
    "line",
    [
        '<a href="{{ base }}/desk">',
        '<a href="{{ site.root }}/logo/1.svg">',
        '<a href="/en/check">',
        '<form action="/en/check">',
        'return redirect(f"{site.base}/case/{case.code}", 303)',
        'link = f"{site.root}/{other.code}/{here}"',
        'redirect("/en/", 302)',
        '"here": "desk/cases",',
    ],
)
def test_a_path_that_is_written_is_found(line: str) -> None:
    assert [*paths(line)] == [line]


def test_nothing_else_writes_a_path() -> None:
    files = [*(ROOT / "app").rglob("*.py"), *(ROOT / "templates").rglob("*.*")]
    written = {str(path.relative_to(ROOT)): [*paths(path.read_text("utf-8"))] for path in files}
    assert {path: lines for path, lines in written.items() if lines and path not in ALLOWED} == {}
