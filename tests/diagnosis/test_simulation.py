"""The expectations of a walk through the questions are those of the editors' estimates."""

import math

import pytest

from app.diagnosis import CHOICES, Facts, Situation
from app.diagnosis.simulation import HELPLESS_MINUTES, shares, simulate
from app.knowledge import knowledge
from app.knowledge.variables import FACT_OF, VARIABLES

TYPED = Facts(
    account_domain="proseware.com",
    recipient_domain="adatum.com",
    sender_domain="proseware.com",
    server="smtp.proseware.com",
    port=25,
)
"""What is typed is known here, so that choices alone are left to play."""


def played(facts: Facts) -> tuple[float, float, float]:
    """Answer each question with each of its choices: (questions, minutes answering, minutes)."""
    fact = Situation(facts).next.fact
    if fact is None:
        return 0, 0, until_sent(Situation(facts).diagnosis.remedies)
    weights = {value: knowledge().questions[fact].weights[value] for value in CHOICES[fact]}
    total = sum(weights.values())
    after = {value: played(facts.but(**{fact: value})) for value in weights}
    questions, answering, minutes = (
        sum(weights[value] * after[value][at] for value in weights) / total for at in range(3)
    )
    taken = knowledge().questions[fact].seconds / 60
    return 1 + questions, taken + answering, taken + minutes


def until_sent(remedies: tuple[str, ...]) -> float:
    minutes = 0.0
    for at, name in enumerate(remedies):
        before = [1 - knowledge().remedies[other].works / 100 for other in remedies[:at]]
        minutes += knowledge().remedies[name].minutes * math.prod(before)
    all_failed = math.prod(1 - knowledge().remedies[name].works / 100 for name in remedies)
    return minutes + all_failed * HELPLESS_MINUTES


@pytest.mark.parametrize(
    "facts",
    [
        TYPED.but(error="relay-denied", refused_by="own-server", vpn="no"),
        TYPED.but(error="authentication-required", place="home"),
        TYPED.but(error="silent", connection="other"),
        TYPED.but(error="mailbox-full"),
    ],
)
def test_it_is_what_playing_every_answer_comes_to(facts: Facts) -> None:
    expected = simulate(facts)
    questions, answering, minutes = played(facts)
    assert expected.questions == pytest.approx(questions)
    assert expected.answering == pytest.approx(answering)
    assert expected.minutes == pytest.approx(minutes)


def test_what_is_asked_in_vain_is_told() -> None:
    expected = simulate(Facts())
    assert 0 < expected.after_first < expected.questions <= Situation(Facts()).next.at_most


@pytest.mark.parametrize("name", VARIABLES)
def test_shares_are_of_the_whole(name: str) -> None:
    assert sum(shares(name).values()) == pytest.approx(1)
    answers = knowledge().questions[FACT_OF[name]].weights
    assert len(shares(name)) <= len(answers)
