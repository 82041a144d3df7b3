"""What is to be expected below a node of the diagram, by the editors' estimates.

Every answer to a question has a weight, so weighted counting tells how likely each outcome is, in
time linear in the nodes (docs/estimates.md).  The frame is decision-theoretic troubleshooting:
Heckerman, Breese, Rommelse, Communications of the ACM 38:3 (1995).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ..knowledge import Knowledge, Provider, Remedy, knowledge
from ..knowledge.variables import FACT_OF, UNKNOWN, UNTOLD, VARIABLES, WEBMAIL
from .diagram import Diagram
from .interview import ERROR, State
from .reduction import reduce_choice

MAX_MEANS = 10_000
"""Memory bound: the means of a measure are dropped when they outgrow it."""
NO_REMEDY = ""
"""The lead of a plan whose remedies have all been tried."""


@cache
def shares(name: str, error: str = UNKNOWN) -> Mapping[str, float]:
    """Return how often each answer to a variable's question is given, as a share of 1.

    The answers are the variable's finite values, and ``untold`` where others rest on it.

    :param error: that of the people who answer; for those with another one, answers may differ
    """
    question = knowledge().questions[FACT_OF[name]]
    found: dict[str, float] = {}
    for answer, weight in question.weights_given(error).items():
        chosen = any(choice.value == answer for choice in question.choices)
        value = reduce_choice(name, answer) if chosen else answer
        found[value] = found.get(value, 0) + weight
    total = sum(found.values())
    return {value: weight / total for value, weight in found.items()}


@dataclass(frozen=True)
class Offer:
    """Which remedies of a plan are left, and in which order: what people have in common here.

    ``left_out`` are those that the provider does not offer, ``tried`` those that did not help;
    ``without_login``: the provider has no login, so what it has instead leads.
    """

    left_out: frozenset[str] = frozenset()
    without_login: bool = False
    tried: frozenset[str] = frozenset()

    @classmethod
    def of(cls, provider: Provider | None, tried: Iterable[str]) -> Offer:
        """Return the offer of a provider to somebody who has tried some remedies."""
        left_out, without_login = _offer_of(provider and (provider.offers, provider.has_login))
        return cls(left_out, without_login, frozenset(tried))

    def order(self, names: Iterable[str]) -> tuple[Remedy, ...]:
        """Return the remedies of an outcome that the provider offers, best first."""
        found = [knowledge().remedies[name] for name in names if name not in self.left_out]
        if self.without_login:
            found.sort(key=lambda remedy: remedy.needs in ((), (WEBMAIL,)))
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
    """A number for each outcome, and what it comes to on average below every node."""

    def __init__(self, tree: Diagram, numbers: Sequence[float]) -> None:
        self._tree, self._numbers, self._age = tree, numbers, tree.age
        self._below: dict[tuple[int, str], float] = {}

    def below(self, state: State) -> float:
        """Return the mean of the numbers of the outcomes that a state may come to."""
        if self._age != self._tree.age or len(self._below) > MAX_MEANS:
            self._age, self._below = self._tree.age, {}
        return self._mean(state.node, state.error)

    def _mean(self, node: int, error: str) -> float:
        if node < len(self._numbers):
            return self._numbers[node]
        found = self._below.get((node, error))
        if found is None:
            name, children = self._tree.branches(node)
            # The error is the first variable, so below it the weights are those for it.
            errors = VARIABLES[name] if name == ERROR else (error,) * len(children)
            parts = zip(_weights(name, error), children, errors, strict=True)
            found = sum([w * self._mean(child, e) for w, child, e in parts if w])
            self._below[node, error] = found
        return found


@cache
def _weights(name: str, error: str) -> tuple[float, ...]:
    """Return the shares of a variable's values, in their order; not told counts as unknown."""
    share = {**shares(name, error)}
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
        covering = {} if alone else content.covering.items()
        self._visit = {n: r.id for n, r in dict(covering).items() if r.id not in offer.left_out}
        ends = range(len(tree.outcomes))
        self.firsts = [self._first(at, offer.tried) for at in ends]
        """The remedy that comes first in each outcome, those that were tried left out."""
        self.leads = [self._visit.get(name, name) for name in self.firsts]
        """The same, with what one visit covers by the visit's name."""
        self._here = [self._presence(at) for at in ends]
        self._mass = Measure(tree, self._here)
        self.share = self._measures(lambda name, at: self.leads[at] == name)
        """How likely a remedy comes first once everything is known, by its name."""
        self.alone = self._measures(lambda name, at: self.firsts[at] == name)
        """The same where what one visit covers is told apart, by the remedy's id."""
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
        return self._mass.below(state)

    def outcomes(self, state: State) -> Mapping[int, float]:
        """Return the outcomes that a state may come to, by number, each with its likelihood."""
        nodes = {state.node: {state.error: 1.0}}
        found: dict[int, float] = {}
        while nodes:
            # Children are older than their parents: the newest has all that leads to it.
            node = max(nodes)
            for error, weight in nodes.pop(node).items():
                if node < len(self.tree.outcomes):
                    found[node] = found.get(node, 0) + weight * self._here[node]
                    continue
                name, children = self.tree.branches(node)
                errors = VARIABLES[name] if name == ERROR else (error,) * len(children)
                for share, child, e in zip(_weights(name, error), children, errors, strict=True):
                    into = nodes.setdefault(child, {})
                    into[e] = into.get(e, 0) + weight * share
        total = sum(found.values())
        return {at: weight / total for at, weight in found.items()}

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
        if name in (NO_REMEDY, self.leads[at]):
            return 0.0
        return (1 - self.chance(name, at)) * self._content.remedies[name].minutes

    def _measures(self, number: Callable[[str, int], float]) -> Callable[[str, State], float]:
        """Return a mean by name and state, among those who are here."""

        @cache
        def of(name: str) -> Measure:
            return Measure(self.tree, [h * number(name, at) for at, h in enumerate(self._here)])

        return lambda name, state: of(name).below(state) / self.mass(state)
