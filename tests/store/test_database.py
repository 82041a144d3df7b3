"""The database behaves alike on SQLite and PostgreSQL, available or not."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Event

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, insert, inspect, select, text, update
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, StatementError

from app.store import Database, DatabaseUnavailable, migrate, postgresql
from app.store import database as module
from app.store.database import LOCK_TIMEOUT, MAX_CONNECTIONS, PAUSE, read_url
from app.store.schema import agents, counts, devices, metadata, secrets, sessions
from tests.store.postgres import PostgresServer
from tests.store.stream import ROOT, keep


class Clock:
    """A clock that is set by the test."""

    now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database_url(empty_database_url: str) -> str:
    """Return where a database without tables is: how they are made is tested here."""
    return empty_database_url


def names(database: Database) -> list[str]:
    with database.reading() as connection:
        return sorted(connection.scalars(select(secrets.c.name)))


# made and brought up to date by itself


def test_the_sqlite_file_is_created_at_its_first_use(tmp_path: Path) -> None:
    file = tmp_path / "not" / "there" / "desk.sqlite3"
    with closing(Database(f"sqlite:///{file}")) as database:
        assert not file.parent.exists()
        before = os.umask(0)
        try:
            keep(database, "one")
        finally:
            os.umask(before)
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in file.parent.iterdir()}
        assert set(modes) == {file.name, f"{file.name}-wal", f"{file.name}-shm"}
        assert set(modes.values()) == {0o600}
        for ask in (database.reading, database.writing):
            with ask() as connection:
                asked = ("journal_mode", "synchronous", "foreign_keys")
                values = [connection.scalar(text(f"PRAGMA {name}")) for name in asked]
                assert values == ["wal", 2, 1]


def test_postgresql_is_migrated_at_its_first_use(postgres: PostgresServer) -> None:
    with closing(Database(postgres.new_url())) as database:
        assert keep(database, "one") in names(database)


def test_migrations_run_up_and_down(database: Database) -> None:
    for _ in range(2):
        database.migrate()
        with database.reading() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        database.migrate("base")
        with database._engine.connect() as connection:
            assert inspect(connection).get_table_names() == ["alembic_version"]
            assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 0
    assert names(database) == []  # which brings it up again


def test_rows_survive_the_second_migration_up_and_down(database: Database) -> None:
    database.migrate("0001")
    at = datetime(2026, 11, 25, tzinfo=UTC)
    with database._engine.begin() as connection:
        kept = {"id": 7, "portal": "", "name": "lan", "role": "lead", "added": at, "password": "x"}
        connection.execute(insert(agents).values(kept))
        connection.execute(
            text("INSERT INTO sessions (token, agent, expires) VALUES ('t', 7, :at)"), {"at": at}
        )
    database.migrate()
    with database.writing() as connection:
        row = {"token": "d", "agent": 7, "failures": 0, "locked_until": at, "expires": at}
        connection.execute(insert(devices).values(row))
    with database.reading() as connection:
        assert connection.scalar(select(agents.c.name)) == "lan"
        assert not connection.execute(select(sessions)).all(), "everybody signs in once more"
    database.migrate("0001")
    with database._engine.connect() as connection:
        assert "devices" not in inspect(connection).get_table_names()
        assert connection.scalar(text("SELECT name FROM agents")) == "lan"
        connection.execute(text("SELECT token, agent, expires FROM sessions"))
    database.migrate()
    with database.writing() as connection:
        connection.execute(insert(devices).values(row))
        connection.execute(delete(agents))
        assert not connection.execute(select(devices)).all(), "it goes with its agent"


def test_two_processes_may_migrate_at_the_same_time(database_url: str) -> None:
    code = (
        "import sys; from app.store import Database; database = Database(sys.argv[1]); "
        "print('ready', flush=True); sys.stdin.read(1); database.migrate()"
    )
    command = [sys.executable, "-c", code, database_url]
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            )
            for _ in range(2)
        ]
        assert [process.stdout.readline() for process in processes] == [b"ready\n"] * 2
        for process in processes:
            process.stdin.write(b".")
            process.stdin.flush()
        assert [process.wait() for process in processes] == [0, 0]
    with closing(Database(database_url)) as database:
        keep(database, "one")


def test_two_databases_of_a_process_may_migrate_at_the_same_time(tmp_path: Path, caplog) -> None:
    both = Barrier(2)

    def make(number: int) -> None:
        with closing(Database(f"sqlite:///{tmp_path}/{number}.sqlite3")) as database:
            both.wait()
            keep(database, "one")

    with ThreadPoolExecutor(2) as pool:
        for end in [pool.submit(make, number) for number in range(8)]:
            end.result()
    assert not caplog.records


def test_two_processes_may_create_the_file_at_the_same_time(tmp_path: Path, monkeypatch) -> None:
    file = tmp_path / "desk.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(module.time, "sleep", lambda _: other.execute("COMMIT"))
        with closing(Database(f"sqlite:///{file}")) as database:
            keep(database, "one")
        assert not other.in_transaction


def test_a_migration_is_all_or_nothing(database: Database) -> None:
    if database.url.get_backend_name() == "sqlite":
        Path(database.url.database).touch()
    with database._engine.begin() as connection:
        last = list(metadata.sorted_tables)[-1].name
        connection.execute(text(f"CREATE TABLE {last} (somebody_elses INTEGER)"))
    with pytest.raises(DatabaseUnavailable):
        database.migrate()
    with database._engine.connect() as connection:
        assert inspect(connection).get_table_names() == [last]


ADDED = (
    "ALTER TABLE secrets ADD COLUMN note VARCHAR(9)",
    "ALTER TABLE secrets ADD COLUMN level INTEGER NOT NULL DEFAULT 1",
    "CREATE TABLE newer (id INTEGER PRIMARY KEY, what VARCHAR(9) NOT NULL)",
    "CREATE INDEX newer_secrets ON secrets (level)",
)
CHANGED = (
    "ALTER TABLE secrets DROP COLUMN value",
    "ALTER TABLE secrets RENAME COLUMN value TO worth",
    "DROP TABLE notes",
)


def migrate_further(url: str, *statements: str) -> None:
    with closing(Database(url)) as newer, newer.writing() as connection:
        for statement in (*statements, "UPDATE alembic_version SET version_num = '9999'"):
            connection.execute(text(statement))


def test_tables_that_newer_code_has_only_added_to_are_used(database_url: str, caplog) -> None:
    migrate_further(database_url, *ADDED)
    with closing(Database(database_url)) as database:
        keep(database, "one")
        assert names(database) == ["one"]
        assert database.revision() == "9999"
    assert not caplog.records


@pytest.mark.parametrize("statement", CHANGED)
def test_tables_that_newer_code_has_changed_are_unavailable(
    database_url: str, clock: Clock, caplog, statement: str
) -> None:
    migrate_further(database_url, *ADDED, statement)
    check_newer(database_url, clock, caplog)


def test_a_column_that_newer_code_has_to_fill_is_unavailable(
    postgres: PostgresServer, clock: Clock, caplog
) -> None:
    url = postgres.new_url()  # SQLite adds no such column
    migrate_further(url, "ALTER TABLE secrets ADD COLUMN must INTEGER NOT NULL")
    check_newer(url, clock, caplog)


def check_newer(url: str, clock: Clock, caplog) -> None:
    with closing(Database(url, clock)) as database:
        for _ in range(3):
            with pytest.raises(DatabaseUnavailable), database.reading():
                pass
            clock.now += PAUSE
        with pytest.raises(DatabaseUnavailable):
            database.migrate("base")
    (line,) = caplog.records
    assert "9999" in line.getMessage()


# reading and writing


def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    def write_half() -> None:
        with database.writing() as connection:
            connection.execute(insert(secrets).values(name="half", value=""))
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        write_half()
    assert names(database) == []
    with database.reading() as connection:
        connection.execute(insert(secrets).values(name="by mistake", value=""))
    assert names(database) == []
    with database.writing() as connection:
        for name in ("one", "two"):
            connection.execute(insert(secrets).values(name=name, value=""))
    assert names(database) == ["one", "two"]


def test_writers_wait_for_each_other(database: Database) -> None:
    # As many as are let in: it is the database that makes the others wait, however slow its disk.
    row = {"day": date(2026, 1, 1), "portal": "", "what": "plan", "value": "x"}
    with database.writing() as connection:
        connection.execute(insert(counts).values(**row, number=0))

    def write() -> None:
        for _ in range(10):
            with database.writing() as connection:
                connection.execute(select(counts)).all()
                connection.execute(update(counts).values(number=counts.c.number + 1))

    with ThreadPoolExecutor(MAX_CONNECTIONS) as pool:
        for end in [pool.submit(write) for _ in range(MAX_CONNECTIONS)]:
            end.result()
    with database.reading() as connection:
        assert connection.scalar(select(counts.c.number)) == 10 * MAX_CONNECTIONS


def impatient_copy(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Return another one at the same place that waits for no lock."""
    monkeypatch.setattr(postgresql, "LOCK_TIMEOUT", 0.05)
    short = {"timeout": "0.05"} if database.url.get_backend_name() == "sqlite" else {}
    return Database(database.url.update_query_dict(short).render_as_string(False))


