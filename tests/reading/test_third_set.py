"""A set of texts that was collected and labelled without sight of the reader, in 19 languages.

The figures that it was first read with stand in docs/reading.md; these are what must not be lost.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import cache
from typing import Any

import pytest

from app.reading import Reading, read
from tests.reading.corpus import CLOSE, FOLDER, RELAY
from tests.reading.test_corpus import precision_and_f1

COARSE = {
    "login": "authentication-required authentication-failed login-not-allowed",
    "tls": "tls-required tls-failed",
    "recipient": "unknown-recipient unknown-domain mailbox-full mailbox-disabled"
    " restricted-recipient",
    "content": "spam policy message-too-big",
    "trust": "blocklisted unauthenticated-domain",
    "limits": "rate-limited temporary account-blocked",
    "other": "other unknown",
}
"""Reasons between which a person is helped in much the same way."""
GROUP = {reason: group for group, reasons in COARSE.items() for reason in reasons.split()}
MIN_TEXTS = 8
"""Texts of a language from which on its share is looked at."""

Case = dict[str, Any]


@cache
def readings() -> list[tuple[Case, Reading]]:
    files = ("third-pastes.toml", "third-replies.toml", "third-words.toml")
    rows = [tomllib.loads((FOLDER / file).read_text("utf-8"))["paste"] for file in files]
    return [(case, read(case["text"])) for cases in rows for case in cases]


def errors() -> list[tuple[Case, Reading]]:
    """Return what a machine has written of an error."""
    return [
        (case, reading)
        for case, reading in readings()
        if case["kind"] in ("paste", "reply") and case["reason"] != "none"
    ]


def coarse(case: Case, reading: Reading) -> bool:
    label, found = case["reason"], reading.reason
    return GROUP.get(label, label) == GROUP.get(found, found)


def test_reasons() -> None:
    pairs = [(c["reason"], r.reason) for c, r in readings() if c["kind"] != "own-words"]
    assert precision_and_f1(pairs, RELAY)[1] >= 0.96
    assert sum(precision_and_f1(pairs, reason)[1] for reason in CLOSE) / len(CLOSE) >= 0.92
    right = [coarse(case, reading) for case, reading in errors()]
    assert sum(right) >= 0.90 * len(right)


def test_every_language() -> None:
    right: Counter[str] = Counter()
    texts = Counter(case["language"] for case, _ in errors())
    for case, reading in errors():
        right[case["language"]] += coarse(case, reading)
    low = {name: right[name] / n for name, n in texts.items() if n >= MIN_TEXTS}
    assert min(low.values()) >= 0.80, low


def test_who_refused() -> None:
    right = [case["refused_by"] == reading.refused_by for case, reading in errors()]
    assert sum(right) >= 0.88 * len(right)


def test_facts_are_right() -> None:
    found = right = 0
    for case, reading in errors():
        for key, value in case["facts"].items():
            read_value = reading.facts[key]
            found += read_value is not None
            right += read_value == value
    assert right >= 0.98 * found


def test_harmless_texts_are_no_errors() -> None:
    harmless = [(c["id"], r.reason) for c, r in readings() if c["kind"] == "harmless"]
    wrong = [(name, reason) for name, reason in harmless if reason != "none"]
    assert RELAY not in dict(wrong).values()
    assert len(wrong) <= 0.05 * len(harmless), wrong


@pytest.mark.parametrize("fact", ["place", "program", "vpn"])
def test_what_people_tell_is_seldom_wrong(fact: str) -> None:
    told = [
        (c["id"], c["tells"].get(fact), r.told.get(fact)) for c, r in readings() if "tells" in c
    ]
    wrong = [(name, label, found) for name, label, found in told if found and found != label]
    assert len(wrong) <= 0.1 * len(told), wrong
