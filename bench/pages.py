"""Compare a question page and a plan page with a bare Flask hello.

Everything is measured in the same run and in turns (hello, a page, the next page, hello, ...).
A ratio is a page's requests a second by hello's, the median over the rounds; hello is 1.00.
"""

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import mean, median
from tempfile import TemporaryDirectory

from bench import direct, load, servers
from bench.hello import app as hello_app

QUESTION = "/vi/check?error=relay-denied&place=work&account_domain=proseware.com"
PLAN = "/vi/check?error=mailbox-full"
BR = {"Accept-Encoding": "br"}
NO_CACHE = {"PAGE_CACHE": "0"}

APPS = {
    "gunicorn gthread": ("bench.hello:app", "wsgi:app"),
    "granian": ("bench.hello:behind_gateway", "app.server.asgi:app"),
}
"""By server: hello, and the wizard."""
AIMS = {"gunicorn gthread": 0.45, "granian": 0.30}
"""What the uncached question page is to reach, by server."""

ROUNDS = 3


@dataclass(frozen=True)
class Row:
    """One page, asked for in one way."""

    name: str
    path: str
    cached: bool = False
    headers: dict[str, str] = field(default_factory=dict)


ROWS = [
    Row("question page", QUESTION),
    Row("plan page", PLAN),
    Row("question page, English", QUESTION.replace("/vi/", "/en/")),
    Row("plan page, English", PLAN.replace("/vi/", "/en/")),
    Row("question page, brotli", QUESTION, headers=BR),
    Row("question page, cached", QUESTION, cached=True),
    Row("plan page, cached", PLAN, cached=True),
    Row("question page, brotli, cached", QUESTION, cached=True, headers=BR),
]

Rate = Callable[[Row | None], float]
"""Measures requests a second for a row, or for hello."""


@dataclass(frozen=True)
class Figures:
    """What was measured in one way: hello's requests a second, and each row's part of it."""

    hello: float
    ratios: list[float]


def compare(rate: Rate, rounds: int = ROUNDS) -> Figures:
    """Measure all rows in turns, with hello at the start and in the middle of each."""
    hellos: list[float] = []
    ratios: list[list[float]] = [[] for _ in ROWS]
    half = len(ROWS) // 2
    for _ in range(rounds):
        of_round = [rate(None)]
        rates = [rate(row) for row in ROWS[:half]]
        of_round.append(rate(None))
        rates += [rate(row) for row in ROWS[half:]]
        for so_far, page in zip(ratios, rates, strict=True):
            so_far.append(page / mean(of_round))
        hellos += of_round
    return Figures(median(hellos), [median(of_row) for of_row in ratios])


def in_process() -> Figures:
    """Call the applications themselves, with no server between."""
    os.environ.update(NO_CACHE)
    from app import create_app

    uncached = create_app()
    del os.environ["PAGE_CACHE"]
    cached = create_app()

    hello = direct.environ("/", {})
    prepared = {row.name: direct.environ(row.path, row.headers) for row in ROWS}

    def rate(row: Row | None) -> float:
        if row is None:
            return direct.rate(hello_app, hello)
        return direct.rate(cached if row.cached else uncached, prepared[row.name])

    for row in ROWS:
        rate(row)  # compiles templates, fills the cache
    return compare(rate, rounds=5)


def through(kind: str) -> Figures:
    """Ask a server of this kind, one worker for each application."""
    greeting, ours = APPS[kind]
    with ExitStack() as running:
        hello = running.enter_context(servers.serving(kind, greeting))
        uncached = running.enter_context(servers.serving(kind, ours, **NO_CACHE))
        cached = running.enter_context(servers.serving(kind, ours))

        def rate(row: Row | None) -> float:
            if row is None:
                return load.rate(hello, "/", {})
            return load.rate(cached if row.cached else uncached, row.path, row.headers)

        return compare(rate)


def table(columns: dict[str, Figures]) -> str:
    """Write the ratios, a row for each page and a column for each way."""
    width = max(len(row.name) for row in ROWS)
    lines = [" " * width + "".join(f"  {name:>16}" for name in columns)]
    lines.append(f"{'hello':{width}}" + "".join(f"  {1:16.2f}" for _ in columns))
    for number, row in enumerate(ROWS):
        cells = (f"  {figures.ratios[number]:16.2f}" for figures in columns.values())
        lines.append(f"{row.name:{width}}" + "".join(cells))
    rates = (f"  {figures.hello:16,.0f}" for figures in columns.values())
    lines.append(f"{'(hello: requests a second)':{width}}" + "".join(rates))
    return "\n".join(lines)


def verdicts(columns: dict[str, Figures]) -> list[str]:
    """Say for each aim whether it is met."""
    return [
        f"Aim: question page through {kind} at least {aim:.2f}: {columns[kind].ratios[0]:.2f},"
        f" {'met' if columns[kind].ratios[0] >= aim else 'NOT met'}"
        for kind, aim in AIMS.items()
    ]


def main() -> None:
    """Measure, and print. Slow pages fail nothing: only pages that do not work do."""
    start = time.monotonic()
    os.environ.pop("PAGE_CACHE", None)
    with TemporaryDirectory() as folder:  # counted as in production, but nowhere that matters
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/counts.sqlite3"
        measure()
    print(f"({time.monotonic() - start:.0f} s)", file=sys.stderr)


def measure() -> None:
    """Measure in every way, and print the table."""
    print(f"Load by {load.NAME}. This takes a good minute.", flush=True)
    columns = {"in process": in_process()}
    columns |= {kind: through(kind) for kind in servers.COMMANDS}
    print(table(columns))
    print(*verdicts(columns), sep="\n")


if __name__ == "__main__":
    main()
