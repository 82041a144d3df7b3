"""Choose the next question: only what can still change the plan, easy questions first.

The decision diagram tells which variables still matter.  Each belongs to one question; among the
questions of least effort the one that leaves the fewest outcomes open is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from threading import Lock

from ..knowledge import Choice, Knowledge, knowledge
from ..knowledge.variables import FACT_OF, GIVEN, UNKNOWN, UNTOLD, VARIABLES
from .diagram import Diagram, diagram
from .facts import Facts
from .reduction import Case

VARIABLE_OF: Mapping[str, str] = {fact: name for name, fact in FACT_OF.items()}

_STAND_IN = {
    ("port", "submission"): "587",
    ("port", "relay"): "25",
    ("security", "on"): "tls",
    ("program", "program"): "other",
}
"""The choice that speaks for a finite value which several choices share."""

PROGRAM = "program"
Known = tuple[tuple[str, str], ...]
"""Variables with their values."""

WALKING = Lock()
"""Held by whoever walks: that adds nodes to the diagram."""


def spoken_choice(name: str, value: str) -> Choice | None:
    """Return the choice, or the state of a typed fact, that words a finite value."""
    return knowledge().questions[FACT_OF[name]].choice(_STAND_IN.get((name, value), value))


@dataclass(frozen=True)
class NextStep:
    """Which fact to ask for next (None: the plan is settled), and how many at most are left."""

    fact: str | None
    at_most: int


@dataclass(frozen=True)
class State:
    """Where an interview stands: a node of the diagram, and the facts that have been answered."""

    node: int
    answered: frozenset[str]


class Interview:
    """The questions that walk a decision diagram."""

    def __init__(self, content: Knowledge, tree: Diagram) -> None:
        self.questions = content.questions
        self.tree = tree
        # Only answers that later questions rest on keep otherwise equal states apart.
        self._bases = {q.needs for q in content.questions.values() if q.needs}
        self._kept = self._bases | {PROGRAM}
        self._in_program = {r.id for r in content.remedies.values() if any(s.acts for s in r.steps)}

    def state(self, known: Mapping[str, str], answered: frozenset[str]) -> State:
        """Return the state in which some variables are known."""
        node = self.tree.restrict_all(known)
        for name, value in GIVEN.items():
            if name not in known:
                node = self.tree.without(node, name, value, UNKNOWN)
        return self._state(node, answered)

    def _state(self, node: int, answered: frozenset[str]) -> State:
        return State(node, answered & self._kept)

    def open_questions(self, state: State) -> list[str]:
        """Return the facts that can still change the plan, in the order of the table.

        Once the plan is settled, the mail program still changes the steps of some remedies.
        """
        found: dict[str, None] = {}
        for name in self.tree.support(state.node):
            needs = self.questions[FACT_OF[name]].needs
            found[FACT_OF[name] if not needs or needs in state.answered else needs] = None
        if not found and PROGRAM not in state.answered:
            outcome = self.tree.outcome(state.node)
            if outcome and not self._in_program.isdisjoint(outcome.remedies):
                return [PROGRAM]
        return list(found)

    def next_question(self, state: State) -> str | None:
        """Return the fact to ask for, None when no answer can change the plan any more."""
        candidates = self.open_questions(state)
        if not candidates:
            return None
        least = min(self.questions[fact].effort for fact in candidates)
        easy = [fact for fact in candidates if self.questions[fact].effort == least]
        return min(easy, key=lambda fact: self._spread(state, fact))

    def _spread(self, state: State, fact: str) -> int:
        """Return how many outcomes stay open in all after each answer; fewer splits better."""
        reach = self.tree.reach
        return sum(reach[after.node].bit_count() for _, after in self.answers(state, fact))

    def answers(self, state: State, fact: str) -> Iterator[tuple[str, State]]:
        """Yield each finite answer to a question with the state that it leads to."""
        name = VARIABLE_OF[fact]
        for value in VARIABLES[name]:
            if value == GIVEN.get(name):
                continue
            node = self.tree.restrict(state.node, name, value)
            yield value, self._state(node, state.answered | {fact})
        if fact in self._bases:
            yield UNTOLD, self._without(state, fact)

    def _without(self, state: State, fact: str) -> State:
        """Return the state after "I don't know" where other facts rest on the answer."""
        node = self.tree.restrict(state.node, VARIABLE_OF[fact], UNKNOWN)
        for question in self.questions.values():
            if question.needs == fact:
                node = self.tree.restrict(node, VARIABLE_OF[question.fact], UNKNOWN)
        return self._state(node, state.answered | {fact})

    def at_most(self, state: State, memo: dict[State, int] | None = None) -> int:
        """Return how many questions are left on the longest way to a plan."""
        memo = {} if memo is None else memo
        if state not in memo:
            fact = self.next_question(state)
            answers = self.answers(state, fact) if fact else ()
            memo[state] = max((1 + self.at_most(after, memo) for _, after in answers), default=0)
        return memo[state]


@cache
def interview() -> Interview:
    """Return the interview over the table that the app ships with."""
    return Interview(knowledge(), diagram())


def next_step(facts: Facts, case: Case) -> NextStep:
    """Return what to ask next; ``case`` is what the facts come to."""
    return _next_step(*known_variables(facts, case))


def known_variables(facts: Facts, case: Case) -> tuple[Known, frozenset[str]]:
    """Return the variables that the facts settle, and the facts that have been answered.

    A variable is settled when nothing more has to be asked to know it.
    """
    questions = knowledge().questions
    answered = frozenset([f for f in VARIABLE_OF if getattr(facts, f) is not None])
    known = []
    for name, value in case.items():
        fact = FACT_OF[name]
        needs = questions[fact].needs
        if (
            value != UNKNOWN
            or fact in answered
            or (needs is not None and getattr(facts, needs) == UNKNOWN)
        ):
            known.append((name, value))
    return tuple(known), answered


@lru_cache(maxsize=4096)
def _next_step(known: Known, answered: frozenset[str]) -> NextStep:
    # People with the same finite facts get the same question, whatever they typed.
    with WALKING:
        walk = interview()
        state = walk.state(dict(known), answered)
        return NextStep(walk.next_question(state), walk.at_most(state))