def test_a_writer_does_not_wait_forever(database: Database, monkeypatch) -> None:
    keep(database, "one")
    sqlite = database.url.get_backend_name() == "sqlite"
    change = update(secrets).values(value="changed")
    impatient = impatient_copy(database, monkeypatch)
    with closing(impatient), database.writing() as connection:
        assert names(impatient) == ["one"]
        connection.execute(change)
        with pytest.raises(DatabaseUnavailable), impatient.writing() as other:
            other.execute(change)
        assert sqlite or names(impatient) == ["one"]  # one row of PostgreSQL's, not all of it


def test_a_deadlock_does_not_make_postgresql_unavailable(postgres: PostgresServer, caplog) -> None:
    both = Barrier(2)

    def write(database: Database, *order: str) -> None:
        with database.writing() as connection:
            for name in order:
                where = secrets.c.name == name
                connection.execute(update(secrets).where(where).values(value=order[0]))
                if name == order[0]:
                    both.wait()

    url = f"{postgres.new_url()}?options=-c%20deadlock_timeout%3D10ms"
    with closing(Database(url)) as database, ThreadPoolExecutor(2) as pool:
        for name in ("one", "two"):
            keep(database, name)
        ends = [pool.submit(write, database, *order) for order in (("one", "two"), ("two", "one"))]
        assert {type(end.exception()) for end in ends} == {DatabaseUnavailable, type(None)}
        with database.reading() as connection:
            assert len(set(connection.scalars(select(secrets.c.value)))) == 1
    (line,) = caplog.records
    assert line.getMessage() == "The database is busy, a call was refused: DeadlockDetected"


