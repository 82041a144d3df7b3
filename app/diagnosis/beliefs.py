"""What is to be expected below a node of the diagram, by the editors' estimates.

Every answer to a question has a weight, so weighted counting tells how likely each outcome is, in
time linear in the nodes (docs/estimates.md).  The frame is decision-theoretic troubleshooting:
Heckerman, Breese, Rommelse, Communications of the ACM 38:3 (1995).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from heapq import heappop, heappush
from itertools import repeat
from math import isnan, nan, prod

from ..knowledge import Knowledge, Provider, Remedy, knowledge
from ..knowledge.variables import FACT_OF, UNKNOWN, UNTOLD, VARIABLES, WEBMAIL
from .diagram import Diagram
from .interview import ERROR, Known, State
from .reduction import reduce_choice

NO_REMEDY = ""
"""The lead of a plan whose remedies have all been tried."""


Answered = tuple[str | None, Known]
"""What the weights of answers depend on: see ``State``."""


@cache
def shares(name: str, error: str | None = None, told: Known = ()) -> Mapping[str, float]:
    """Return how often each answer to a variable's question is given, as a share of 1.

    The answers are the variable's finite values, and ``untold`` where others rest on it.

    :param error: that of the people who answer, None where it is not known
    :param told: what they have answered, which makes some errors likelier (Bayes' rule)
    """
    if error is not None:
        return _shares_given(name, error)
    base = _shares_given(ERROR, UNKNOWN)
    likely = {e: base[e] * prod(_likelihood(n, v, e) for n, v in told) for e in base}
    if name != ERROR:
        likely = {
            value: sum(likely[e] * _shares_given(name, e)[value] for e in likely)
            for value in _shares_given(name, UNKNOWN)
        }
    total = sum(likely.values())
    if not total:  # no estimate makes room for what was told
        return _shares_given(name, UNKNOWN)
    return {value: share / total for value, share in likely.items()}


@cache
def _shares_given(name: str, error: str) -> Mapping[str, float]:
    question = knowledge().questions[FACT_OF[name]]
    found: dict[str, float] = {}
    for answer, weight in question.weights_given(error).items():
        chosen = any(choice.value == answer for choice in question.choices)
        value = reduce_choice(name, answer) if chosen else answer
        found[value] = found.get(value, 0) + weight
    total = sum(found.values())
    return {value: weight / total for value, weight in found.items()}


def _likelihood(name: str, value: str, error: str) -> float:
    """Return how often people with an error have a finite value; not told counts as unknown."""
    share = _shares_given(name, error)
    return share.get(value, 0) + (share.get(UNTOLD, 0) if value == UNKNOWN else 0)


@dataclass(frozen=True)
class Offer:
    """Which remedies of a plan are left, and in which order: what people have in common here.

    ``left_out`` are those that the provider does not offer, ``tried`` those that did not help;
    ``without_login``: the provider has no login, so what it has instead leads.  ``first``
    are the remedies that a vendor puts first where the plan has them, best first.
    """

    left_out: frozenset[str] = frozenset()
    without_login: bool = False
    tried: frozenset[str] = frozenset()
    first: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, provider: Provider | None, tried: Iterable[str], first: tuple[str, ...] = ()
    ) -> Offer:
        """Return the offer of a provider to somebody who has tried some remedies."""
        left_out, without_login = _offer_of(provider and (provider.offers, provider.has_login))
        lacking = left_out.union(provider.lacks) if provider else left_out
        return cls(lacking, without_login, frozenset(tried), first)

    def order(self, names: Iterable[str]) -> tuple[Remedy, ...]:
        """Return the remedies of an outcome that the provider offers, best first."""
        found = [knowledge().remedies[name] for name in names if name not in self.left_out]
        if self.without_login:
            found.sort(key=lambda remedy: remedy.needs in ((), (WEBMAIL,)))
        first = self.first
        found.sort(key=lambda r: first.index(r.id) if r.id in first else len(first))
        return tuple(found)


@cache
def _offer_of(offers: tuple[frozenset[str] | None, bool] | None) -> tuple[frozenset[str], bool]:
    """Return what is left out for a provider's (offers, whether it has a login)."""
    ways, has_login = offers or (None, True)
    says = bool(ways)
    left_out = (
        remedy.id
        for remedy in knowledge().remedies.values()
        if remedy.told not in (None, says)
        or (ways is not None and remedy.needs and ways.isdisjoint(remedy.needs))
    )
    return frozenset(left_out), not has_login


class Measure:
    """A number for each outcome, and what it comes to on average in every state."""

    def __init__(self, tree: Diagram, number: Callable[[int], float]) -> None:
        self._tree, self._number = tree, number
        self._numbers = array("d", [nan]) * len(tree.outcomes)  # no number: not asked for yet

    def of(self, state: State) -> float:
        """Return the mean of the numbers of the outcomes that a state may come to."""
        return self._mean(state.node, (state.error, state.told))

    def _mean(self, node: int, answered: Answered) -> float:
        if node < len(self._numbers):
            if isnan(self._numbers[node]):
                self._numbers[node] = self._number(node)
            return self._numbers[node]
        key = self, node, answered
        found: float | None = self._tree.notes.get(key)
        if found is None:
            mean, parts = self._mean, branches(self._tree, node, answered)
            found = sum([share * mean(child, then) for share, child, then in parts if share])
            self._tree.notes[key] = found
        return found


def branches(tree: Diagram, node: int, answered: Answered) -> Iterator[tuple[float, int, Answered]]:
    """Yield the share of each value of a node's variable, the node below, what is answered then.

    The error is the first variable, so the weights below it are those for it.
    """
    name, children = tree.branches(node)
    weights = _weights(name, *answered)
    if name != ERROR:
        return zip(weights, children, repeat(answered), strict=False)
    weighed = knowledge().weighed_errors
    errors = ((error if error in weighed else UNKNOWN, ()) for error in VARIABLES[ERROR])
    return zip(weights, children, errors, strict=True)


@cache
def _weights(name: str, error: str | None, told: Known) -> tuple[float, ...]:
    """Return the shares of a variable's values, in their order; not told counts as unknown."""
    share = {**shares(name, error, told)}
    share[UNKNOWN] = share.get(UNKNOWN, 0) + share.pop(UNTOLD, 0)
    return tuple(share.get(value, 0) for value in VARIABLES[name])


class Beliefs:
    """What is to be expected of a plan for one offer, each mean worked out once for a state.

    A name is a remedy's id, or ``NO_REMEDY``.  Remedies that one visit covers go by its name.
    """

    def __init__(self, tree: Diagram, content: Knowledge, offer: Offer) -> None:
        self.tree, self._content, self.offer = tree, content, offer
        # Once one of them was tried alone, each stands for itself again.
        alone = not offer.tried.isdisjoint(content.covering)
        covering = {} if alone else content.covering
        self._visit = {n: r.id for n, r in covering.items() if r.id not in offer.left_out}
        ends = range(len(tree.outcomes))
        self.firsts = [self._first(at, offer.tried) for at in ends]
        """The remedy that comes first in each outcome, those that were tried left out."""
        self.leads = [self._visit.get(name, name) for name in self.firsts]
        """The same, with what one visit covers by the visit's name."""
        self.by_first: dict[str, int] = {}
        """The outcomes that each remedy comes first in, one bit each."""
        for at, name in enumerate(self.firsts):
            self.by_first[name] = self.by_first.get(name, 0) | 1 << at
        self.led = sum(1 << at for at in ends if self.leads[at] != NO_REMEDY)
        """The outcomes in which a remedy is left, one bit each."""
        self._here = [self._presence(at) for at in ends]
        self._mass = Measure(tree, self._here.__getitem__)
        self.failing = self._measures(lambda name, at: 1 - self.chance(name, at))
        """How likely a remedy does not work, by its name."""
        self.loss = self._measures(self._lost)
        """The minutes that are lost where a remedy comes first, by its name."""

    def _first(self, at: int, tried: frozenset[str]) -> str:
        left = self.offer.order(self.tree.outcomes[at].remedies)
        return next((r.id for r in left if tried.isdisjoint(self._done_by(r.id))), NO_REMEDY)

    def _done_by(self, name: str) -> tuple[str, ...]:
        """Return the remedies that do what one does: it, and the visit that covers it."""
        covering = self._content.covering.get(name)
        return (name, covering.id) if covering else (name,)

    def visit(self, first: str, firsts: set[str]) -> str:
        """Return the remedy to show for those that one visit covers, '' where none is needed.

        :param firsts: the remedies that may come first
        """
        covering = {r.id: r for r in self._content.covering.values()}
        tried = covering.keys() & self.offer.tried
        if first in covering and len(firsts.intersection(covering[first].covers)) > 1:
            return first
        return next(iter(tried), "")

    def mass(self, state: State) -> float:
        """Return how likely somebody in a state is here, to compare states."""
        return self._mass.of(state)

    def outcomes(self, state: State) -> Mapping[int, float]:
        """Return the outcomes that a state may come to, by number, each with its likelihood."""
        above: dict[int, dict[Answered, float]] = {state.node: {(state.error, state.told): 1.0}}
        found: dict[int, float] = {}
        pending = [-state.node]
        while pending:
            node = -heappop(pending)  # children are older than their parents: all above it is done
            for answered, weight in above.pop(node).items():
                if node < len(self._here):
                    found[node] = found.get(node, 0) + weight * self._here[node]
                    continue
                for share, child, then in branches(self.tree, node, answered):
                    if child not in above:
                        heappush(pending, -child)
                    into = above.setdefault(child, {})
                    into[then] = into.get(then, 0) + weight * share
        total = sum(found.values())
        return {at: weight / total for at, weight in found.items()}

    def share(self, name: str, state: State) -> float:
        """Return how likely a remedy comes first once everything is known, 0 to 1."""
        return sum(share for at, share in self.outcomes(state).items() if self.leads[at] == name)

    def chance(self, name: str, at: int) -> float:
        """Return the chance of a remedy to work in an outcome, less where another comes first."""
        return self._chance(name, at, self.firsts[at])

    def _chance(self, name: str, at: int, first: str) -> float:
        if name == NO_REMEDY:
            return 0.0
        remedy = self._content.remedies[name]
        does = {name, *remedy.covers}
        if does.isdisjoint(self.tree.outcomes[at].remedies):
            return 0.0
        fitting = first in does or remedy.way_round
        return remedy.works / 100 * (1 if fitting else self._content.estimates.still_works / 100)

    def _presence(self, at: int) -> float:
        """Return how often an outcome is met by those who are here, beside its facts' weight.

        Whose email goes through seldom comes; whom a remedy helped does not go on.
        """
        tried, scenario = self.offer.tried, self.tree.outcomes[at].scenario
        through = self._content.scenarios[scenario].stops == "nowhere"
        presence = self._content.estimates.comes_anyway / 100 if through else 1.0
        for name in tried:
            presence *= 1 - self._chance(name, at, self._first(at, tried - {name}))
        return presence

    def _lost(self, name: str, at: int) -> float:
        if name == self.leads[at]:
            return 0.0
        estimates = self._content.estimates
        if name == NO_REMEDY:
            return float(estimates.helpless_minutes)
        taken = self._content.remedies[name].minutes + estimates.wrong_plan_seconds / 60
        return (1 - self.chance(name, at)) * taken

    def _measures(self, number: Callable[[str, int], float]) -> Callable[[str, State], float]:
        """Return a mean by name and state, among those who are here."""

        @cache
        def of(name: str) -> Measure:
            return Measure(self.tree, lambda at: self._here[at] * number(name, at))

        return lambda name, state: of(name).of(state) / self.mass(state)
