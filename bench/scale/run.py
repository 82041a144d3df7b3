"""Run it all, and say how it went."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg

from .client import Client
from .load import INSIGHTS, KINDS, SAVES, Kept, Load
from .seed import LEADS, Desk, Size, fill
from .stack import Server, Stack, command, databases, serving_all

SAVE_AIM, INSIGHTS_AIM, METRICS_AIM = 250, 150, 50
"""Milliseconds: of 99 of 100 saves under load; the median of each when all is quiet."""
ALONE: Final = 15
"""How often those are asked for."""
PARTS: Final = 12
"""Of the time under load, to see what was slow when."""
FIRST: Final = "0003"
"""The revision whose tables are filled: each later one is brought to them as to a real desk's."""
USUAL: Final = "[INFO]"
"""What a line of a server's log begins with that is no complaint."""
Say = Callable[[str], object]


@dataclass(frozen=True)
class Plan:
    """What is done, and how much of it."""

    size: Size = field(default_factory=Size)
    seconds: float = 120
    think: float = 5
    begin: float = 0.25
    """The part of the time after which the sweep and the restarts begin."""
    sqlite: bool = True


SMALL: Final = Plan(Size(20_000, 2_000, 1_000, days=60, agents=20), 15, 1, sqlite=False)


@dataclass
class Result:
    """What came of it."""

    load: Load
    lost: int = 0
    """Of the saves that were acknowledged."""
    unswept: int = 0
    """Of the cases that were due."""
    complaints: list[str] = field(default_factory=list)
    """Lines of the servers' logs."""
    alone: dict[str, float] = field(default_factory=dict)
    """The median of each page when all is quiet, in milliseconds."""
    begun: float = 0
    seconds: float = 0
    own_seconds: float = 0
    """When the load began, how long it lasted, and how much of a core its making took."""


def measure(plan: Plan, say: Say) -> Result:
    """Do all of it."""
    with TemporaryDirectory(prefix="scale-") as name:
        folder = Path(name)
        with databases(folder) as (_, settings):
            desk = _fill(settings, plan.size, say)
            with serving_all(folder, settings) as stack:
                result = asyncio.run(_load(stack, desk, plan, say))
            result.complaints = [
                line
                for server in stack.servers
                for line in server.log
                if not line.startswith(USUAL)
            ]
            _check(settings["DATABASE_URL"], result)
        if plan.sqlite:
            settings |= {"DATABASE_URL": f"sqlite:///{folder}/desk.sqlite3"}
            desk = _fill(settings, plan.size, say)
            server = Server(folder / "sqlite", settings)
            server.start()
            try:
                asyncio.run(_quiet("SQLite", Load(_clients(server.port), desk, 0), result))
            finally:
                server.stop()
    return result


def _fill(settings: dict[str, str], size: Size, say: Say) -> Desk:
    begun = time.monotonic()
    command(settings, "database", "upgrade", FIRST)
    desk = fill(settings["DATABASE_URL"], size)
    filled = time.monotonic()
    command(settings, "database", "upgrade")
    rows = ", ".join(f"{number:,} {table}" for table, number in desk.rows.items() if number > 99)
    migrated = time.monotonic()
    command(settings, "database", "sweep")  # as each hour, so counts have been added up
    say(
        f"Filled with {rows} in {filled - begun:.0f} s; brought up to date in "
        f"{migrated - filled:.1f} s, swept in {time.monotonic() - migrated:.1f} s"
    )
    return desk


def _let_expire(url: str, desk: Desk) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE cases SET expires = now() WHERE code = ANY(%s)", [desk.due])


def _clients(port: int, tls: ssl.SSLContext | None = None) -> Callable[[str], Client]:
    return lambda cookie: Client(port, tls, cookie)


async def _quiet(name: str, load: Load, result: Result) -> None:
    for kind, path, who in (("insights", INSIGHTS, LEADS[0]), ("metrics", "/metrics", "")):
        times = await load.alone(kind, path, who, ALONE)
        result.alone[f"{kind}, {name}"] = median(times) if times else float("inf")