def test_a_moment_is_stored_in_utc(database: Database) -> None:
    now = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=timezone(timedelta(hours=7)))
    with database.writing() as connection:
        agent = {"portal": "", "name": "Lan", "role": "agent", "added": now, "password": "x"}
        connection.execute(insert(metadata.tables["agents"]).values(id=1, **agent))
        connection.execute(
            insert(sessions).values(token="t", agent=1, begun=now, seen=now, expires=now)
        )
        for moment, found in ((now, 0), (now + timedelta(microseconds=1), 1)):
            values = connection.scalars(
                select(sessions.c.expires).where(sessions.c.expires < moment)
            )
            assert len(values.all()) == found
        (values,) = connection.scalars(select(sessions.c.expires))
        assert (values, values.tzinfo) == (now, UTC)
        with pytest.raises(StatementError, match="time zone"):
            connection.execute(update(sessions).values(expires=now.replace(tzinfo=None)))


# what is nobody's fault, or the caller's


@pytest.mark.parametrize("fault", [ValueError("mine"), OSError("mine"), KeyError("mine")])
def test_other_errors_are_passed_on(database: Database, fault: Exception) -> None:
    for ask in (database.reading, database.writing):
        with pytest.raises(type(fault)) as raised, ask():
            raise fault
        assert raised.value is fault
    assert names(database) == []


def test_a_wrong_statement_does_not_make_the_database_unavailable(
    database: Database, caplog
) -> None:
    keep(database, "one")
    with pytest.raises(IntegrityError) as raised:
        keep(database, "one")
    assert "one" * 5 not in str(raised.value)
    assert names(database) == ["one"]
    assert not caplog.records


def test_a_value_that_postgresql_cannot_store_is_a_statement_error(
    postgres: PostgresServer,
) -> None:
    with closing(Database(postgres.new_url())) as database:
        for key in ("a NUL \0", "too long" * 9):
            with pytest.raises(DataError):
                keep(database, key)
        assert names(database) == []


# away, and back again


