"""Counters are summed in memory, written later, and kept while the database is unavailable."""

import os
from datetime import date
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.store import Database, DatabaseUnavailable, counter_buffer
from app.store.counter_buffer import CounterBuffer
from app.store.counts import add_counts, read_counts, read_totals

DAY = date(2026, 3, 1)
NEVER = 3600.0


def totals(database: Database) -> dict[tuple[str, str, str], int]:
    with database.reading() as connection:
        return {tuple(key): number for *key, number in read_totals(connection)}


def test_counts_are_added_to_those_in_the_database(database: Database) -> None:
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


def test_counts_are_by_day_and_portal(database: Database) -> None:
    days = [DAY]
    counters = CounterBuffer(database, lambda: days[-1], NEVER)
    counters.add("a", ("plan", "settled"))
    assert len(counters.pending()) == 1
    days.append(date(2026, 3, 2))
    for portal in ("a", "b"):
        counters.add(portal, ("plan", "settled"))
    counters.flush()
    with database.reading() as connection:
        whole = read_counts(connection, "a", DAY, ["plan"])
        assert [(count.day, count.number) for count in whole] == [(DAY, 1), (date(2026, 3, 2), 1)]
        assert len(read_counts(connection, "a", date(2026, 3, 2), ["plan"])) == 1
        assert read_counts(connection, "a", DAY, ["shown"]) == []


def test_concurrent_threads_lose_no_count(database: Database) -> None:
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


def test_counts_are_kept_while_the_database_is_unavailable(database: Database, monkeypatch) -> None:
    counters = CounterBuffer(database, lambda: DAY, NEVER)
    counters.add("", ("shown", "place"))
    counters.flush()

    def broken(*_: object) -> None:
        counters.add("", ("shown", "vpn"))  # somebody goes on counting meanwhile
        raise DatabaseUnavailable

    counters.add("", ("shown", "place"))
    with monkeypatch.context() as away:
        away.setattr(counter_buffer, "add_counts", broken)
        for _ in range(2):
            with pytest.raises(DatabaseUnavailable):
                counters.flush()
    assert totals(database) == {("shown", "", "place"): 1}, "nothing was written by halves"
    counters.flush()
    assert totals(database) == {("shown", "", "place"): 2, ("shown", "", "vpn"): 2}


def test_pending_counters_are_bounded(database: Database, monkeypatch) -> None:
    monkeypatch.setattr(counter_buffer, "MAX_KEYS", 3)
    counters = CounterBuffer(database, lambda: DAY, NEVER)
    for value in "abcdea":
        counters.add("", ("shown", value))
    counters.flush()
    assert totals(database) == {("shown", "", "a"): 2, ("shown", "", "b"): 1, ("shown", "", "c"): 1}


@given(st.text(max_size=80), st.text(max_size=80))
def test_long_words_are_cut(word: str, other: str) -> None:
    counters = CounterBuffer(None, lambda: DAY, NEVER)  # type: ignore[arg-type]
    counters.add(word, (other, word), (word, other))
    for _, portal, what, value in counters.pending():
        assert (len(portal), len(what), len(value)) <= (40, 20, 60)


def test_the_thread_writes_and_so_does_close(database: Database, monkeypatch) -> None:
    written = Event()

    def watched(*args) -> None:
        add_counts(*args)
        written.set()

    monkeypatch.setattr(counter_buffer, "add_counts", watched)
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
def test_a_forked_child_does_not_write_its_parents_counts(database: Database) -> None:
    counters = CounterBuffer(database, lambda: DAY, NEVER)
    counters.add("", ("shown", "place"))
    child = os.fork()
    if child == 0:
        os._exit(bool(counters.pending()) or counters._thread is not None)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert counters.pending()
