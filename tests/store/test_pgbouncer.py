"""Behind PgBouncer in transaction mode, where each transaction may have another connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select, text

from app.diagnosis import Facts
from app.store import Database, DatabaseUnavailable
from app.store.cases import Cases
from app.store.database import PAUSE
from tests.browser.server import PATIENCE
from tests.store.pgbouncer import SIZE, pooled
from tests.store.postgres import PostgresServer
from tests.store.stream import keep
from tests.store.test_database import Clock, names

OFTEN = 8
"""So often psycopg would have had the server prepare a statement, under a name of its own."""


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    with pooled(postgres, postgres.new_url()) as url:
        yield url


@pytest.fixture
def databases(url: str) -> Iterator[tuple[Database, Database]]:
    """Return the database as two servers have it."""
    with closing(Database(url)) as first, closing(Database(url)) as second:
        yield first, second


def test_cases_are_kept_and_swept(databases: tuple[Database, Database]) -> None:
    def work(number: int) -> None:
        cases = Cases(databases[number % 2], timedelta(days=30))
        for _ in range(OFTEN):
            case = cases.open("", "vi", Facts(place="work"), "lan")
            case = cases.view("", case.code, "lan")
            case = cases.change(case, "lan", f"Note {number}", facts=Facts(place="home"))
            assert [note.text for note in case.notes] == [f"Note {number}"]
            assert cases.find("", case.code) == case

    with ThreadPoolExecutor(4) as pool:
        for end in [pool.submit(work, number) for number in range(4)]:
            end.result()
    assert Cases(databases[0], timedelta(days=30)).sweep()


def test_each_gets_the_answer_to_its_own_question(databases: tuple[Database, Database]) -> None:
    first, second = databases
    for database in databases:
        keep(database, f"{id(database)}")
    for _ in range(OFTEN):  # at the same time, so each on a connection of its own
        with first.writing() as one, second.writing() as two:
            assert one.scalar(select(text("'first'"))) == "first"
            assert two.scalar(select(text("'second'"))) == "second"
    for _ in range(OFTEN):
        for database, said in ((first, "first"), (second, "second")):
            with database.writing() as connection:
                assert connection.scalar(select(text(f"'{said}'"))) == said


def test_waits_are_bounded_and_nobody_elses(url: str, databases: tuple[Database, Database]) -> None:
    limits = text("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
    Cases(databases[0], timedelta(days=30)).sweep()
    with databases[0].reading() as connection:
        assert "0" not in connection.execute(limits).one()
    with ExitStack() as opened:  # another application's, on all connections that there are
        for _ in range(SIZE):
            connection = opened.enter_context(psycopg.connect(url))
            assert connection.execute(str(limits)).fetchone() == ("0", "0")


def test_it_goes_away_with_the_database_and_comes_back(
    postgres: PostgresServer, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    with closing(Database(url, clock)) as database:
        keep(database, "before")
        postgres.kill()
        for ask in (database.reading, database.writing):
            with pytest.raises(DatabaseUnavailable), ask():
                pytest.fail("nothing is there")
        postgres.start()
        deadline = time.monotonic() + PATIENCE
        while True:  # PgBouncer itself tries again after a while only
            clock.now += PAUSE
            try:
                keep(database, "back")
                break
            except DatabaseUnavailable:
                assert time.monotonic() < deadline
        assert names(database) == ["back", "before"]
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
