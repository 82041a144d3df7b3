"""Decide when the plan is ready, and else which question is worth asking next.

A question is worth the minutes that its answer is expected to save (its value of information) less
those that it takes.  The plan is ready once none is worth asking.  See docs/estimates.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..knowledge import Knowledge, knowledge
from .beliefs import NO_REMEDY, Beliefs, Offer, shares
from .interview import (
    ERROR,
    IN_STEPS,
    PROGRAM,
    VARIABLE_OF,
    WALKING,
    Interview,
    Known,
    State,
    interview,
)

ONE_OF_TWO = 0.8
"""How likely two remedies have to be together to be called one of two things."""


@dataclass(frozen=True)
class Question:
    """A question that can be asked in a state.

    ``fact`` is what is best asked next, None when no answer changes the plan any more; ``ready``:
    the plan is shown now; ``helps``: the answer alone is expected to save time.
    """

    fact: str | None
    ready: bool
    helps: bool

    @property
    def asked(self) -> str | None:
        """The fact to ask for before the plan is shown, None where it is ready."""
        return None if self.ready else self.fact


@dataclass(frozen=True)
class NextStep(Question):
    """Where a person stands: what is best asked next, and what is to be said of the plan.

    ``certainty`` is how likely the first remedy comes first once everything is known, 0 to 1;
    ``rival`` is another one where it is nearly sure that it is one of the two, else ''.  ``visit``
    is the remedy that stands for those it covers, '' where each stands for itself; ``suspects`` are
    those of them that may come first, the likeliest first.  ``way_round`` is the one that is
    offered beside, or ''.
    """

    certainty: float
    rival: str
    visit: str
    suspects: tuple[str, ...]
    way_round: str


class Adviser:
    """The choice of questions for one offer."""

    def __init__(self, walk: Interview, content: Knowledge, offer: Offer) -> None:
        self.walk, self._content = walk, content
        self.beliefs = Beliefs(walk.tree, content, offer)
        tried = (content.remedies[name] for name in offer.tried)
        self._set = frozenset(fact for remedy in tried for fact in remedy.sets)
        """What those who have tried a remedy have just set is not asked for."""

    def first(self, state: State) -> str:
        """Return the remedy to do first: that of the table where what is open is unknown."""
        return self.beliefs.leads[self.walk.tree.at_unknown(state.node)]

    def way_round(self, state: State) -> str:
        """Return the way round that the plan offers, '' for none or where it comes first."""
        offer, outcomes = self.beliefs.offer, self.walk.tree.outcomes
        planned = offer.order(outcomes[self.walk.tree.at_unknown(state.node)].remedies)
        ways = (r.id for r in planned if r.way_round and r.id not in offer.tried)
        return next(ways, NO_REMEDY)

    def choose(self, state: State) -> Question:
        """Return the question that is best asked next."""
        notes, key = self.walk.tree.notes, (self, "question", state)
        question: Question = notes.get(key) or self._choose(state)
        notes[key] = question
        return question

    def _choose(self, state: State) -> Question:
        questions = [f for f in self.walk.open_questions(state) if f not in self._set]
        if not questions or not self.walk.tree.reach[state.node] & self.beliefs.led:
            return Question(None, ready=True, helps=False)
        if ERROR in questions:  # it decides most, so nobody is advised before it was asked for
            return Question(ERROR, ready=False, helps=True)
        saved = {fact: self._saved(state, fact) for fact in questions}
        worth = {f: round(saved[f] + self._in_steps(state, f), 3) for f in questions}
        # Whom general steps have not helped is asked first for what makes the next ones exact.
        value = worth if self.beliefs.offer.tried else saved
        gain = {fact: value[fact] - self.taken(fact) for fact in questions}
        best = max(questions, key=lambda fact: gain[fact])
        if gain[best] > 0:
            return Question(best, ready=False, helps=True)
        # Nobody waits for these, so what they save goes before what they take.
        next_best = max(questions, key=lambda fact: (worth[fact], gain[fact]))
        return Question(next_best, ready=True, helps=worth[next_best] > 0)

    def taken(self, fact: str) -> float:
        """Return the minutes that a question takes, with its page."""
        seconds = self._content.questions[fact].seconds + self._content.estimates.page_seconds
        return seconds / 60

    def answers(self, state: State, fact: str) -> list[tuple[float, State]]:
        """Return the states that the answers to a question lead to, with the share of each."""
        share = shares(VARIABLE_OF[fact], state.error, state.told)
        after = [
            (share.get(value, 0.0) * self.beliefs.mass(then), then)
            for value, then in self.walk.answers(state, fact)
        ]
        total = sum(weight for weight, _ in after)
        return [(weight / total, then) for weight, then in after]

    def _saved(self, state: State, fact: str) -> float:
        """Return the minutes that the answer to a question is expected to save."""
        loss = self.beliefs.loss
        now = loss(self.first(state), state)
        after = self.answers(state, fact)
        return now - sum(share * loss(self.first(then), then) for share, then in after)

    def _in_steps(self, state: State, fact: str) -> float:
        """Return the minutes that an answer saves because the steps then name what one sees."""
        estimates, name = self._content.estimates, self.first(state)
        if fact not in IN_STEPS or name == NO_REMEDY:
            return 0.0
        remedy = self._content.remedies[name]
        if fact == PROGRAM:
            return estimates.own_words_seconds / 60 if remedy.in_program else 0.0
        return estimates.own_values_seconds / 60 if remedy.for_account else 0.0

    def ahead(self, state: State) -> tuple[float, int]:
        """Return how many questions are expected until the plan is ready: the mean, and in words.

        What is said is a whole number that no answer makes grow.
        """
        notes, key = self.walk.tree.notes, (self, "ahead", state)
        if key not in notes:
            mean, said = 0.0, 0
            if fact := self.choose(state).asked:
                after = [(share, *self.ahead(then)) for share, then in self.answers(state, fact)]
                mean = 1 + sum(share * then for share, then, _ in after)
                said = max(round(mean), *(then for _, _, then in after))
            notes[key] = mean, said
        ahead: tuple[float, int] = notes[key]
        return ahead

    def step(self, state: State) -> NextStep:
        """Return where a person stands."""
        beliefs, question = self.beliefs, self.choose(state)
        first, visit = self.first(state), self._visit(state)
        ends = beliefs.outcomes(state)
        likely = _added_up(ends, beliefs.leads)
        rival = next((name for name in likely if name not in (first, NO_REMEDY)), NO_REMEDY)
        sure_of_two = likely.get(first, 0) + likely.get(rival, 0) >= ONE_OF_TWO
        covers = self._content.remedies[visit].covers if visit else ()
        return NextStep(
            question.fact,
            question.ready,
            question.helps,
            certainty=likely.get(first, 0.0),
            rival=rival if sure_of_two else "",
            visit=visit,
            suspects=tuple([n for n in _added_up(ends, beliefs.firsts) if n in covers]),
            way_round=self.way_round(state),
        )

    def shown(self, state: State) -> str:
        """Return the remedy that the plan shows: the first one, or the visit that covers it."""
        first = self.first(state)
        alone = self.beliefs.firsts[self.walk.tree.at_unknown(state.node)]
        return first if self._visit(state) == first else alone

    def _visit(self, state: State) -> str:
        reach = self.walk.tree.reach[state.node]
        firsts = {name for name, outcomes in self.beliefs.by_first.items() if reach & outcomes}
        return self.beliefs.visit(self.first(state), firsts)


def _added_up(ends: Mapping[int, float], names: Sequence[str]) -> dict[str, float]:
    """Return how likely each name is, the likeliest first, from how likely each outcome is."""
    found: dict[str, float] = {}
    for at, share in ends.items():
        found[names[at]] = found.get(names[at], 0) + share
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


@lru_cache(maxsize=8)  # most people have tried nothing, at a provider that says nothing
def adviser(offer: Offer) -> Adviser:
    """Return the adviser for an offer, over the table that the app ships with."""
    return Adviser(interview(), knowledge(), offer)


# People with the same finite facts get the same question, whatever they typed.
@lru_cache(maxsize=4096)
def next_step(known: Known, answered: frozenset[str], offer: Offer) -> NextStep:
    """Return where a person stands; see ``known_variables``."""
    with WALKING:
        advise = adviser(offer)
        return advise.step(advise.walk.state(dict(known), answered))


@lru_cache(maxsize=4096)
def questions_left(known: Known, answered: frozenset[str], offer: Offer) -> int:
    """Return how many questions are expected before the plan is ready; it never grows."""
    with WALKING:
        advise = adviser(offer)
        return advise.ahead(advise.walk.state(dict(known), answered))[1]
