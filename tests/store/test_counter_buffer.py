"""Counts are added up in memory, written a little later, and held while the database is away."""

import os
from datetime import date
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store import Database, DatabaseUnavailable
from app.store import counter_buffer as tallying
from app.store.counter_buffer import CounterBuffer
from app.store.counts import add_counts, read_counts, read_totals

DAY = date(2026, 3, 1)
NEVER = 3600.0


def totals(database: Database) -> dict[tuple[str, str, str], int]:
    with database.reading() as connection:
        return {tuple(key): number for *key, number in read_totals(connection)}


def test_what_is_counted_is_added_to_what_was_counted(database: Database) -> None:
    counters = CounterBuffer(database, lambda: DAY, NEVER)
    for _ in range(3):
        counters.add("proseware", ("shown", "place"), ("answered", "vpn"))
    counters.add("", ("shown", "place"))
    counters.flush()
    counters.add("proseware", ("shown", "place"))
    counters.flush()
    counters.flush()
    assert totals(database) == {
        ("answered", "proseware", "vpn"): 3,
        ("shown", "", "place"): 1,
        ("shown", "proseware", "place"): 4,
    }


def test_days_are_kept_apart_and_a_portal_sees_its_own(database: Database) -> None:
    days = [DAY]
    counters = CounterBuffer(database, lambda: days[-1], NEVER)
    counters.add("a", ("plan", "settled"))
    assert len(counters.held()) == 1
    days.append(date(2026, 3, 2))
    for portal in ("a", "b"):
        counters.add(portal, ("plan", "settled"))
    counters.flush()
    with database.reading() as connection:
        whole = read_counts(connection, "a", DAY, ["plan"])
        assert [(count.day, count.number) for count in whole] == [(DAY, 1), (date(2026, 3, 2), 1)]
        assert len(read_counts(connection, "a", date(2026, 3, 2), ["plan"])) == 1
        assert read_counts(connection, "a", DAY, ["shown"]) == []


def test_many_threads_lose_nothing(database: Database) -> None:
    counters = CounterBuffer(database, lambda: DAY, NEVER)

    def count() -> None:
        for number in range(500):
            counters.add("", ("shown", str(number % 7)))
            if number % 100 == 0:
                counters.flush()

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counters.flush()
    assert sum(totals(database).values()) == 2000


def test_nothing_is_lost_while_the_database_is_away(database: Database, monkeypatch) -> None:
    counters = CounterBuffer(database, lambda: DAY, NEVER)
    counters.add("", ("shown", "place"))
    counters.flush()

    def broken(*_: object) -> None:
        counters.add("", ("shown", "vpn"))  # somebody goes on counting meanwhile
        raise DatabaseUnavailable

    counters.add("", ("shown", "place"))
    with monkeypatch.context() as away:
        away.setattr(tallying, "add_counts", broken)
        for _ in range(2):
            with pytest.raises(DatabaseUnavailable):
                counters.flush()
    assert totals(database) == {("shown", "", "place"): 1}, "nothing was written by halves"
    counters.flush()
    assert totals(database) == {("shown", "", "place"): 2, ("shown", "", "vpn"): 2}


def test_what_is_held_is_bounded_and_what_is_there_goes_on(database: Database, monkeypatch) -> None:
    monkeypatch.setattr(tallying, "MOST", 3)
    counters = CounterBuffer(database, lambda: DAY, NEVER)
    for value in "abcdea":
        counters.add("", ("shown", value))
    counters.flush()
    assert totals(database) == {("shown", "", "a"): 2, ("shown", "", "b"): 1, ("shown", "", "c"): 1}


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_word_that_is_too_long_breaks_nothing(word: str, other: str) -> None:
    counters = CounterBuffer(None, lambda: DAY, NEVER)  # type: ignore[arg-type]
    counters.add(word, (other, word), (word, other))
    for _, portal, what, value in counters.held():
        assert (len(portal), len(what), len(value)) <= (40, 20, 60)


def test_its_own_thread_writes_and_so_does_the_end(database: Database, monkeypatch) -> None:
    written = Event()

    def watched(*args) -> None:
        add_counts(*args)
        written.set()

    monkeypatch.setattr(tallying, "add_counts", watched)
    counters = CounterBuffer(database, lambda: DAY, every=0.001)
    assert counters._thread is None, "nothing was counted, so nobody waits to write"
    counters.add("", ("shown", "place"))
    assert written.wait(10)
    counters.close()
    counters.add("", ("shown", "place"))
    counters.close()
    assert totals(database) == {("shown", "", "place"): 2}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_does_not_write_what_its_parent_holds(database: Database) -> None:
    counters = CounterBuffer(database, lambda: DAY, NEVER)
    counters.add("", ("shown", "place"))
    child = os.fork()
    if child == 0:
        os._exit(bool(counters.held()) or counters._thread is not None)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert counters.held()
