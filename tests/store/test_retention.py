"""Expired cases are erased in batches, by a thread or by a command."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from threading import Event

import pytest
from sqlalchemy import event, func, insert, select, update

from app import create_app
from app.services import services
from app.settings import Settings
from app.store import Database, DatabaseUnavailable, audit, retention
from app.store.cases import Cases
from app.store.retention import start_maintenance
from app.store.schema import attempts, notes
from app.store.schema import audit as lines
from app.store.schema import cases as table
from tests.store.fixtures import Clock
from tests.store.postgres import PostgresServer
from tests.store.test_cases import DAY, FACTS


def fill(database: Database, clock: Clock, number: int) -> None:
    """Return many cases that have just expired, each with a note."""
    codes = [f"{each:09}" for each in range(number)]
    row = {"portal": "", "language": "vi", "version": 1, "facts": "place=work", "outcome": "open"}
    row |= {"opened": clock.moment - 30 * DAY, "expires": clock.moment}
    note = {"written": clock.moment, "agent": "lan", "text": "call back"}
    with database.writing() as connection:
        connection.execute(insert(table), [row | {"code": code} for code in codes])
        connection.execute(insert(notes), [note | {"code": code} for code in codes])


def count(database: Database, chosen) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(chosen)).scalar_one()


def test_a_sweep_works_in_batches(
    cases: Cases, clock: Clock, database: Database, monkeypatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 20)
    fill(database, clock, 90)
    opened: list[str] = []
    monkeypatch.setattr(
        retention.time, "sleep", lambda _: opened.append(cases.open("", "vi", FACTS).code)
    )
    cases.sweep(sure=True)
    assert len(opened) == 4, "others write between two batches"
    assert count(database, notes) == 0
    assert count(database, select(table).where(table.c.ended == "expired").subquery()) == 90
    assert count(database, select(lines).where(lines.c.action == "expired").subquery()) == 90
    with database.writing() as connection:
        old = {"portal": "", "place": "*", "failures": 1, "locked_until": clock.moment + DAY}
        connection.execute(insert(attempts), [old | {"name": str(n)} for n in range(50)])
    monkeypatch.setattr(retention.time, "sleep", lambda _: None)
    clock.moment += 30 * DAY
    cases.sweep(sure=True)
    assert count(database, table) == 4, "which have only just expired"
    assert count(database, attempts) == 0
    clock.moment += audit.RETENTION + 60 * DAY
    cases.sweep(sure=True)
    assert [count(database, each) for each in (table, attempts, lines)] == [0, 0, 0]


def test_what_is_being_changed_is_not_dropped(postgres: PostgresServer, clock: Clock) -> None:
    with closing(Database(postgres.new_url())) as database:
        row = {"portal": "", "place": "*", "failures": 1, "locked_until": clock.moment}
        with database.writing() as connection:
            connection.execute(insert(attempts), [row | {"name": name} for name in "ab"])
        with database.writing() as other:
            later = {"locked_until": clock.moment + 60 * DAY}
            other.execute(update(attempts).filter_by(name="a").values(later))
            clock.moment += 30 * DAY
            Cases(database, 30 * DAY, clock).sweep(sure=True)
        with database.reading() as connection:
            assert list(connection.scalars(select(attempts.c.name))) == ["a"]


def test_opening_a_case_does_not_sweep(cases: Cases, clock: Clock, database: Database) -> None:
    fill(database, clock, 3)
    cases.open("", "vi", FACTS)
    assert count(database, notes) == 3


def test_concurrent_sweeps_erase_each_case_once(
    cases: Cases, clock: Clock, database: Database, monkeypatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 20)
    monkeypatch.setattr(retention, "PAUSE", 0)
    fill(database, clock, 90)
    with ThreadPoolExecutor(2) as pool:
        for end in [pool.submit(cases.sweep, sure=True) for _ in range(2)]:
            end.result()
    cases.sweep(sure=True)  # what one left to the other
    assert count(database, notes) == 0
    assert count(database, lines) == 90


def test_statements_of_a_sweep_have_constant_size(
    cases: Cases, clock: Clock, database: Database, monkeypatch
) -> None:
    monkeypatch.setattr(retention, "PAUSE", 0)
    fill(database, clock, retention.BATCH + 1)
    most = [0]

    def watch(connection, cursor, statement, parameters, context, many: bool) -> None:
        most.append(0 if many else len(parameters))

    event.listen(database._engine, "before_cursor_execute", watch)
    cases.sweep(sure=True)
    assert retention.BATCH <= max(most) < 2 * retention.BATCH
    assert count(database, notes) == 0


def test_the_command_sweeps(database_url: str) -> None:
    app = create_app(Settings(database_url=database_url))
    run = app.test_cli_runner().invoke
    clock = Clock()
    clock.moment = datetime(2020, 1, 1, tzinfo=UTC)
    Cases(services(app).storage.database, DAY, clock).open("", "vi", FACTS)
    assert run(args=["database", "sweep", "--clock-is-right"]).exit_code == 0
    assert count(services(app).storage.database, table) == 0
    services(app).storage.database.close()
    answer = create_app(Settings()).test_cli_runner().invoke(args=["database", "sweep"])
    assert (answer.exit_code, "no database" in answer.output) == (1, True)


@pytest.mark.parametrize("fault", [DatabaseUnavailable(), RuntimeError("mine")])
def test_maintenance_continues_after_an_error(fault: Exception, caplog) -> None:
    times, enough = [], Event()

    def sweep() -> None:
        times.append(1)
        if len(times) == 3:
            enough.set()
        raise fault

    end = start_maintenance(sweep, first=0.001, interval=0.001)
    assert enough.wait(10)
    end()
    assert bool(caplog.records) == isinstance(fault, RuntimeError)
