"""The table compiled into a decision diagram.

A reduced, ordered, multi-valued decision diagram: a node asks one variable and has one child a
value; equal nodes are one node, and a node whose children are all the same is left out.  So the
diagram is canonical, and a variable occurs below a node if and only if it can still change the
outcome there: exactly what the interview has to know.

Nodes are numbers; those below ``len(outcomes)`` are the outcomes themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..knowledge.variables import UNKNOWN
from .boxes import Box, by_value
from .table import DecisionTable, Outcome, decision_table

MAX_MEMO = 200_000
"""Memory bound: derived nodes and what is known of them are dropped when they outgrow it."""


@dataclass(frozen=True, eq=False)
class Change:
    """What stands in place of each value of a variable; a single value stands for all."""

    var: int
    instead: tuple[int, ...]


class Diagram:
    """The decision diagram of a proved table."""

    def __init__(self, table: DecisionTable) -> None:
        self.space = table.space
        self._unknown = [values.index(UNKNOWN) for values in self.space.values.values()]
        rows = table.outcomes
        self.outcomes = list(dict.fromkeys(outcome for _, outcome in rows))
        self._nodes: list[tuple[int, tuple[int, ...]]] = [(-1, ())] * len(self.outcomes)
        self._unique: dict[tuple[int, tuple[int, ...]], int] = {}
        self._replaced: dict[tuple[int, Change], int] = {}
        self._change = cache(self._make_change)
        self._sets: dict[int, int] = {}
        self._support: dict[int, int] = dict.fromkeys(range(len(self.outcomes)), 0)
        self.reach: dict[int, int] = {i: 1 << i for i in range(len(self.outcomes))}
        """The outcomes that can still come about below a node, one bit each."""
        self.notes: dict[Any, Any] = {}
        """What others have worked out of nodes, dropped with them."""
        self.root = self._build(rows)
        self._built = len(self._nodes)

    def _build(self, rows: list[tuple[Box, Outcome]]) -> int:
        # A set of rows is one integer, a bit a row: filtering by a value is one AND.
        fits = by_value(self.space, [box for box, _ in rows])
        number = {outcome: i for i, outcome in enumerate(self.outcomes)}
        ends = [number[outcome] for _, outcome in rows]
        alike = [0] * len(self.outcomes)
        for row, end in enumerate(ends):
            alike[end] |= 1 << row
        memo: dict[tuple[int, int], int] = {}

        def expand(var: int, live: int) -> int:
            first = ends[(live & -live).bit_length() - 1]
            if live & alike[first] == live:  # a proved table has no gap
                return first
            if (known := memo.get((var, live))) is None:
                children = tuple(expand(var + 1, live & fit) for fit in fits[var])
                known = memo[var, live] = self._node(var, children)
            return known

        return expand(0, (1 << len(rows)) - 1)

    def _node(self, var: int, children: tuple[int, ...]) -> int:
        if children.count(children[0]) == len(children):
            return children[0]
        key = (var, children)
        node = self._unique.get(key)
        if node is None:
            node = self._unique[key] = len(self._nodes)
            self._nodes.append(key)
            support, reach = 1 << var, 0
            for child in {*children}:
                support |= self._support[child]
                reach |= self.reach[child]
            self._support[node] = support
            self.reach[node] = self._sets.setdefault(reach, reach)  # many nodes have the same
        return node

    def restrict(self, node: int, name: str, value: str) -> int:
        """Return the diagram below ``node`` once a variable is known."""
        return self._replace(node, self._change(name, value))

    def without(self, node: int, name: str, value: str, like: str) -> int:
        """Return the diagram below ``node`` where a value cannot be, put to rest as another one."""
        return self._replace(node, self._change(name, value, like))

    def _make_change(self, name: str, value: str, like: str | None = None) -> Change:
        values = self.space.values[name]
        instead = [like if other == value else other for other in values] if like else [value]
        return Change(self.space.names.index(name), tuple(map(values.index, instead)))

    def _replace(self, node: int, change: Change) -> int:
        """Return the diagram below ``node`` with another value in place of each of a variable's."""
        support, var = self._support, change.var
        if not support[node] >> var & 1:
            return node
        key = (node, change)
        found = self._replaced.get(key)
        if found is None:
            own, children = self._nodes[node]
            if own == var:
                below = tuple([children[value] for value in change.instead])
            else:
                below = tuple(
                    [self._replace(c, change) if support[c] >> var & 1 else c for c in children]
                )
            found = self._replaced[key] = self._node(own, below)
        return found

    def restrict_all(self, known: Mapping[str, str]) -> int:
        """Return the diagram that is left once some variables are known."""
        if len(self._replaced) + len(self.notes) > MAX_MEMO:
            self.forget()
        node = self.root
        for name, value in known.items():
            node = self.restrict(node, name, value)
        return node

    def forget(self) -> None:
        """Drop every derived node; numbers handed out before are void."""
        for node in range(self._built, len(self._nodes)):
            del self._unique[self._nodes[node]], self._support[node], self.reach[node]
        del self._nodes[self._built :]
        self._replaced.clear()
        self._sets.clear()
        self.notes.clear()

    def at_unknown(self, node: int) -> int:
        """Return the outcome below a node, as its number, where every variable is unknown."""
        while node >= len(self.outcomes):
            var, children = self._nodes[node]
            node = children[self._unknown[var]]
        return node

    def branches(self, node: int) -> tuple[str, tuple[int, ...]]:
        """Return the variable that a node asks, and the node for each of its values."""
        var, children = self._nodes[node]
        return self.space.names[var], children

    def support(self, node: int) -> tuple[str, ...]:
        """Return the variables that can still change the outcome."""
        mask = self._support[node]
        return tuple(name for i, name in enumerate(self.space.names) if mask >> i & 1)

    def look_up(self, case: Mapping[str, str]) -> Outcome:
        """Return the outcome of a whole case; no node is added, so nobody has to wait."""
        node, names, values = self.root, self.space.names, self.space.values
        while node >= len(self.outcomes):
            var, children = self._nodes[node]
            node = children[values[names[var]].index(case[names[var]])]
        return self.outcomes[node]

    def outcome(self, node: int) -> Outcome | None:
        """Return the outcome of a node where nothing can change any more."""
        return self.outcomes[node] if node < len(self.outcomes) else None

    def __len__(self) -> int:
        return self._built


@cache
def diagram() -> Diagram:
    """Return the diagram of the table that the app ships with."""
    return Diagram(decision_table())
