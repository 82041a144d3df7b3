"""Counts that are added up by week say the same, and totals outlive the days."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.store import Database
from app.store import counts as counts_module
from app.store.cases import Cases
from app.store.counts import (
    CountKey,
    add_counts,
    monday,
    read_counts,
    read_series,
    read_sums,
    read_totals,
    roll_up,
)
from app.store.schema import counts, weeks
from tests.store.fixtures import Clock
from tests.store.postgres import PostgresServer

DAY = timedelta(days=1)
WHAT = ("plan", "worked")


@pytest.fixture
def counted(database: Database, clock: Clock) -> Counter[CountKey]:
    """Count at random, some of it on days without anything else."""
    chance, today = random.Random(1995), clock.moment.date()
    found: Counter[CountKey] = Counter()
    for _ in range(600):
        ago = chance.choice((0, 1, 2, 8, 9, *range(0, 300, 7), chance.randrange(300)))
        key = chance.choice(("", "proseware")), chance.choice((*WHAT, "read"))
        found[today - ago * DAY, *key, chance.choice("abc")] += chance.randint(1, 9)
    with database.writing() as connection:
        add_counts(connection, found)
    return found


def roll_up_all(database: Database, today: date) -> int:
    """Add up all weeks that are over, and return how many."""
    for number in range(100):
        with database.writing() as connection:
            if not roll_up(connection, today):
                return number
    raise AssertionError("it goes on and on")


@pytest.mark.parametrize("rolled", [False, True])
def test_sums_and_series_are_those_of_the_days(
    database: Database, clock: Clock, counted: Counter[CountKey], rolled: bool
) -> None:
    today = clock.moment.date()
    assert roll_up_all(database, today) > 30 if rolled else True
    for back in (*range(16), 89, 90, 91, 92, 93, 94, 95, 299, 400):
        since = today - back * DAY
        here = {k: n for k, n in counted.items() if k[0] >= since and k[1] == "" and k[2] in WHAT}
        sums: Counter[tuple[str, str]] = Counter()
        by_day: Counter[tuple[date, str]] = Counter()
        by_week: Counter[tuple[date, str]] = Counter()
        for (day, _, what, value), number in here.items():
            sums[what, value] += number
            by_day[day, what] += number
            by_week[monday(day), what] += number
        with database.reporting() as connection:
            for weekly in (False, True):
                found = read_sums(connection, "", since, WHAT, weekly)
                assert {(what, value): number for what, value, number in found} == sums
            series = read_series(connection, "", since, WHAT, False)
            assert {(day, what): number for day, what, number in series} == by_day
            weekly_series: Counter[tuple[date, str]] = Counter()
            for day, what, number in read_series(connection, "", since, WHAT, True):
                assert day >= since
                weekly_series[monday(day), what] += number
            assert weekly_series == by_week


def test_a_week_is_added_up_once_it_has_settled(database: Database, clock: Clock) -> None:
    week = date(2026, 11, 16)
    with database.writing() as connection:
        assert not roll_up(connection, week + 30 * DAY), "there is nothing"
        add_counts(connection, {(week + 3 * DAY, "", "plan", "a"): 2})
    for days in range(9):
        assert roll_up_all(database, week + days * DAY) == 0
    with database.writing() as connection:
        assert roll_up(connection, week + 9 * DAY)
        assert connection.execute(select(weeks)).all() == [("", "plan", week, "a", 2)]


def test_totals_outlive_the_days_that_are_dropped(
    cases: Cases, database: Database, clock: Clock, counted: Counter[CountKey]
) -> None:
    totals: Counter[tuple[str, str, str]] = Counter()
    for (_, portal, what, value), number in counted.items():
        totals[what, portal, value] += number

    def told() -> dict[tuple[str, str, str], int]:
        with database.reporting() as connection:
            return {tuple(key): number for *key, number in read_totals(connection)}

    before = clock.moment
    for later in (0, 10, 400, 790, 900, 2000):
        clock.moment = before + later * DAY
        cases.sweep(sure=True)
        assert told() == totals
        left = _oldest(database)
        assert left is None or left >= (clock.moment - cases.count_lifetime).date()
    assert left is None
    with database.reporting() as connection:
        assert not connection.execute(select(weeks)).all()
        assert read_counts(connection, "", date.min, WHAT) == []


def test_what_is_counted_late_is_in_all_sums(database: Database, clock: Clock) -> None:
    week, today = date(2026, 11, 2), clock.moment.date()
    key = (week + 3 * DAY, "", "plan", "a")
    for late in (key, (week - 20 * DAY, "", "plan", "b")):  # in a week without any, too
        for _ in range(2):
            with database.writing() as connection:
                add_counts(connection, {late: 2, (today, "", "plan", "a"): 1})
            roll_up_all(database, today)
    with database.reporting() as connection:
        assert read_totals(connection) == [("plan", "", "a", 8), ("plan", "", "b", 4)]
        for weekly in (False, True):
            found = read_sums(connection, "", week - 30 * DAY, WHAT, weekly)
            assert sorted(found) == [("plan", "a", 8), ("plan", "b", 4)]


def test_who_reads_totals_sees_no_week_twice(postgres: PostgresServer, clock: Clock) -> None:
    today = clock.moment.date()
    with closing(Database(postgres.new_url())) as database:
        with database.writing() as connection:
            add_counts(connection, {(today - 30 * DAY, "", "plan", "a"): 2})
        with database.reading() as connection:
            assert counts_module._rolled_up(connection) is None  # as read_totals begins
            assert roll_up_all(database, today)
            assert read_totals(connection) == [("plan", "", "a", 2)]


def _oldest(database: Database) -> date | None:
    with database.reporting() as connection:
        return connection.scalar(select(counts.c.day).order_by(counts.c.day).limit(1))


def test_two_processes_add_each_week_up_once(
    database: Database, clock: Clock, counted: Counter[CountKey]
) -> None:
    today = clock.moment.date()
    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(roll_up_all, database, today) for _ in range(2)]
        both = sum(end.result() for end in ends)
    with database.reporting() as connection:
        assert both == len(set(connection.scalars(select(weeks.c.week))))
        whole = sum(number for *_, number in read_totals(connection))
    assert whole == counted.total()
