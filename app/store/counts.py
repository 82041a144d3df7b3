"""Counters by day, portal, event and value; nothing in them names a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    Subquery,
    Table,
    func,
    literal,
    select,
    union_all,
    update,
)

from .database import Database
from .schema import cases, counts, moments, totals, weeks
from .upsert import insert_into, insert_missing

CountKey = tuple[date, str, str, str]
"""Day, portal, event (the column ``what``), value."""
MAX_LENGTHS: Final = (40, 20, 60)
"""Characters of a portal, an event and a value."""
ROLLED_UP: Final = "rolled-up"
ROLLED: Final = select(moments.c.at).where(moments.c.name == ROLLED_UP)
WEEK: Final = timedelta(days=7)
SETTLED: Final = timedelta(days=2)
"""How long after its end a week is added up: in no time zone is anything counted in it any more."""
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
    keys = ("day", "portal", "what", "value")
    # Sorted: writers that lock rows in one order cannot deadlock.
    rows = [{**dict(zip(keys, key, strict=True)), "number": n} for key, n in sorted(added.items())]
    _add(connection, counts, rows)
    # What waited for long while the database was away belongs to a week that is added up.
    rolled = connection.scalar(ROLLED.with_for_update(read=True))
    late = [key for key in sorted(added) if rolled and key[0] < rolled.date()]
    for day, portal, what, value in late:
        number = added[day, portal, what, value]
        row = {"portal": portal, "what": what, "value": value, "number": number}
        _add(connection, totals, [row])
        _add(connection, weeks, [row | {"week": monday(day)}])


def _add(connection: Connection, table: Table, rows: Any) -> None:
    """Add to the numbers of a table, by its primary key.

    :param rows: values, or a query for them
    """
    new = insert_into(connection, table)
    if isinstance(rows, Select):
        new, rows = new.from_select([column.name for column in rows.selected_columns], rows), None
    total = {"number": table.c.number + new.excluded.number}
    upsert = new.on_conflict_do_update(index_elements=list(table.primary_key), set_=total)
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


def read_sums(
    connection: Connection, portal: str, since: date, what: Iterable[str], by_week: bool
) -> list[tuple[str, str, int]]:
    """Return event, value and sum of some events in a portal since a day.

    :param by_week: read the sums of whole weeks, as far as there are any
    """
    found = _found(connection, portal, since, what, by_week)
    return _summed(connection, found.c.number, found.c.what, found.c.value)


def read_series(
    connection: Connection, portal: str, since: date, what: Iterable[str], by_week: bool
) -> list[tuple[date, str, int]]:
    """Return day, event and sum of some events in a portal since a day.

    :param by_week: a week may stand for its days, on its Monday
    """
    found = _found(connection, portal, since, what, by_week)
    return _summed(connection, found.c.number, found.c.day, found.c.what)


def _summed(
    connection: Connection, number: ColumnElement[int], *keys: ColumnElement[Any]
) -> list[Any]:
    """Return the keys and their sum, ordered by the keys."""
    query = select(*keys, func.sum(number)).group_by(*keys).order_by(*keys)
    return [(*row[:-1], int(row[-1])) for row in connection.execute(query)]


def _found(
    connection: Connection, portal: str, since: date, what: Iterable[str], by_week: bool
) -> Subquery:
    """Return the counts to add up; where weeks may be used, with whole weeks in place of days."""
    first = monday(since + WEEK - timedelta(days=1)) if by_week else since
    until = max(_rolled_up(connection) or first, first) if by_week else first
    events = list(what)

    def chosen(table: Any, day: Any) -> Select[Any]:
        columns = (day.label("day"), table.c.what, table.c.value, table.c.number)
        return select(*columns).where(table.c.portal == portal, table.c.what.in_(events))

    day, week = counts.c.day, weeks.c.week
    return union_all(
        chosen(counts, day).where(day >= since, day < first),
        chosen(weeks, week).where(week >= first, week < until),
        chosen(counts, day).where(day >= until),
    ).subquery()


def monday(day: date) -> date:
    """Return the first day of a day's week."""
    return day - timedelta(days=day.weekday())


def read_totals(connection: Connection) -> list[tuple[str, str, str, int]]:
    """Return event, portal, value and total of all that was ever counted."""
    until = _rolled_up(connection) or date.min

    def chosen(table: Any) -> Select[Any]:
        return select(table.c.what, table.c.portal, table.c.value, table.c.number)

    found = union_all(chosen(totals), chosen(counts).where(counts.c.day >= until)).subquery()
    return _summed(connection, found.c.number, found.c.what, found.c.portal, found.c.value)


def roll_up(connection: Connection, today: date) -> bool:
    """Add up the oldest week that is not yet added up; return False if none is over.

    The days stay as they are until they are past their retention.
    """
    oldest = connection.scalar(select(func.min(counts.c.day)))
    if oldest is None:
        return False
    name = {"name": ROLLED_UP}
    insert_missing(connection, moments, name, {"at": _midnight(monday(oldest))})
    # Locked, so that no other process adds the same week up.
    week = connection.execute(ROLLED.with_for_update()).scalar_one().date()
    end = week + WEEK
    if today < end + SETTLED:
        return False
    keys = counts.c.portal, counts.c.what, counts.c.value
    sums = select(*keys, func.sum(counts.c.number).label("number")).group_by(*keys)
    sums = sums.where(counts.c.day >= week, counts.c.day < end)
    _add(connection, totals, sums)
    _add(connection, weeks, sums.add_columns(literal(week, Date).label("week")))
    connection.execute(update(moments).filter_by(**name).values(at=_midnight(end)))
    return True


def _rolled_up(connection: Connection) -> date | None:
    """Return the day until which counts are added up, None if none are."""
    moment = connection.scalar(ROLLED)
    return moment and moment.date()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


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
