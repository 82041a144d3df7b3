"""Sets of texts that were collected and labelled without sight of the reader.

The figures that they were first read with stand in docs/reading.md; these must not be lost.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import cache
from typing import Any

import pytest

from app.reading import Command, Reading, read
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


SETS = {
    "third": ("third-pastes.toml", "third-replies.toml", "third-words.toml"),
    "fourth": ("fourth-pastes.toml", "fourth-replies.toml"),
    "fifth": ("fifth.toml",),
    "sixth": ("sixth.toml",),
}
FOUND = {"server": 0.89, "port": 0.85, "security": 0.83, "sender_domain": 0.82, "reply_code": 0.95}
"""Share of what a text states that is found, at least."""
LEAST = {
    "third": (0.92, 0.92, 0.94),
    "fourth": (0.92, 0.95, 0.91),
    "fifth": (0.92, 0.91, 0.87),
    "sixth": (0.95, 0.95, 0.92),
}
"""Mean F1 of the neighbours, share of right coarse reasons, and of whose server refused."""
each_set = pytest.mark.parametrize("name", SETS)


@cache
def readings(name: str) -> list[tuple[Case, Reading]]:
    rows = [tomllib.loads((FOLDER / file).read_text("utf-8"))["paste"] for file in SETS[name]]
    return [(case, read(case["text"])) for cases in rows for case in cases]


def errors(name: str) -> list[tuple[Case, Reading]]:
    """Return what a machine has written of an error."""
    return [
        (case, reading)
        for case, reading in readings(name)
        if case["kind"] != "own-words" and case["reason"] != "none"
    ]


def coarse(case: Case, reading: Reading) -> bool:
    label, found = case["reason"], reading.reason
    return GROUP.get(label, label) == GROUP.get(found, found)


@each_set
def test_reasons(name: str) -> None:
    pairs = [(c["reason"], r.reason) for c, r in readings(name) if c["kind"] != "own-words"]
    assert precision_and_f1(pairs, RELAY)[1] >= 0.96
    neighbours, coarsely, _ = LEAST[name]
    assert sum(precision_and_f1(pairs, reason)[1] for reason in CLOSE) / len(CLOSE) >= neighbours
    right = [coarse(case, reading) for case, reading in errors(name)]
    assert sum(right) >= coarsely * len(right)


def test_every_language() -> None:
    both = [pair for name in SETS for pair in errors(name)]
    right: Counter[str] = Counter()
    texts = Counter(case["language"] for case, _ in both)
    for case, reading in both:
        right[case["language"]] += coarse(case, reading)
    low = {name: right[name] / n for name, n in texts.items() if n >= MIN_TEXTS}
    assert min(low.values()) >= 0.80, low


def right_above(least: float) -> tuple[int, int]:
    """Return how many texts are read with at least this confidence, and how many of them right."""
    right = [
        case["reason"] == reading.reason
        for name in SETS
        for case, reading in readings(name)
        if case["kind"] != "own-words" and reading.confidence >= least
    ]
    return len(right), sum(right)


def test_confidence_means_something() -> None:
    texts, right = right_above(0.9)
    assert right >= 0.97 * texts


@each_set
def test_who_refused(name: str) -> None:
    right = [case["refused_by"] == reading.refused_by for case, reading in errors(name)]
    assert sum(right) >= LEAST[name][2] * len(right)


@each_set
def test_facts(name: str) -> None:
    stated: Counter[str] = Counter()
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for case, reading in errors(name):
        for key, value in case["facts"].items():
            stated[key] += 1
            found[key] += reading.facts[key] is not None
            right[key] += reading.facts[key] == value
    assert sum(right.values()) >= 0.975 * sum(found.values())
    few = {key: found[key] / stated[key] for key, least in FOUND.items()}
    assert all(few[key] >= least for key, least in FOUND.items()), few


@each_set
def test_harmless_texts_are_no_errors(name: str) -> None:
    harmless = [(c["id"], r.reason) for c, r in readings(name) if c["reason"] == "none"]
    wrong = [(text, reason) for text, reason in harmless if reason != "none"]
    assert RELAY not in dict(wrong).values()
    assert len(wrong) <= max(1, 0.04 * len(harmless)), wrong


def shown(command: Command | None) -> dict[str, str]:
    """Return what a command shows, in the words of the labels."""
    if command is None:
        return {}
    values = {
        "reached": {True: "yes", False: "no", None: None}[command.reached],
        "banner": command.banner,
        "starttls": {True: "offered", False: "not-offered", None: None}[command.starttls],
        "auth": None if command.authentication is None else " ".join(command.authentication),
        "certificate": {True: "ok", False: "wrong", None: None}[command.certificate],
    }
    return {key: value for key, value in values.items() if value is not None}


def test_what_commands_show() -> None:
    rows = [(c, shown(r.command)) for c, r in readings("fourth") if "command" in c]
    wrong = [(c["id"], c["command"], found) for c, found in rows if found != c["command"]]
    assert len(wrong) <= 0.05 * len(rows), wrong


@pytest.mark.parametrize("fact", ["place", "program", "vpn"])
def test_what_people_tell_is_seldom_wrong(fact: str) -> None:
    told = [
        (c["id"], c["tells"].get(fact), r.told.get(fact))
        for c, r in readings("third")
        if "tells" in c
    ]
    wrong = [(name, label, found) for name, label, found in told if found and found != label]
    assert len(wrong) <= 0.1 * len(told), wrong
