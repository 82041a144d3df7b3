"""Play the population that the editors' estimates describe through the questions.

Every answer to a question has a weight, so each state of the interview is met with a probability,
and what follows is exact: no case is drawn at random.  Facts are taken as independent of each
other, which they are not (who is in a hotel is on another company's network); the figures are for
comparing one order of questions with another, not for telling how long a person will need.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..knowledge import Knowledge, knowledge
from ..knowledge.variables import FACT_OF
from .facts import Facts
from .interview import VARIABLE_OF, WALKING, Interview, State, interview, known_variables
from .reduction import reduce_choice
from .situation import Situation
from .table import Outcome

HELPLESS_MINUTES = 30
"""What it takes to have the email sent when no remedy has worked: an estimate, like the others."""


@dataclass(frozen=True)
class Expectation:
    """What is expected of a walk through the questions, each a mean over the population.

    ``after_first`` are the questions asked although the first remedy can no longer change;
    ``answering`` and ``minutes`` are minutes: for the answers, and until the email is sent.
    """

    questions: float = 0.0
    after_first: float = 0.0
    answering: float = 0.0
    minutes: float = 0.0


@cache
def shares(name: str) -> Mapping[str, float]:
    """Return how often each finite value of a variable is met, as a share of 1."""
    question = knowledge().questions[FACT_OF[name]]
    found: dict[str, float] = {}
    for answer, weight in question.weights.items():
        chosen = any(choice.value == answer for choice in question.choices)
        value = reduce_choice(name, answer) if chosen else answer
        found[value] = found.get(value, 0) + weight
    total = sum(found.values())
    return {value: weight / total for value, weight in found.items()}


def simulate(facts: Facts) -> Expectation:
    """Return what is expected of the questions that follow some facts."""
    known, answered = known_variables(facts, Situation(facts).case)
    with WALKING:
        walk = interview()
        return Simulation(walk, knowledge()).expect(walk.state(dict(known), answered))


class Simulation:
    """The expectations of an interview's states, each worked out once."""

    def __init__(self, walk: Interview, content: Knowledge) -> None:
        self._walk, self._content = walk, content
        self._memo: dict[State, Expectation] = {}

    def expect(self, state: State) -> Expectation:
        """Return what is expected from a state on."""
        if state not in self._memo:
            self._memo[state] = self._expect(state)
        return self._memo[state]

    def _expect(self, state: State) -> Expectation:
        fact = self._walk.next_question(state)
        if fact is None:
            return Expectation(minutes=self._minutes(self._walk.tree.outcomes[state.node]))
        share = shares(VARIABLE_OF[fact])
        weighted = [
            (share.get(value, 0.0), self.expect(after))
            for value, after in self._walk.answers(state, fact)
        ]
        total = sum(
            weight for weight, _ in weighted
        )  # a value that the provider gives is not asked
        seconds = self._content.questions[fact].seconds
        ahead = Expectation(
            *(
                sum(weight * getattr(after, key) for weight, after in weighted) / total
                for key in Expectation.__dataclass_fields__
            )
        )
        return Expectation(
            questions=ahead.questions + 1,
            after_first=ahead.after_first + (self._firsts(state) == 1),
            answering=ahead.answering + seconds / 60,
            minutes=ahead.minutes + seconds / 60,
        )

    def _firsts(self, state: State) -> int:
        """Return how many different first remedies are still open."""
        tree = self._walk.tree
        reach = tree.reach[state.node]
        return len({o.remedies[0] for at, o in enumerate(tree.outcomes) if reach >> at & 1})

    def _minutes(self, outcome: Outcome) -> float:
        """Return the minutes until the email is sent, trying the remedies in their order.

        Those for a provider that has told what it offers are left out: most have told nothing.
        """
        failed, minutes = 1.0, 0.0
        for remedy in map(self._content.remedies.__getitem__, outcome.remedies):
            if remedy.told:
                continue
            minutes += failed * remedy.minutes
            failed *= 1 - remedy.works / 100
        return minutes + failed * HELPLESS_MINUTES
