"""The decision table: stages and scenarios as boxes, and how one case meets its row.

Hit policy *unique*: rows are not tried in an order, and no row catches the rest.
``proof`` shows that every case meets exactly one row of every stage and one scenario.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from ..knowledge import Knowledge, Remedy, Scenario, When, knowledge
from ..knowledge.variables import UNKNOWN, VARIABLES
from .boxes import Box, Space, meet, subtract_all


@dataclass(frozen=True)
class Outcome:
    """What a plan is made of: two cases with the same outcome get the same plan."""

    scenario: str
    refused: str
    remedies: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """The row that a case meets, and every condition that led there, stage by stage."""

    scenario: Scenario
    values: Mapping[str, str]
    conditions: tuple[When, ...]

    def rests_on(self, name: str) -> bool:
        """Tell whether the row would not have been met with this variable unknown.

        It rests on the recipient, which the verdict may follow, wherever a condition names it.
        """
        return any(
            name in when and (name == "recipient" or UNKNOWN not in when[name])
            for when in self.conditions
        )

    def holds(self, when: tuple[When, ...]) -> bool:
        """Tell whether one of some alternative conditions holds; none given always holds."""
        return not when or _first(when, self.values) is not None


class DecisionTable:
    """The compiled content; build it once."""

    def __init__(self, content: Knowledge) -> None:
        self.content = content
        self.space = Space(VARIABLES)
        self._stage_boxes: dict[str, dict[str, list[Box]]] = {}
        for stage in content.stages:
            by_word: dict[str, list[Box]] = {}
            for row in stage.rows:
                by_word.setdefault(row.result, []).extend(self.flatten(row.when))
            self._stage_boxes[stage.name] = by_word
        self._gate = cache(lambda name: self.flatten(content.remedies[name].when))
        # People with the same finite facts meet the same row, whatever they typed.
        self._remembered = lru_cache(maxsize=4096)(self._match)

    def flatten(self, when: Iterable[When]) -> list[Box]:
        """Return conditions as boxes over the finite facts alone, stages worked in."""
        return [box for block in when for box in self._flatten_block(block)]

    def _flatten_block(self, block: When) -> list[Box]:
        boxes = [self.space.box({n: v for n, v in block.items() if n in VARIABLES})]
        for name, words in block.items():
            if name in VARIABLES:
                continue
            derived = [b for word in words for b in self._stage_boxes[name].get(word, [])]
            boxes = [m for box in boxes for d in derived if (m := meet(box, d)) is not None]
        return boxes

    def match(self, case: Mapping[str, str]) -> Match:
        """Find the one row that a case meets.

        :param case: a value for every finite fact
        :raise LookupError: no row fits; a proved table never raises it
        """
        return self._remembered(tuple(case[name] for name in VARIABLES))

    def _match(self, case: tuple[str, ...]) -> Match:
        values: dict[str, str] = dict(zip(VARIABLES, case, strict=True))
        conditions = []
        for stage in self.content.stages:
            for row in stage.rows:
                if (block := _first(row.when, values)) is not None:
                    values[stage.name] = row.result
                    conditions.append((stage.name, block))
                    break
            else:
                raise LookupError(f"stage {stage.name} has no row for {values}")
        for scenario in self.content.scenarios.values():
            if (block := _first(scenario.when, values)) is not None:
                return Match(scenario, values, _chain(block, dict(conditions)))
        raise LookupError(f"no scenario for {values}")

    def remedies(self, match: Match) -> tuple[Remedy, ...]:
        """Return the remedies of a match that apply, in order."""
        found = (self.content.remedies[name] for name in match.scenario.remedies)
        return tuple(remedy for remedy in found if match.holds(remedy.when))

    @cached_property
    def outcomes(self) -> list[tuple[Box, Outcome]]:
        """Disjoint boxes over the whole space, each with its outcome."""
        return [
            (piece, Outcome(scenario.id, refused, remedies))
            for scenario in self.content.scenarios.values()
            for box in self.flatten(scenario.when)
            for part, refused in self._by_refusal(box, scenario)
            for piece, remedies in self._by_remedies(part, scenario.remedies)
        ]

    def _by_refusal(self, box: Box, scenario: Scenario) -> Iterator[tuple[Box, str]]:
        for error, refused in scenario.refused.items():
            theirs = self.space.box({} if error == "*" else {"error": (error,)})
            if (part := meet(box, theirs)) is not None:
                yield part, refused

    def _by_remedies(
        self, box: Box, names: tuple[str, ...]
    ) -> Iterator[tuple[Box, tuple[str, ...]]]:
        """Split a box where a remedy's own conditions hold and where they do not."""
        parts: list[tuple[list[Box], tuple[str, ...]]] = [([box], ())]
        for name in names:
            if not self.content.remedies[name].when:
                parts = [(boxes, (*chosen, name)) for boxes, chosen in parts]
                continue
            cuts, split = self._gate(name), []
            for boxes, chosen in parts:
                inside = [m for b in boxes for cut in cuts if (m := meet(b, cut)) is not None]
                outside = [] if inside == boxes else subtract_all(boxes, cuts)
                split += [(inside, (*chosen, name)), (outside, chosen)]
            parts = [(boxes, chosen) for boxes, chosen in split if boxes]
        for boxes, chosen in parts:
            for piece in boxes:
                yield piece, chosen


@cache
def decision_table() -> DecisionTable:
    """Return the table compiled from the content that the app ships with."""
    return DecisionTable(knowledge())


def judge(scenario: Scenario, case: Mapping[str, str]) -> tuple[str, str]:
    """Return (relay, refused) of a case that meets a scenario; see ``Scenario``."""
    relay, refused = (
        verdict["*" if "*" in verdict else case["error"]]
        for verdict in (scenario.relay, scenario.refused)
    )
    if relay == "by-recipient":
        relay = {"same": "no", "other": "yes"}.get(case["recipient"], "unknown")
    return relay, refused


def _first(blocks: Iterable[When], values: Mapping[str, str]) -> When | None:
    for block in blocks:
        for name, words in block.items():
            if values[name] not in words:
                break
        else:
            return block
    return None


def _chain(block: When, stages: Mapping[str, When]) -> tuple[When, ...]:
    """Return a block's conditions with those of every stage it rests on."""
    chain: list[When] = []
    pending = [block]
    while pending:
        current = pending.pop()
        chain.append(current)
        pending += [stages[name] for name in current if name in stages]
    return tuple(chain)
