"""Exact set algebra over combinations of finite facts.

A *space* is an ordered list of variables with their values.  A *box* holds one
bit mask a variable: the values it allows.  A row of a decision table is a few
boxes, and cutting one box out of another is exact, so millions of combinations
are proved without visiting one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_, or_

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
    shared = tuple(map(and_, a, b))
    return shared if all(shared) else None


def subtract(a: Box, b: Box) -> Iterator[Box]:
    """Yield disjoint boxes that together are ``a`` without ``b``."""
    both = meet(a, b)
    if both is None:
        yield a
        return
    for i, (x, shared) in enumerate(zip(a, both, strict=True)):
        if x != shared:
            yield (*both[:i], x ^ shared, *a[i + 1 :])


def subtract_all(boxes: Iterable[Box], cuts: Iterable[Box]) -> list[Box]:
    """Return disjoint boxes for ``boxes`` without any of ``cuts``."""
    left = list(boxes)
    for cut in cuts:
        left = [piece for box in left for piece in subtract(box, cut)]
    return left


def by_value(space: Space, boxes: Sequence[Box]) -> list[list[int]]:
    """Return the boxes that allow each value of each variable, by their numbers, one bit each."""
    found: list[list[int]] = []
    for at, values in enumerate(space.values.values()):
        alike: dict[int, bytearray] = {}  # most boxes share a mask, so few sets are joined
        for number, box in enumerate(boxes):
            bits = alike.setdefault(box[at], bytearray(len(boxes) // 8 + 1))
            bits[number >> 3] |= 1 << (number & 7)
        sets = [(mask, int.from_bytes(bits, "little")) for mask, bits in alike.items()]
        found.append(
            [
                reduce(or_, (numbers for mask, numbers in sets if mask >> value & 1), 0)
                for value in range(len(values))
            ]
        )
    return found


def volume(box: Box) -> int:
    """Return how many combinations a box holds."""
    count = 1
    for mask in box:
        count *= mask.bit_count()
    return count
