"""What Prometheus reads: totals out of the database, so that all workers and machines agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, abort, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ...http.client_ip import Network, Proxies, client_address, is_within, read_address
from ...http.security_log import record
from ...services import Storage, services
from ...store import DatabaseUnavailable
from ...store.counts import CodeBudget, read_open_cases, read_totals
from ..access import desk

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
PROXIED: Final = (
    "HTTP_CF_CONNECTING_IP",
    "HTTP_FORWARDED",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)
"""What a request carries that came through a proxy."""


@desk.get("/metrics")
def metrics() -> Response:
    """Tell Prometheus the totals.

    :raise 404: somebody else asks
    """
    settings = services().settings
    if request.script_root or not may_read(
        request.environ, settings.metrics_from, settings.proxies
    ):
        record("access-refused", portal="", agent=0, reason="metrics")
        abort(404)
    registry = CollectorRegistry()
    registry.register(Totals(services().storage, services().code_throttle.budget))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def may_read(environ: Mapping[str, Any], allowed: Sequence[Network], proxies: Proxies) -> bool:
    """Tell whether a request comes from where metrics may be read.

    A proxy that nobody named makes the whole world look like a neighbour, so what it passes on is
    refused.
    """
    peer = read_address(environ.get("REMOTE_ADDR") or "")
    named = peer is not None and is_within(peer, proxies.networks)
    said = proxies.key in environ
    if any(name in environ for name in PROXIED) and not (named and said):
        return False
    address = client_address(environ, proxies)
    return address is not None and is_within(address, allowed)


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
        with storage.database.reporting() as connection:
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
