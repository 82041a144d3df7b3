"""The article's rows and G1 to G23, straight from the core."""

from itertools import permutations
from urllib.parse import parse_qs

import pytest

from app.diagnosis import Facts, Plan, Situation, diagnose, read_facts
from app.knowledge import knowledge
from tests.cases import CASES, FOREIGN, Case


def merge_reading(query: str) -> Facts:
    facts, wrong = read_facts({key: value[0] for key, value in parse_qs(query).items()})
    assert not wrong
    return facts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    diagnosis = diagnose(merge_reading(case.answered))
    assert (diagnosis.article_row, diagnosis.relay, diagnosis.refused) == (
        case.row,
        case.relay,
        case.refused,
    ), diagnosis.scenario
    assert diagnosis.remedies[: len(case.first)] == case.first
    assert set(case.also) <= set(diagnosis.remedies)


def test_every_scenario_says_the_verdict_its_golden_line_says(golden) -> None:
    lines = (
        f"{s.id} | {_spell(s.relay)} | {_spell(s.refused)} | {s.cause} | {s.stops} | "
        f"{s.article_row or '-'} | {' '.join(s.remedies)}"
        for s in knowledge().scenarios.values()
    )
    golden("scenarios.txt", lines)


def _spell(verdict) -> str:
    return verdict["*"] if "*" in verdict else ",".join(f"{k}:{v}" for k, v in verdict.items())


@pytest.mark.parametrize("seen", ["", "&error=relay-denied&refused_by=own-server&login=none"])
def test_the_order_of_recipients_changes_nothing(seen: str) -> None:
    outside = "place=away&connection=other&account_domain=proseware.com" + seen
    names = ["proseware.com", "adatum.com", "hanoi.proseware.com"]
    plans = [
        Plan(Situation(merge_reading(f"{outside}&recipient_domain={','.join(order)}")))
        for order in permutations(names)
    ]
    assert {plan.diagnosis.scenario for plan in plans} == {"away-relay"}
    assert len({(plan.summary, plan.why, plan.because, plan.next) for plan in plans}) == 1
    assert {v.recipient: v.refused for v in plans[0].diagnosis.verdicts} == {
        "proseware.com": "no",
        "adatum.com": "yes" if seen else "maybe",
        "hanoi.proseware.com": "maybe",
    }
    assert "The recipient's address is at adatum.com, not at your provider." in [
        reason.text for reason in plans[0].because
    ]


def test_each_recipient_is_judged_by_itself() -> None:
    diagnosis = diagnose(
        merge_reading(next(c.query for c in CASES if c.name == "G8 two recipients"))
    )
    assert [(v.recipient, v.refused) for v in diagnosis.verdicts] == [
        ("proseware.com", "no"),
        ("adatum.com", "maybe"),
    ]


@pytest.mark.parametrize("place", ["home", "work", "away", "mobile", "unknown"])
@pytest.mark.parametrize("vpn", ["yes", "no", "unknown"])
def test_a_place_decides_nothing_once_the_login_works(place: str, vpn: str) -> None:
    facts = merge_reading(f"{FOREIGN}&place={place}&vpn={vpn}&connection=other&login=password")
    assert diagnose(facts).refused == "no"


def test_the_warning_stands_wherever_the_networks_own_server_is_advised() -> None:
    for name in ("row 4", "G2 work server, home sender", "G2 told as a sender"):
        plan = Plan(Situation(merge_reading(next(c.query for c in CASES if c.name == name))))
        advised = {remedy.id: remedy for remedy in plan.remedies}
        assert "SPF" in (advised["server-of-this-network"].warning or "")
