"""What a plan says to a person, over many cases: no word of the table's own reaches a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from app.diagnosis import CHOICES, Facts, Plan, Situation
from app.i18n.languages import languages
from app.knowledge import knowledge
from app.knowledge.variables import VARIABLES
from tests.cases import CASES
from tests.diagnosis.test_cases import merge_reading
from tests.worlds import worlds

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


SETTINGS = {"server", "port", "security", "login", "user", "password"}
"""Acts of an email app's settings, which webmail does not have."""
BY_ITSELF = ("website", "device", "software")
NETWORKS = re.compile(r"Wi-Fi|VPN|mobile data|sign-in window|hotel")


def every_program() -> Iterator[tuple[str, Plan]]:
    """Yield a plan for every scenario's facts with every program, as the table then has it."""
    seen: dict[str, Facts] = {}
    for facts in worlds():
        seen.setdefault(Situation(facts).diagnosis.scenario, facts)
    for facts in seen.values():
        for program in CHOICES["program"]:
            yield program, Plan(Situation(facts.but(program=program)))


def test_webmail_users_are_told_of_no_settings() -> None:
    for program, plan in every_program():
        for remedy in plan.remedies if program == "webmail" else ():
            acts = {act for step in remedy.remedy.steps for act in step.acts}
            assert not acts & SETTINGS, (plan.diagnosis.scenario, remedy.id)
            assert not remedy.values, (plan.diagnosis.scenario, remedy.id)


def test_what_sends_by_itself_has_no_advice_on_networks_and_windows() -> None:
    for program, plan in every_program():
        for remedy in plan.remedies if program in BY_ITSELF else ():
            for text in (remedy.title, *(step.text for step in remedy.steps)):
                assert not NETWORKS.search(text), (plan.diagnosis.scenario, remedy.id, text)


def test_no_two_steps_of_a_remedy_say_the_same() -> None:
    for _, plan in every_program():
        for remedy in plan.remedies:
            said = [step.text for step in remedy.steps]
            assert len(said) == len(set(said)), remedy.id


def test_who_was_refused_is_not_told_that_nothing_is_wrong() -> None:
    for _, plan in every_program():
        facts = plan.situation.facts
        if facts.refused_by == "own-server" and facts.error != "none":
            assert plan.remedies[0].id != "none-needed", facts


def test_the_port_to_fall_back_on_is_another_one() -> None:
    for port, other in ((None, "587"), (465, "587"), (587, "465")):
        facts = Facts(error="authentication-required", refused_by="own-server", port=port)
        told = [text for text in texts(Plan(Situation(facts))) if "still can't connect" in text]
        assert told
        assert all(other in text for text in told)


def test_no_remedy_is_already_true_of_the_facts() -> None:
    for program, plan in every_program():
        facts, advised = plan.situation.facts, {remedy.id for remedy in plan.remedies}
        assert not (facts.vpn == "no" and "vpn-off" in advised), facts
        assert not (facts.port in (465, 587) and "use-submission-port" in advised), facts
        assert not (program == "webmail" and "webmail" in advised), facts
