"""A database that hangs, or is locked by another process, fails fast."""

from __future__ import annotations

import http.client
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import insert, select, text

from app.store import Database, DatabaseUnavailable, counter_buffer
from app.store import database as store
from app.store import postgresql as limits
from app.store.counter_buffer import CounterBuffer
from app.store.schema import secrets
from tests.browser.server import HOST, serving
from tests.store.postgres import PostgresServer
from tests.store.stream import keep
from tests.store.test_database import Clock, impatient_copy, names

SLACK = 1.5


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    before = time.monotonic()
    yield
    assert time.monotonic() - before < seconds + SLACK


def test_postgresql_that_hangs_is_unavailable(postgres: PostgresServer, caplog) -> None:
    clock = Clock()
    with closing(Database(postgres.new_url(), clock)) as database:
        keep(database, "before")

        def hang(ask: object) -> None:
            with pytest.raises(DatabaseUnavailable), ask() as connection:  # type: ignore[operator]
                connection.execute(select(secrets))

        with ThreadPoolExecutor(6) as pool, postgres.frozen(), at_most(limits.TIME_LIMIT):
            for end in [pool.submit(hang, database.writing) for _ in range(6)]:
                end.result(20)
        clock.now += 60
        keep(database, "after")
        assert names(database) == ["after", "before"]
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_postgresql_hangs_within_a_transaction(postgres: PostgresServer) -> None:
    inside, frozen = Event(), Event()
    with closing(Database(postgres.new_url())) as database, ThreadPoolExecutor(1) as pool:

        def write() -> None:
            with database.writing() as connection:
                connection.execute(select(secrets))
                inside.set()
                frozen.wait(20)
                connection.execute(select(secrets))

        end = pool.submit(write)
        assert inside.wait(20)
        with postgres.frozen(), at_most(limits.TIME_LIMIT):
            frozen.set()
            assert isinstance(end.exception(20), DatabaseUnavailable)


def test_the_web_goes_on_while_postgresql_hangs(postgres: PostgresServer, tmp_path: Path) -> None:
    settings = {"CASE_LIMIT": "", "WEB_WORKERS": "1", "WEB_THREADS": "3", "RATE_LIMIT": ""}
    settings |= {"DATABASE_URL": postgres.new_url()}
    with serving(tmp_path / "log", None, **settings) as server:

        def ask(method: str, path: str) -> tuple[int, float]:
            with closing(http.client.HTTPConnection(HOST, server.port, timeout=30)) as connection:
                before = time.monotonic()
                connection.request(method, path)
                status = connection.getresponse().status
                return status, time.monotonic() - before

        for path in ("/vi/check", "/metrics"):
            ask("GET", path)
        assert ask("POST", "/vi/help?place=work")[0] == 303
        with ThreadPoolExecutor(9) as pool:
            with postgres.frozen():
                hanging = [pool.submit(ask, "POST", "/vi/help?place=work") for _ in range(6)]
                hanging += [pool.submit(ask, "GET", "/metrics") for _ in range(3)]
                while not all(end.done() for end in hanging):
                    for path in ("/vi/check?place=home", "/healthz"):
                        status, took = ask("GET", path)
                        assert status == 200
                        assert took < 3
            responses = [end.result() for end in hanging]
        assert {status for status, _ in responses} == {503, 200}  # metrics say that it is away
        assert max(took for _, took in responses) < limits.TIME_LIMIT + 3
        deadline = time.monotonic() + 20
        while ask("POST", "/vi/help?place=work")[0] != 303:
            assert time.monotonic() < deadline
            Event().wait(0.2)


def test_calls_that_would_take_the_last_threads_fail_fast(database_url: str, caplog) -> None:
    with closing(Database(database_url, threads=4)) as database:
        refused: list[str] = []
        database.refused = refused.append
        keep(database, "one")
        with database.reading(), database.reading():
            with at_most(0), pytest.raises(DatabaseUnavailable), database.writing():
                pytest.fail("a third one of four threads")
            with database.reporting() as connection:
                assert connection.scalar(select(secrets.c.name)) == "one"
                with pytest.raises(DatabaseUnavailable), database.reporting():
                    pytest.fail("the fourth of four threads")
        assert names(database) == ["one"]
    assert refused == ["busy", "busy"]
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


def test_a_call_waits_for_a_connection(database_url: str, monkeypatch) -> None:
    monkeypatch.setattr(store, "MAX_CONNECTIONS", 1)
    with closing(Database(database_url)) as database, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: keep(database, str(number)), range(40)))
        assert len(names(database)) == 40


