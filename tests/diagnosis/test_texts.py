"""What a plan says to a person, over many cases: no word of the table's own reaches a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.diagnosis import Facts, Plan, Situation
from app.i18n.languages import languages
from app.knowledge import knowledge
from app.knowledge.variables import VARIABLES
from tests.cases import CASES
from tests.diagnosis.test_cases import merge_reading

INTERNAL = {
    value for values in VARIABLES.values() for value in values if "-" in value or value == "untold"
} | {"uncounted"}
"""Names that nobody says; "none", "other" and "own" are also plain words."""
WORDS = re.compile(rf"(?<![\w.@-])(?:{'|'.join(sorted(INTERNAL, key=len, reverse=True))})(?![\w-])")
UNNAMED: tuple[dict[str, str | None], ...] = (
    {"account_domain": None},
    {"account_domain": "unknown", "recipient_domain": "unknown", "sender_domain": "unknown"},
    {"account_domain": None, "server": "smtp.office365.com"},
    {"account_domain": None, "server": "smtp.gmail.com"},
)
"""What may be missing of the names that a text is about."""


def texts(plan: Plan) -> Iterator[str]:
    yield plan.summary
    yield plan.why
    yield plan.aside or ""
    yield from (reason.text for reason in plan.because)
    for remedy in (*plan.remedies, plan.last):
        yield from (remedy.title, remedy.warning or "", remedy.words or "")
        yield from (step.text for step in remedy.steps)


@pytest.mark.parametrize("code", languages())
def test_no_internal_word_reaches_a_text(code: str) -> None:
    translate = languages()[code].gettext
    found = set()
    for facts in every_kind():
        for text in texts(Plan(Situation(facts), translate)):
            found |= {(word, text) for word in WORDS.findall(text)}
    assert not found


def every_kind() -> Iterator[Facts]:
    """Yield facts for every scenario that the cases come to, with names and without."""
    for case in CASES:
        facts = merge_reading(case.query)
        yield facts
        yield from (facts.but(**changes) for changes in UNNAMED)
    for error in VARIABLES["error"]:
        for refused_by in VARIABLES["refused_by"]:
            for changes in UNNAMED:
                yield Facts(error=error, refused_by=refused_by).but(**changes)


def test_they_come_to_every_scenario() -> None:
    met = {Situation(facts).diagnosis.scenario for facts in every_kind()}
    assert len(met) > len(knowledge().scenarios) / 2
