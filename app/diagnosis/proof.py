"""Prove that the decision table answers every case exactly once.

Rows are boxes.  Two boxes of different rows must not meet, and what is left after all boxes are
cut out of the whole space must be nothing.  Both are exact, whatever the number of combinations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

from ..knowledge.variables import VARIABLES
from .boxes import Box, Space, by_value, meet, subtract_all, volume
from .table import DecisionTable


def prove_rows(space: Space, rows: Sequence[tuple[str, Box]], where: str) -> Iterator[str]:
    """Yield a fault for every pair of rows that overlap and for every case without a row.

    Each names the smallest case that shows it, and what to do.
    """
    overlaps = False
    allowing = by_value(space, [box for _, box in rows])
    for i, (name, box) in enumerate(rows):
        meeting = (1 << len(rows)) - (2 << i)  # the rows below it
        for mask, whole, fits in zip(box, space.whole, allowing, strict=True):
            if mask != whole:
                meeting &= reduce(or_, (fit for at, fit in enumerate(fits) if mask >> at & 1), 0)
        while meeting:
            other, second = rows[(meeting & -meeting).bit_length() - 1]
            meeting &= meeting - 1
            if (shared := meet(box, second)) is not None:  # not of a `when` without a value
                overlaps = True
                case = spell(space, [shared])
                yield f"{where}: {name} and {other} both answer: {case}: narrow one's `when`"
    # Disjoint boxes whose volumes add up to the whole leave no gap: no cutting needed.
    if not overlaps and sum(volume(box) for _, box in rows) == volume(space.whole):
        return
    if gap := subtract_all([space.whole], [box for _, box in rows]):
        yield f"{where}: no row answers: {spell(space, gap)}: widen a `when`, or add a row"


def prove_table(table: DecisionTable) -> Iterator[str]:
    """Yield every fault of the stages and of the scenarios; nothing for a sound table."""
    known: dict[str, tuple[str, ...]] = dict(VARIABLES)
    for stage in table.content.stages:
        inputs = {name for row in stage.rows for block in row.when for name in block}
        space = Space({name: values for name, values in known.items() if name in inputs})
        rows = [(row.result, space.box(block)) for row in stage.rows for block in row.when]
        yield from prove_rows(space, rows, f"stage {stage.name}")
        known[stage.name] = stage.results
    rows = [
        (scenario.id, box)
        for scenario in table.content.scenarios.values()
        for box in table.flatten(scenario.when)
    ]
    yield from prove_rows(table.space, rows, "scenarios")
    for name in table.content.scenarios.keys() - {name for name, _ in rows}:
        yield f"scenarios: no case can ever meet {name}"


def spell(space: Space, boxes: Sequence[Box]) -> str:
    """Return the plainest case in some boxes, as facts; what is not named is unknown."""
    point = space.witness(boxes)
    return " ".join(f"{name}={value}" for name, value in point.items()) or "nothing known"
