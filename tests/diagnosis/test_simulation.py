"""The expectations of a walk through the questions are those of the editors' estimates."""

import pytest

from app.diagnosis import Facts, Situation
from app.diagnosis.beliefs import shares
from app.diagnosis.simulation import by_scenario, simulate
from app.knowledge import Remedy, knowledge
from app.knowledge.variables import FACT_OF, VARIABLES

TYPED = Facts(
    account_domain="proseware.com",
    recipient_domain="adatum.com",
    sender_domain="proseware.com",
    server="smtp.proseware.com",
    port=25,
)
"""What is typed is known here, so that choices alone are left to play."""


FACTS = [
    TYPED.but(error="relay-denied", refused_by="own-server", vpn="no"),
    TYPED.but(error="authentication-required", place="home"),
    TYPED.but(error="silent", connection="other"),
    TYPED.but(error="mailbox-full"),
]


def played(facts: Facts) -> tuple[float, float, float]:
    """Answer each question with each of its choices: (questions, minutes answering, minutes)."""
    fact = Situation(facts).next.fact
    if fact is None:
        return 0, 0, until_sent(list(Situation(facts).diagnosis.planned))
    question = knowledge().questions[fact]
    weights = question.weights_given(facts.error)
    total = sum(weights.values())
    after = {value: played(facts.but(**{fact: value})) for value in weights}
    questions, answering, minutes = (
        sum(weights[value] * after[value][at] for value in after) / total for at in range(3)
    )
    taken = (question.seconds + knowledge().estimates.page_seconds) / 60
    return 1 + questions, taken + answering, taken + minutes


def until_sent(remedies: list[Remedy]) -> float:
    """Return the minutes until the email is sent: the first remedy, the way round, the others."""
    first, *others = remedies
    others.sort(key=lambda remedy: not remedy.way_round)
    minutes, left = 0.0, 1.0
    for remedy in (first, *others):
        minutes += left * remedy.minutes
        left *= 1 - remedy.works / 100
    return minutes + left * knowledge().estimates.helpless_minutes


@pytest.mark.parametrize("facts", FACTS)
def test_it_is_what_playing_every_answer_comes_to(facts: Facts) -> None:
    expected = simulate(facts, everything=True)
    questions, answering, minutes = played(facts)
    assert expected.questions == pytest.approx(questions)
    assert expected.answering == pytest.approx(answering)
    assert expected.minutes == pytest.approx(minutes)
    assert expected.first == pytest.approx(1)


@pytest.mark.parametrize("facts", [Facts(), *FACTS])
def test_asking_only_what_is_worth_it_takes_less_time(facts: Facts) -> None:
    short, full = simulate(facts), simulate(facts, everything=True)
    assert short.questions <= full.questions
    assert short.questions <= short.at_most <= full.at_most
    # To a tenth of a minute: nobody is asked for what saves less.
    assert round(short.minutes, 1) <= round(full.minutes, 1)
    assert short.first <= short.second


def test_what_the_estimates_promise() -> None:
    """The bounds that an editor's change of a weight must not break unseen."""
    start = simulate(Facts())
    assert start.questions <= 3
    assert start.at_most <= 4
    assert 0.93 <= start.first < start.second < 1
    assert start.second >= 0.98
    for known in (Facts(connection="own"), Facts(program="webmail"), Facts(login="password")):
        assert simulate(known).first >= 0.93, known
    refused = simulate(Facts(error="relay-denied", refused_by="own-server"))
    assert refused.questions <= 1.5
    assert refused.minutes < simulate(Facts(error="relay-denied"), everything=True).minutes


def test_the_scenarios_are_those_of_the_whole() -> None:
    each = by_scenario()
    assert each.keys() <= knowledge().scenarios.keys()
    assert sum(share for share, _ in each.values()) == pytest.approx(1)
    right = sum(share * right for share, right in each.values())
    assert right == pytest.approx(simulate(Facts()).first)


@pytest.mark.parametrize("name", VARIABLES)
def test_shares_are_of_the_whole(name: str) -> None:
    for error in VARIABLES["error"]:
        assert sum(shares(name, error).values()) == pytest.approx(1)
        answers = knowledge().questions[FACT_OF[name]].weights_given(error)
        assert len(shares(name, error)) <= len(answers)
