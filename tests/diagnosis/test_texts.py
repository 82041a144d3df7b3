"""What a plan says to a person, over many cases: no word of the table's own reaches a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product

import pytest

from app.diagnosis import Facts, Plan, Situation
from app.i18n.languages import languages
from app.knowledge import knowledge
from app.knowledge.variables import BY_ITSELF, UNKNOWN, VARIABLES
from tests.cases import CASES
from tests.diagnosis.test_cases import merge_reading
from tests.worlds import PROGRAMS, SERVER, worlds

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
NETWORKS = re.compile(
    r"Wi-Fi|VPN|mobile data|sign-in window|hotel|dữ liệu di động|cửa sổ đăng nhập|khách sạn"
)
DONE: dict[str, Callable[[Facts], bool]] = {
    "vpn-off": lambda facts: facts.vpn == "no",
    "use-submission-port": lambda facts: facts.port in (465, 587),
    "use-login": lambda facts: facts.login in ("password", "oauth"),
    "own-line": lambda facts: facts.connection == "own" and facts.vpn == "no",
    "replace-server": lambda facts: facts.server == f"{SERVER}.{facts.account_domain}",
    "webmail": lambda facts: facts.program == "webmail",
}
"""When a remedy is already true of the facts, for those of which facts can tell."""
NOT_SAID = {
    "own-server": re.compile(r"recipient's server|máy chủ người nhận", re.I),
    "recipient-server": re.compile(r"your own outgoing server|máy chủ thư đi của bạn chặn", re.I),
}
"""What the heading must not say once the person has told whose server refused."""


FROM_ITS_OFFER = {"uncounted-line"}
"""A scenario that only a provider's own offer leads to, as a portal states it."""


def walk(code: str) -> Iterator[Plan]:
    """Yield a plan for every scenario with every program, knowing nothing else, and everything."""
    translate, seen = languages()[code].gettext, dict[str, Facts]()
    for facts in worlds():
        seen.setdefault(Situation(facts).diagnosis.scenario, facts)
    assert seen.keys() | FROM_ITS_OFFER == knowledge().scenarios.keys()
    for everything in seen.values():
        nothing = [Facts(error=everything.error, refused_by=by) for by in VARIABLES["refused_by"]]
        for facts, program in product((*nothing, everything), PROGRAMS):
            yield Plan(Situation(facts.but(program=program)), translate, code)


@pytest.fixture(scope="module", params=list(languages()))
def plans(request: pytest.FixtureRequest) -> list[Plan]:
    return list(walk(request.param))


def test_no_internal_word_stands_in_any_plan(plans: list[Plan]) -> None:
    found = {(word, text) for plan in plans for text in texts(plan) for word in WORDS.findall(text)}
    assert not found


def test_webmail_users_are_told_of_no_settings(plans: list[Plan]) -> None:
    for plan in plans:
        for remedy in plan.remedies if plan.situation.facts.program == "webmail" else ():
            acts = {act for step in remedy.remedy.steps for act in step.acts}
            assert not acts & SETTINGS, (plan.diagnosis.scenario, remedy.id)
            assert not remedy.values, (plan.diagnosis.scenario, remedy.id)


def test_what_sends_by_itself_has_no_advice_on_networks_and_windows(plans: list[Plan]) -> None:
    for plan in plans:
        for remedy in plan.remedies if plan.situation.case["program"] in BY_ITSELF else ():
            for text in (remedy.title, *(step.text for step in remedy.steps)):
                assert not NETWORKS.search(text), (plan.diagnosis.scenario, remedy.id, text)


def test_no_two_steps_of_a_remedy_say_the_same(plans: list[Plan]) -> None:
    for plan in plans:
        for remedy in plan.remedies:
            said = [step.text for step in remedy.steps]
            assert len(said) == len(set(said)), (plan.situation.facts.program, remedy.id)


def test_who_was_refused_is_not_told_that_nothing_is_wrong(plans: list[Plan]) -> None:
    for plan in plans:
        facts = plan.situation.facts
        if facts.refused_by == "own-server" and facts.error != "none":
            assert plan.remedies[0].id != "none-needed", facts


def test_no_remedy_is_already_true_of_the_facts(plans: list[Plan]) -> None:
    for plan in plans:
        facts = plan.situation.facts
        for remedy in plan.diagnosis.remedies:
            assert not DONE.get(remedy, lambda _: False)(facts), (remedy, facts)


def test_who_has_refused_is_who_the_person_says(plans: list[Plan]) -> None:
    for plan in plans:
        wrong = NOT_SAID.get(plan.situation.facts.refused_by or UNKNOWN)
        assert not (wrong and wrong.search(plan.summary)), plan.situation.facts


def test_the_port_to_fall_back_on_is_another_one() -> None:
    for port, other in ((None, "587"), (465, "587"), (587, "465")):
        facts = Facts(error="authentication-required", refused_by="own-server", port=port)
        told = [text for text in texts(Plan(Situation(facts))) if "still can't connect" in text]
        assert told
        assert all(other in text for text in told)