def test_one_call_finds_out_whether_the_database_is_back(postgres: PostgresServer, caplog) -> None:
    clock, refused = Clock(), list[str]()
    with closing(Database(postgres.new_url(), clock)) as database:
        keep(database, "before")
        database.refused = refused.append
        postgres.kill()
        for wait in (0, 1):
            clock.now += wait
            with pytest.raises(DatabaseUnavailable):
                names(database)
        clock.now += 60
        postgres.start()
        with database.reading() as connection:
            with pytest.raises(DatabaseUnavailable):
                names(database)  # while the other one is still trying
            connection.execute(select(secrets))
        assert names(database) == ["before"]
    assert refused == ["away"] * 3
    assert caplog.records[-1].getMessage().endswith("refused meanwhile: 3")


def test_a_statement_that_takes_too_long_is_given_up_alone(
    postgres: PostgresServer, caplog
) -> None:
    with closing(Database(postgres.new_url())) as database:

        def hang() -> None:
            with database.reporting() as connection:
                connection.execute(text("SET LOCAL statement_timeout = 50"))
                connection.execute(text("SELECT pg_sleep(20)"))

        with pytest.raises(DatabaseUnavailable):
            hang()
        assert names(database) == []
    (line,) = caplog.records
    assert line.getMessage() == "The database is busy, a call was refused: QueryCanceled"


def test_statements_of_one_block_may_take_longer_together(
    postgres: PostgresServer, monkeypatch, caplog
) -> None:
    with closing(Database(postgres.new_url())) as database:
        keep(database, "one")
        monkeypatch.setattr(limits, "limited", partial(limits.limited, 1))
        monkeypatch.setattr(limits, "GRACE", 0.1)
        with database.reporting() as connection:
            for _ in range(4):
                connection.execute(text("SELECT pg_sleep(0.6)"))
        with pytest.raises(DatabaseUnavailable), database.reporting() as connection:
            connection.execute(text("SELECT pg_sleep(20)"))
        assert names(database) == ["one"]
    (line,) = caplog.records
    assert line.getMessage() == "The database is busy, a call was refused: QueryCanceled"


def test_a_full_disk_refuses_what_is_written_and_still_reads(tmp_path: Path, caplog) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/desk.sqlite3")) as database:
        refused: list[str] = []
        database.refused = refused.append
        keep(database, "before")

        def fill() -> None:
            with database.writing() as connection:
                connection.execute(text("PRAGMA max_page_count = 1"))  # as many as there are
                rows = [{"name": str(number), "value": "x" * 90} for number in range(1000)]
                connection.execute(insert(secrets), rows)

        with pytest.raises(DatabaseUnavailable):
            fill()
        assert names(database) == ["before"]
    assert refused == ["full"]
    (line,) = caplog.records
    assert line.getMessage() == "The database is full, a call was refused: SQLITE_FULL"


def test_counts_can_be_read_while_they_are_written(database: Database, monkeypatch) -> None:
    monkeypatch.setattr(counter_buffer, "WRITE_LOCK_TIMEOUT", 0.01)
    counters = CounterBuffer(database, lambda: date(2026, 3, 1), 3600)
    writing, go_on = Event(), Event()
    add_counts = counter_buffer.add_counts

    def slow(*args) -> None:
        writing.set()
        assert go_on.wait(20)
        add_counts(*args)

    monkeypatch.setattr(counter_buffer, "add_counts", slow)
    counters.add("", ("shown", "place"))
    thread = Thread(target=counters.flush)
    thread.start()
    assert writing.wait(20)
    try:
        counters.add("", ("shown", "place"))
        assert list(counters.pending().values()) == [2]
        with pytest.raises(DatabaseUnavailable):
            counters.flush()
    finally:
        go_on.set()
        thread.join()
    assert list(counters.pending().values()) == [1], "what came meanwhile is not lost"


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Lock the database from another connection."""
    if database.url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
    else:
        with database.writing() as connection:
            connection.execute(text("LOCK TABLE secrets IN EXCLUSIVE MODE"))
            yield


def test_a_lock_of_another_process_does_not_stop_readers(
    database: Database, monkeypatch, caplog
) -> None:
    keep(database, "one")
    with closing(impatient_copy(database, monkeypatch)) as impatient:
        assert names(impatient) == ["one"]
        with locked(database):
            with pytest.raises(DatabaseUnavailable):
                keep(impatient, "two")
            assert names(impatient) == ["one"]
        keep(impatient, "three")
    (line,) = caplog.records
    assert line.getMessage().startswith("The database is busy, a call was refused")