async def _load(stack: Stack, desk: Desk, plan: Plan, say: Say) -> Result:
    tls = ssl.create_default_context(cafile=str(stack.certificate))
    clients = _clients(stack.proxy.tls, tls)
    load = Load(clients, desk, plan.think)
    result = Result(load)
    await _quiet("PostgreSQL", Load(clients, desk, 0), result)

    async def after(seconds: float, what: str, act: Callable[..., object], *words: str) -> None:
        await asyncio.sleep(seconds)
        begun = time.monotonic()
        await asyncio.to_thread(act, *words)
        say(f"{what}: from second {seconds:.0f}, for {time.monotonic() - begun:.1f} s")

    _let_expire(stack.url, desk)
    begin = plan.begin * plan.seconds
    meanwhile: list[Awaitable[None]] = [
        after(begin, "Sweep", stack.command, "database", "sweep"),
        after(begin, "Both servers restarted", stack.restart),
    ]
    result.begun, own = time.monotonic(), time.process_time()
    await load.run(plan.seconds, meanwhile)
    result.seconds = time.monotonic() - result.begun
    result.own_seconds = time.process_time() - own
    return result


def _check(url: str, result: Result) -> None:
    """Hold what the database has against what was acknowledged."""
    kept: Kept = result.load.kept
    codes = list(kept.changes)
    with psycopg.connect(url) as connection:

        def ask(query: str, *values: object) -> list[tuple[Any, ...]]:
            return connection.execute(query.encode(), values).fetchall()

        cases = ask("SELECT code, version, facts FROM cases WHERE code = ANY(%s)", codes)
        lines = ask(
            "SELECT code, count(*) FROM audit WHERE action = 'changed' AND code = ANY(%s)"
            " GROUP BY code",
            codes,
        )
        notes = ask("SELECT code, text FROM notes WHERE code = ANY(%s)", codes)
        opened = ask("SELECT code FROM cases WHERE code = ANY(%s)", kept.opened)
        due = ask("SELECT FROM cases WHERE ended IS NULL AND expires < now() - interval '1 min'")
    versions = {code: version for code, version, _ in cases}
    facts = {code: facts for code, _, facts in cases}
    written = dict(lines)
    result.unswept = len(due)
    result.lost = len(kept.opened) - len(opened) + len(kept.notes.difference(notes))
    for code, changes in kept.changes.items():
        # Each was filled with one version, and one line of the audit about a change.
        result.lost += max(0, 1 + changes - min(versions[code], written[code]))
    result.lost += sum(f"place={place}&" not in facts[code] for code, place in kept.places.items())


def report(result: Result) -> None:
    """Print the figures, and whether each aim is met."""
    load = result.load
    print(f"{'':10}{'asked':>8}{'refused':>9}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}")
    for kind in KINDS:
        refused = sum(number for (other, _), number in load.refused.items() if other == kind)
        figures = "".join(f"{figure:9.0f}" for figure in _figures(load.times[kind]))
        print(f"{kind:10}{load.asked[kind]:8,}{refused:9,}{figures}")
    for (kind, why), number in sorted(load.refused.items()):
        print(f"  refused: {kind}: {why}: {number:,}")
    print(
        f"{load.asked.total():,} requests in {result.seconds:.0f} s, "
        f"{load.asked.total() / result.seconds:.0f} a second; "
        f"asking took {result.own_seconds:.1f} s of a core"
    )
    for line in dict.fromkeys(re.sub(r"\d+", "0", line) for line in result.complaints):
        print(f"  log: {line}")
    print(f"the slowest save in each {result.seconds / PARTS:.0f} s, in ms:", *_course(result))
    saves = [figure for kind in SAVES for figure in load.times[kind]]
    _aim("refused", load.refused.total(), 0)
    _aim("lost of what was acknowledged", result.lost, 0)
    _aim("due and not swept", result.unswept, 0)
    _aim("complaints in the servers' logs", len(result.complaints), 0)
    _aim("99 of 100 saves, in ms", _figures(saves)[1], SAVE_AIM)
    for name, figure in result.alone.items():
        _aim(f"{name}, alone, in ms", figure, INSIGHTS_AIM if "insights" in name else METRICS_AIM)


def _course(result: Result) -> list[str]:
    """Return the time of the slowest save in each part of the time."""
    slowest = [0.0] * PARTS
    for begun, took in result.load.saves:
        part = int(PARTS * (begun - result.begun) / result.seconds)
        slowest[part] = max(slowest[part], took)
    return [f"{took:.0f}" for took in slowest]


def _figures(times: list[float]) -> tuple[float, float, float]:
    """Return the median, the 99th percentile and the greatest; not a number where there is none."""
    if len(times) < 2:
        times = [*times, float("nan")] * 2
    return median(times), quantiles(times, n=100, method="inclusive")[98], max(times)


def _aim(what: str, figure: float, most: float) -> None:
    met = figure <= most if most == 0 else figure < most
    aim = "0" if most == 0 else f"below {most:g}"
    print(f"Aim: {what}, {aim}: {figure:,.0f}, {'met' if met else 'NOT met'}")
