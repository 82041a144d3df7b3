"""Counters by day, portal, event and value; nothing in them names a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, func, select

from .database import Database
from .schema import cases, counts
from .upsert import insert_into

CountKey = tuple[date, str, str, str]
"""Day, portal, event (the column ``what``), value."""
MAX_LENGTHS: Final = (40, 20, 60)
"""Characters of a portal, an event and a value."""
UNKNOWN_CODE: Final = ("code", "missed")
"""Event and value of an unknown code; it belongs to no portal."""


class Count(NamedTuple):
    """Number of times an event had a value on a day."""

    day: date
    what: str
    value: str
    number: int


def add_counts(connection: Connection, added: Mapping[CountKey, int]) -> None:
    """Add numbers to the counters; safe with concurrent writers."""
    new = insert_into(connection, counts)
    total = {"number": counts.c.number + new.excluded.number}
    upsert = new.on_conflict_do_update(index_elements=list(counts.primary_key), set_=total)
    # Sorted: writers that lock rows in one order cannot deadlock.
    rows = [
        {"day": day, "portal": portal, "what": what, "value": value, "number": number}
        for (day, portal, what, value), number in sorted(added.items())
    ]
    connection.execute(upsert, rows)


def read_counts(
    connection: Connection, portal: str, since: date, what: Iterable[str]
) -> list[Count]:
    """Return some events' counts in a portal since a day, oldest first."""
    query = (
        select(counts.c.day, counts.c.what, counts.c.value, counts.c.number)
        .where(counts.c.portal == portal, counts.c.day >= since, counts.c.what.in_(list(what)))
        .order_by(counts.c.day, counts.c.what, counts.c.value)
    )
    return [Count(*row) for row in connection.execute(query)]


def read_totals(connection: Connection) -> list[tuple[str, str, str, int]]:
    """Return event, portal, value and total of all counters."""
    keys = (counts.c.what, counts.c.portal, counts.c.value)
    query = select(*keys, func.sum(counts.c.number)).group_by(*keys).order_by(*keys)
    rows: Iterable[Any] = connection.execute(query)
    return [(what, portal, value, int(number)) for what, portal, value, number in rows]


def read_open_cases(connection: Connection, now: datetime) -> list[tuple[str, int]]:
    """Return the number of open cases of each portal that has any."""
    query = (
        select(cases.c.portal, func.count())
        .where(cases.c.ended.is_(None), cases.c.expires > now)
        .group_by(cases.c.portal)
        .order_by(cases.c.portal)
    )
    return [(portal, number) for portal, number in connection.execute(query)]


@dataclass(frozen=True)
class CodeBudget:
    """Daily budget of unknown codes for the whole service, whoever sends them.

    The database counts them, so that all workers and machines share the budget and it survives a
    restart.  Only an unknown code is a write; a known one costs one row to read.

    :param amount: codes per day
    :param today: returns the current day
    """

    database: Database
    amount: int
    today: Callable[[], date]

    def remaining(self) -> int:
        """Return how many codes are left for today."""
        with self.database.reading() as connection:
            return max(0, self.amount - self._spent(connection))

    def spend(self) -> bool:
        """Count an unknown code, and return whether it was the last of the budget."""
        with self.database.writing() as connection:
            add_counts(connection, {(self.today(), "", *UNKNOWN_CODE): 1})
            return self._spent(connection) == self.amount

    def _spent(self, connection: Connection) -> int:
        what, value = UNKNOWN_CODE
        row = {"day": self.today(), "portal": "", "what": what, "value": value}
        return connection.scalar(select(counts.c.number).filter_by(**row)) or 0
