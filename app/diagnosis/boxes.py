"""Exact set algebra over combinations of finite facts.

A *space* is an ordered list of variables with their values.  A *box* holds one
bit mask a variable: the values it allows.  A row of a decision table is a few
boxes, and cutting one box out of another is exact, so millions of combinations
are proved without visiting one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..knowledge.variables import UNKNOWN

Box = tuple[int, ...]
"""One bit mask a variable of the space, none of them 0."""


class Space:
    """The variables, in order, each with its values in order."""

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self.values = values
        self.names = tuple(values)
        self.whole: Box = tuple([(1 << len(names)) - 1 for names in values.values()])

    def box(self, allowed: Mapping[str, Iterable[str]]) -> Box:
        """Return the box that allows the given values; what is not named is free."""
        masks = list(self.whole)
        for name, values in allowed.items():
            order = self.values[name]
            masks[self.names.index(name)] = sum(1 << order.index(value) for value in set(values))
        return tuple(masks)

    def witness(self, boxes: Sequence[Box]) -> dict[str, str]:
        """Return the combination in ``boxes`` that names fewest facts; what it omits is unknown."""
        points = [self._plainest(box) for box in boxes]
        return min(points, key=lambda point: (len(point), sorted(point.items())))

    def _plainest(self, box: Box) -> dict[str, str]:
        point = {}
        for (name, values), mask in zip(self.values.items(), box, strict=True):
            possible = [value for i, value in enumerate(values) if mask >> i & 1]
            if UNKNOWN not in possible:
                point[name] = possible[0]
        return point


def meet(a: Box, b: Box) -> Box | None:
    """Return what two boxes share, or None."""
    shared = tuple(x & y for x, y in zip(a, b, strict=True))
    return shared if all(shared) else None


def subtract(a: Box, b: Box) -> Iterator[Box]:
    """Yield disjoint boxes that together are ``a`` without ``b``."""
    if meet(a, b) is None:
        yield a
        return
    done = list(a)
    for i, (x, y) in enumerate(zip(a, b, strict=True)):
        if rest := x & ~y:
            yield (*done[:i], rest, *a[i + 1 :])
        done[i] = x & y


def subtract_all(boxes: Iterable[Box], cuts: Iterable[Box]) -> list[Box]:
    """Return disjoint boxes for ``boxes`` without any of ``cuts``."""
    left = list(boxes)
    for cut in cuts:
        left = [piece for box in left for piece in subtract(box, cut)]
    return left


def volume(box: Box) -> int:
    """Return how many combinations a box holds."""
    count = 1
    for mask in box:
        count *= mask.bit_count()
    return count
