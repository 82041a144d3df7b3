"""What follows from facts is worked out once a request, and a page takes few calls."""

from __future__ import annotations

import sys
from collections import Counter
from types import CodeType, FrameType
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

from app.diagnosis.interview import known_variables
from app.diagnosis.reduction import find_provider, reduce_facts
from app.diagnosis.table import DecisionTable

SEEN = "place=work&connection=other&account_domain={0}&login=none&error=relay-denied"
FULL = f"{SEEN}&vpn=no&server=smtp.{{0}}&program=thunderbird&recipient_domain=fabrikam.com"
PAGES = {
    "question": f"/vi/check?{SEEN}",
    "plan": f"/vi/check?{FULL}&plan=now",
    "settled plan": "/vi/check?error=mailbox-full&account_domain={0}",
    "sheet": f"/vi/sheet?{FULL}",
    "ticket": f"/vi/ticket.txt?{FULL}",
    "desk": f"/en/desk?caller=vi&{FULL}",
    "desk with a question": "/en/desk?caller=vi&account_domain={0}",
    "desk with several recipients": f"/en/desk?caller=vi&{FULL},{{0}},gmail.com",
}
MOST = {"plan": 2440, "settled plan": 2100} | dict.fromkeys(
    (name for name in PAGES if name.startswith("desk")), 6000
)
"""How many Python functions a page may call; a plan that nothing precedes calls 2,368."""


def count_calls(app: Flask, *request: Any, **more: Any) -> Counter[CodeType]:
    """Return how often each Python function is called to answer a request.

    A frame is counted once: a generator that goes on is no new call.
    """
    environ = EnvironBuilder(*request, **more).get_environ()
    frames: set[FrameType] = set()
    statuses: list[str] = []

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            frames.add(frame)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        b"".join(app.wsgi_app(environ, lambda status, *_: statuses.append(status)))
    finally:
        sys.setprofile(before)
    assert statuses == ["200 OK"]
    return Counter(frame.f_code for frame in frames)


def assert_once(calls: Counter[CodeType], again: int = 0) -> None:
    assert calls[find_provider.__code__] == calls[reduce_facts.__code__] <= 1 + again
    assert calls[known_variables.__code__] <= 1 + again
    assert calls[DecisionTable.match.__code__] <= 1


@pytest.mark.parametrize("name", PAGES)
def test_what_follows_from_facts_is_worked_out_once(app: Flask, name: str) -> None:
    count_calls(app, PAGES[name].format("adatum.com"))  # what is remembered is worked out now
    # "Back" goes the way again, one question after the other, to tell which was the last.
    again = SEEN.count("=") if name in ("question", "plan", "settled plan") else 0
    assert_once(count_calls(app, PAGES[name].format("proseware.com")), again)


def test_an_answer_of_the_api_works_it_out_once(app: Flask) -> None:
    facts = dict(pair.split("=") for pair in FULL.format("proseware.com").split("&"))
    assert_once(count_calls(app, "/api/v1/diagnoses?lang=vi", method="POST", json=facts))


@pytest.mark.parametrize("name", MOST)
def test_a_page_takes_few_calls(app: Flask, name: str) -> None:
    count_calls(app, PAGES[name].format("proseware.com"))
    assert count_calls(app, PAGES[name].format("adatum.com")).total() <= MOST[name]
