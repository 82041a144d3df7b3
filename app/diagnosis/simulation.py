"""Play the population that the editors' estimates describe through the questions and remedies.

Every answer to a question has a weight, so each state of the interview is met with a probability,
and what follows is exact: no case is drawn at random.  The figures are for comparing one order of
questions with another, not for telling how long a person will need (docs/estimates.md).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from ..knowledge import knowledge
from .beliefs import NO_REMEDY, Offer
from .facts import Facts
from .interview import WALKING, State, interview
from .readiness import Adviser, adviser
from .situation import Situation


@dataclass(frozen=True)
class Expectation:
    """What is expected of a walk, each a mean over the population.

    ``questions`` until the plan is ready, and ``at_most``; ``first`` and ``second``: the share
    whose first remedy, or one of the first two, is the one that full knowledge puts first;
    ``answering`` and ``minutes``: minutes for the answers before the plan, and until the email is
    sent.
    """

    questions: float = 0.0
    at_most: float = 0.0
    first: float = 0.0
    second: float = 0.0
    answering: float = 0.0
    minutes: float = 0.0


def simulate(facts: Facts, everything: bool = False) -> Expectation:
    """Return what is expected of the questions and remedies that follow some facts.

    :param everything: all is asked that can still change the plan, before any remedy is shown
    """
    known, answered = Situation(facts).told
    with WALKING:
        state = interview().state(dict(known), answered)
        return Simulation(everything).expect(state)


def by_scenario() -> dict[str, tuple[float, float]]:
    """Return how often each scenario is met, and for which share of it the first remedy is right.

    That is for people who start with nothing said, once the plan is ready.
    """
    met: dict[str, float] = {}
    hit: dict[str, float] = {}
    with WALKING:
        advise = _having_tried(frozenset())
        pending = [(1.0, interview().state({}, frozenset()))]
        while pending:
            weight, state = pending.pop()
            if fact := advise.choose(state).asked:
                pending += [(weight * share, then) for share, then in advise.answers(state, fact)]
                continue
            first = advise.first(state)
            for at, share in advise.beliefs.outcomes(state).items():
                scenario = advise.walk.tree.outcomes[at].scenario
                met[scenario] = met.get(scenario, 0) + weight * share
                right = advise.beliefs.leads[at] == first
                hit[scenario] = hit.get(scenario, 0) + weight * share * right
    return {name: (met[name], hit[name] / met[name]) for name in met if met[name]}


class Simulation:
    """The expectations of an interview's states, each worked out once."""

    def __init__(self, everything: bool = False) -> None:
        self._everything = everything
        self._expected: dict[State, Expectation] = {}
        self._until_sent: dict[tuple[State, frozenset[str]], float] = {}
        self._next: dict[tuple[State, frozenset[str]], float] = {}

    def expect(self, state: State) -> Expectation:
        """Return what is expected from a state on."""
        if state not in self._expected:
            self._expected[state] = self._expect(state)
        return self._expected[state]

    def _expect(self, state: State) -> Expectation:
        advise = _having_tried(frozenset())
        fact = self._asked(advise, state)
        if fact is None:
            first = advise.first(state)
            hit = advise.beliefs.share(first, state)
            return Expectation(
                first=hit,
                second=hit + self._hit_next(state, frozenset([first])),
                minutes=self._minutes(state, frozenset()),
            )
        ahead = [(share, self.expect(after)) for share, after in advise.answers(state, fact)]
        mean = {
            f.name: sum(share * getattr(after, f.name) for share, after in ahead)
            for f in fields(Expectation)
        }
        taken = advise.taken(fact)
        return Expectation(
            **mean
            | {
                "questions": 1 + mean["questions"],
                "at_most": 1 + max(after.at_most for _, after in ahead),
                "answering": taken + mean["answering"],
                "minutes": taken + mean["minutes"],
            }
        )

    def _asked(self, advise: Adviser, state: State) -> str | None:
        """Return the question that is asked before a remedy is shown, None for none."""
        question = advise.choose(state)
        return question.fact if self._everything else question.asked

    def _minutes(self, state: State, tried: frozenset[str]) -> float:
        """Return the minutes until the email is sent, trying one remedy after the other.

        Whom the first one has not helped goes the way round that the page then offers on top.
        """
        key = state, tried
        if key not in self._until_sent:
            advise = _having_tried(tried)
            way_round = advise.way_round(state) if tried else NO_REMEDY
            fact = None if way_round else self._asked(advise, state)
            remedy = way_round or advise.shown(state)
            if fact:
                ahead = advise.answers(state, fact)
                minutes = advise.taken(fact)
                minutes += sum(share * self._minutes(after, tried) for share, after in ahead)
            elif remedy == NO_REMEDY:
                minutes = knowledge().estimates.helpless_minutes
            else:
                minutes = knowledge().remedies[remedy].minutes
                failing = advise.beliefs.failing(remedy, state)
                minutes += failing * self._minutes(state, tried | {remedy})
            self._until_sent[key] = minutes
        return self._until_sent[key]

    def _hit_next(self, state: State, tried: frozenset[str]) -> float:
        """Return how likely the remedy after those that were tried is the right first one."""
        key = state, tried
        if key not in self._next:
            advise, everybody = _having_tried(tried), _having_tried(frozenset())
            fact, remedy = self._asked(advise, state), advise.first(state)
            if fact:
                ahead = everybody.answers(state, fact)
                self._next[key] = sum(share * self._hit_next(then, tried) for share, then in ahead)
            else:
                self._next[key] = everybody.beliefs.share(remedy, state)
        return self._next[key]


def _having_tried(tried: frozenset[str]) -> Adviser:
    """Return the adviser of somebody whose provider has not said what it offers."""
    return adviser(Offer.of(None, tried))