def check_away(database: Database, caplog) -> None:
    before = time.monotonic()
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable), database.reading():
            pytest.fail("nothing is there")
        with pytest.raises(DatabaseUnavailable), database.writing():
            pytest.fail("nothing is there")
    assert time.monotonic() - before < LOCK_TIMEOUT
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def check_back(database: Database, clock: Clock, caplog) -> None:
    with pytest.raises(DatabaseUnavailable), database.reading():
        pytest.fail("it is not to be asked yet")
    clock.now += PAUSE
    keep(database, "back")
    assert "back" in names(database)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_postgresql_stops_and_starts_again(postgres: PostgresServer, clock: Clock, caplog) -> None:
    with closing(Database(postgres.new_url(), clock)) as database:
        keep(database, "before")
        postgres.kill()
        check_away(database, caplog)
        postgres.start()
        check_back(database, clock, caplog)


def test_postgresql_stops_during_a_read(postgres: PostgresServer, clock: Clock, caplog) -> None:
    with closing(Database(postgres.new_url(), clock)) as database:

        def read() -> None:
            with database.reading() as connection:
                postgres.kill()
                connection.execute(select(secrets))

        with pytest.raises(DatabaseUnavailable):
            read()
        postgres.start()
        check_back(database, clock, caplog)


def test_postgresql_restarts_between_two_calls(postgres: PostgresServer, caplog) -> None:
    with closing(Database(postgres.new_url())) as database:
        keep(database, "before")
        postgres.kill()
        postgres.start()
        assert names(database) == ["before"]
    assert not caplog.records


def test_sqlite_is_retried_until_its_file_can_be_created(
    tmp_path: Path, clock: Clock, caplog
) -> None:
    in_the_way = tmp_path / "instance"
    in_the_way.write_text("")
    with closing(Database(f"sqlite:///{in_the_way}/desk.sqlite3", clock)) as database:
        check_away(database, caplog)
        in_the_way.unlink()
        check_back(database, clock, caplog)


@pytest.fixture(params=["a text", "a folder"])
def no_database(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / "desk.sqlite3"
    if request.param == "a folder":
        file.mkdir()
    else:
        file.write_text("This is no database, but long enough to be taken for one. " * 40)
    return file


def test_a_file_that_is_not_a_database_is_unavailable(
    no_database: Path, clock: Clock, caplog
) -> None:
    with closing(Database(f"sqlite:///{no_database}", clock)) as database:
        check_away(database, caplog)


def test_waiting_threads_do_not_retry_an_unavailable_database(
    tmp_path: Path, clock: Clock, monkeypatch
) -> None:
    all_wait, asked = Event(), []

    def migrate_to(*_: object) -> None:
        asked.append(1)
        assert all_wait.wait(20)
        raise OperationalError(None, None, Exception("it does not answer"))

    class EventCounting(Clock):
        seen = 0

        def __call__(self) -> float:
            self.seen += 1
            if self.seen == 3:  # both have, and the first of them a second time
                all_wait.set()
            return self.now

    monkeypatch.setattr(migrate, "migrate_to", migrate_to)

    def ask() -> None:
        with pytest.raises(DatabaseUnavailable), database.reading():
            pytest.fail("nothing is there")

    url = f"sqlite:///{tmp_path}/desk.sqlite3"
    with closing(Database(url, EventCounting())) as database, ThreadPoolExecutor(2) as pool:
        for end in [pool.submit(ask) for _ in range(2)]:
            end.result()
    assert asked == [1]


# what is never said


def test_the_password_of_the_database_is_never_logged(postgres: PostgresServer, caplog) -> None:
    for where in (f"{postgres.address}:{postgres.port}", f"{postgres.address}:1"):
        with closing(Database(f"postgresql://tests:s3cr3t@{where}/missing")) as database:
            with pytest.raises(DatabaseUnavailable) as raised, database.reading():
                pytest.fail("nothing is there")
            said = "".join(traceback.format_exception(raised.value, chain=True))
            assert "s3cr3t" not in f"{said}{database.url}{database.url!r}{vars(database)}"
    assert ["does not exist" in record.getMessage() for record in caplog.records] == [True, False]
    assert "s3cr3t" not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "s3cr3t",
        "mysql://me:s3cr3t@host/name",
        "postgresql://me:s3cr3t",
        "postgresql+s3cr3t://me",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:s3cr3t?uri=true",
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="DATABASE_URL is like") as raised:
        read_url(url)
    assert "s3cr3t" not in "".join(traceback.format_exception(raised.value, chain=True))


@pytest.mark.parametrize("name", ["postgres", "postgresql", "postgresql+psycopg"])
def test_aliases_of_postgresql_are_accepted(name: str) -> None:
    assert read_url(f"{name}://me@host/desk").drivername == "postgresql+psycopg"
