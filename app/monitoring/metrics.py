"""What Prometheus reads: totals out of the database, so that all workers and machines agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ..services import Storage
from ..store import DatabaseUnavailable
from ..store.counts import CodeBudget, read_open_cases, read_totals

COUNTERS: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "scenario": ("plans", "Plans that were reached", ("portal", "scenario")),
    "early": ("plans_early", "Plans asked for before a question", ("portal", "question")),
    "shown": ("questions_shown", "Questions that were shown", ("portal", "question")),
    "answered": ("questions_answered", "Questions that were answered", ("portal", "question")),
    "worked": ("worked", "Remedies said to have worked", ("portal", "remedy")),
    "not-worked": ("not_worked", "Remedies said not to have worked", ("portal", "remedy")),
    "read": ("pastes_read", "Pasted errors that were read", ("portal", "reason")),
    "code": ("codes_missed", "Codes that fit no case", ()),
    "case": ("cases_opened", "Cases that were opened", ("portal",)),
    "response": ("responses", "Answers of the server", ("status",)),
    "refused": ("database_refused", "Calls that the database did not answer", ("reason",)),
}
"""What is counted, each with its metric's name, its help, and the labels that it has."""


@dataclass(frozen=True, eq=False)
class Totals(Collector):
    """Collects every metric from the database; without it, only that it is away."""

    storage: Storage | None
    budget: CodeBudget | None

    def collect(self) -> list[Metric]:
        """Return every metric."""
        found: list[Metric] = []
        if self.storage:
            with suppress(DatabaseUnavailable):
                found = self._read(self.storage)
        text = "Whether the database answers"
        return [GaugeMetricFamily("thongthu_database_up", text, value=bool(found)), *found]

    def _read(self, storage: Storage) -> list[Metric]:
        with suppress(DatabaseUnavailable):  # somebody else writes them just now
            storage.counters.flush()
        with storage.database.reading() as connection:
            totals = read_totals(connection)
            cases = read_open_cases(connection, storage.cases.now())
        families = {
            what: CounterMetricFamily(f"thongthu_{name}", text, labels=labels)
            for what, (name, text, labels) in COUNTERS.items()
        }
        for (what, *labels), number in _labelled(totals).items():
            families[what].add_metric(labels, number)
        open_cases = GaugeMetricFamily("thongthu_cases", "Cases that are open", labels=("portal",))
        for portal, number in cases:
            open_cases.add_metric([portal], number)
        left = GaugeMetricFamily(
            "thongthu_code_budget_remaining",
            "Codes that fit no case and may still come today",
            value=self.budget.remaining() if self.budget else None,
        )
        return [*families.values(), open_cases, left]


def _labelled(totals: Iterable[tuple[str, str, str, int]]) -> Counter[tuple[str, ...]]:
    """Return the sum for each metric and the values of its labels."""
    sums: Counter[tuple[str, ...]] = Counter()
    for what, portal, value, number in totals:
        if what in COUNTERS:
            labels = COUNTERS[what][2]
            told = dict.fromkeys(labels[-1:], value) | {"portal": portal}
            sums[what, *(told[label] for label in labels)] += number
    return sums
