"""The questions that can still change the plan, and where each answer leads.

The decision diagram tells which variables still matter.  Each belongs to one question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from threading import Lock
from typing import NamedTuple

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

ERROR = "error"
PROGRAM = "program"
ACCOUNT = "account_domain"
IN_STEPS = (PROGRAM, ACCOUNT)
"""The facts that change the words and the values of steps, whatever else they change."""
Known = tuple[tuple[str, str], ...]
"""Variables with their values."""

WALKING = Lock()
"""Held by whoever walks: that adds nodes to the diagram."""


def spoken_choice(name: str, value: str) -> Choice | None:
    """Return the choice, or the state of a typed fact, that words a finite value."""
    return knowledge().questions[FACT_OF[name]].choice(_STAND_IN.get((name, value), value))


class State(NamedTuple):
    """Where an interview stands: a node of the diagram, and the facts that have been answered.

    ``error`` is the error, ``unknown`` also for one without weights of its own, None until it is
    known.  Till then ``told`` are the answers that make some errors likelier than others.
    """

    node: int
    answered: frozenset[str]
    error: str | None = None
    told: Known = ()


class Interview:
    """The questions that walk a decision diagram."""

    def __init__(self, content: Knowledge, tree: Diagram) -> None:
        self.questions = content.questions
        self.tree = tree
        # Only answers that later questions rest on keep otherwise equal states apart.
        self._bases = {q.needs for q in content.questions.values() if q.needs}
        self._kept = self._bases | {PROGRAM}
        self._errors = content.weighed_errors
        self._by_error = {n for n, fact in FACT_OF.items() if content.questions[fact].given}
        remedies = content.remedies.values()
        self._in_steps = {
            PROGRAM: self._naming({r.id for r in remedies if r.in_program}),
            ACCOUNT: self._naming({r.id for r in remedies if r.for_account}),
        }

    def _naming(self, remedies: set[str]) -> int:
        """Return the outcomes that name one of some remedies, one bit each."""
        outcomes = enumerate(self.tree.outcomes)
        return sum(1 << at for at, o in outcomes if not remedies.isdisjoint(o.remedies))

    def state(self, known: Mapping[str, str], answered: frozenset[str]) -> State:
        """Return the state in which some variables are known."""
        node = self.tree.restrict_all(known)
        for name, value in GIVEN.items():
            if name not in known:
                node = self.tree.without(node, name, value, UNKNOWN)
        return self._state(node, answered, known.get(ERROR), tuple(known.items()))

    def _state(self, node: int, answered: frozenset[str], error: str | None, told: Known) -> State:
        answered &= self._kept
        if error is not None:
            return State(node, answered, error if error in self._errors else UNKNOWN)
        return State(node, answered, None, tuple(sorted(t for t in told if t[0] in self._by_error)))

    def open_questions(self, state: State) -> list[str]:
        """Return the facts that can still change the plan, in the order of the table.

        The mail program and the account change the steps and the values of some remedies besides.
        """
        found: dict[str, None] = {}
        for name in self.tree.support(state.node):
            needs = self.questions[FACT_OF[name]].needs
            found[FACT_OF[name] if not needs or needs in state.answered else needs] = None
        reach = self.tree.reach[state.node]
        for fact, outcomes in self._in_steps.items():
            if fact not in state.answered and reach & outcomes:
                found.setdefault(fact)
        return list(found)

    def answers(self, state: State, fact: str) -> Iterator[tuple[str, State]]:
        """Yield each finite answer to a question with the state that it leads to."""
        name = VARIABLE_OF[fact]
        for value in VARIABLES[name]:
            if value == GIVEN.get(name):
                continue
            node = self.tree.restrict(state.node, name, value)
            error = value if name == ERROR else state.error
            told = (*state.told, (name, value))
            yield value, self._state(node, state.answered | {fact}, error, told)
        if fact in self._bases:
            yield UNTOLD, self._without(state, fact)

    def _without(self, state: State, fact: str) -> State:
        """Return the state after "I don't know" where other facts rest on the answer."""
        node = self.tree.restrict(state.node, VARIABLE_OF[fact], UNKNOWN)
        for question in self.questions.values():
            if question.needs == fact:
                node = self.tree.restrict(node, VARIABLE_OF[question.fact], UNKNOWN)
        told = (*state.told, (VARIABLE_OF[fact], UNKNOWN))
        return self._state(node, state.answered | {fact}, state.error, told)


@cache
def interview() -> Interview:
    """Return the interview over the table that the app ships with."""
    return Interview(knowledge(), diagram())


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
