"""Quality of the reader on labelled texts, plain and altered by copying, and on ordinary texts.

``held-out.toml`` and ``second.toml`` were written by people who had not seen the rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

import pytest

from app import reading
from tests.reading.composed import composed
from tests.reading.corpus import CLOSE, RELAY, SPOILT, Case, ordinary, pastes, replies, truncated

read = cache(reading.read)
"""Read a text, once however many tests ask."""
Pairs = list[tuple[str, str]]
"""For each text the reason that a person named, and the reader's."""

SETS = {
    "replies": replies(),
    "composed": composed(),
    "held-out": pastes("held-out.toml"),
    "second": pastes("second.toml"),
}
NAMES = list(SETS)


def measured(cases: Iterable[Case]) -> Pairs:
    return [(case.reason, read(case.text).reason) for case in cases]


def precision_and_f1(pairs: Pairs, reason: str) -> tuple[float, float]:
    named = sum(found == reason for _, found in pairs)
    meant = sum(label == reason for label, _ in pairs)
    right = sum(label == found == reason for label, found in pairs)
    return right / max(named, 1), 2 * right / max(named + meant, 1)


def wrong(pairs: Pairs, cases: Sequence[Case]) -> str:
    """Return what to look at when a figure is missed."""
    lines = (
        f"{case.name}: {label} read as {found}: {case.text[:120]!r}"
        for (label, found), case in zip(pairs, cases, strict=True)
        if label != found
    )
    return "\n" + "\n".join(lines)


@pytest.mark.parametrize("name", NAMES)
def test_reasons(name: str) -> None:
    cases = SETS[name]
    pairs = measured(cases)
    precision, f1 = precision_and_f1(pairs, RELAY)
    close = sum(precision_and_f1(pairs, reason)[1] for reason in CLOSE) / len(CLOSE)
    right = sum(label == found for label, found in pairs) / len(pairs)
    print(f"{name}: relay precision {precision:.3f}, F1 {f1:.3f}; {right:.3f}; close {close:.3f}")
    assert precision >= 0.98, wrong(pairs, cases)
    assert f1 >= (0.97 if name == "replies" else 0.95), wrong(pairs, cases)
    assert right >= 0.90, wrong(pairs, cases)
    assert close >= 0.92, wrong(pairs, cases)


@pytest.mark.parametrize("name", NAMES[1:])
def test_facts(name: str) -> None:
    stated: Counter[str] = Counter()
    missed: dict[str, list[str]] = {}
    wrong: dict[str, list[str]] = {}
    for case in (case for case in SETS[name] if case.reason != "none"):
        facts = read(case.text).facts
        for key, value in case.facts.items():
            stated[key] += 1
            if facts[key] != value:
                line = f"{case.name}: {facts[key]!r}, not {value!r}"
                (missed if facts[key] is None else wrong).setdefault(key, []).append(line)
    for key, count in stated.items():
        found = count - len(missed.get(key, ()))
        right = found - len(wrong.get(key, ()))
        print(f"{name}: {key} right {right / found:.3f}, found {found / count:.3f} of {count}")
        assert right >= 0.98 * found, wrong[key]
    assert sum(map(len, missed.values())) <= 0.02 * stated.total(), missed


@pytest.mark.parametrize("name", NAMES[1:])
def test_who_refused(name: str) -> None:
    missed = [
        f"{case.name}: {found}, not {case.refused_by}"
        for case in SETS[name]
        if (found := read(case.text).refused_by) != case.refused_by and case.reason != "none"
    ]
    print(f"{name}: {1 - len(missed) / len(SETS[name]):.3f} right")
    assert len(missed) <= 0.1 * len(SETS[name]), "\n".join(missed)


def recall(cases: Sequence[Case], spoil: object = None) -> tuple[float, float]:
    """Return the recall of relay refusals, and of every reason together."""
    pairs = [
        (case.reason, read(spoil(case.text) if callable(spoil) else case.text).reason)
        for case in cases
    ]
    relay = [label == found for label, found in pairs if label == RELAY]
    return sum(relay) / len(relay), sum(label == found for label, found in pairs) / len(pairs)


@pytest.mark.no_cover
@pytest.mark.parametrize("how", SPOILT)
def test_texts_altered_by_copying_are_read_nearly_as_well(how: str) -> None:
    cases = [case for each in SETS.values() for case in each]
    kept = [
        spoilt / plain
        for spoilt, plain in zip(recall(cases, SPOILT[how]), recall(cases), strict=True)
    ]
    print(f"{how}: relay {kept[0]:.3f}, all {kept[1]:.3f} of the plain recall")
    assert min(kept) >= 0.97


@pytest.mark.no_cover
def test_truncated_texts_are_read() -> None:
    left: list[bool] = []
    dialogs: list[bool] = []
    everything: list[bool] = []
    for case in (case for name in NAMES[1:] for case in SETS[name]):
        plain = read(case.text)
        if plain.reason != case.reason:
            continue
        again = read(truncated(case.text)).reason == case.reason
        everything.append(again)
        ends = [evidence.end for evidence in plain.evidence if evidence.why == "reason"]
        if ends and max(ends) <= len(truncated(case.text)):
            left.append(again)
        elif case.reason == RELAY and case.name.startswith("outlook"):
            dialogs.append(again)  # the program's own words remain
    shares = [sum(each) / len(each) for each in (left, dialogs, everything)]
    print(f"truncated: words left {shares[0]:.3f}, dialogs {shares[1]:.3f}, all {shares[2]:.3f}")
    assert shares[0] >= 0.97
    assert shares[1] >= 0.80


def test_ordinary_texts_are_not_errors() -> None:
    cases = ordinary()
    pairs = measured(cases)
    assert not [found for _, found in pairs if found == RELAY], wrong(pairs, cases)
    assert sum(label == found for label, found in pairs) >= 0.99 * len(pairs), wrong(pairs, cases)


def test_the_sets_are_large_without_duplicates() -> None:
    assert len(replies()) >= 250
    assert len(composed()) >= 180
    assert len(pastes("held-out.toml")) >= 120
    assert len(pastes("second.toml")) >= 100
    assert len(ordinary()) >= 400
    for cases in (*SETS.values(), ordinary()):
        assert len({case.text for case in cases}) == len(cases)
