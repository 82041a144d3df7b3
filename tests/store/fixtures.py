"""Fixtures that run a test on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy

import pytest
from argon2 import PasswordHasher

from app.store import Database, passwords
from app.store.cases import Cases
from tests.store.postgres import PostgresServer, running


class Clock:
    """A clock that is set by the test."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    """Return a clock for one test."""
    return Clock()


@pytest.fixture(scope="session")
def _postgres() -> Iterator[PostgresServer]:
    with running() as server:
        yield server


@pytest.fixture
def postgres(_postgres: PostgresServer) -> Iterator[PostgresServer]:
    """Return a running, empty PostgreSQL server."""
    yield _postgres
    _postgres.clear()


@pytest.fixture(scope="session")
def _sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "desk.sqlite3"
    _make_tables(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def _postgres_with_tables(_postgres: PostgresServer) -> str:
    return _make_tables(_postgres.new_url(lasting=True))


def _make_tables(url: str) -> str:
    with closing(Database(url)) as database:
        database.migrate()
        return str(database.url.database)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a new database without tables is, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/desk.sqlite3"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_url()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a new database is, once of each kind: its tables are there, with nothing in."""
    if request.param == "sqlite":
        file = copy(request.getfixturevalue("_sqlite_with_tables"), tmp_path / "desk.sqlite3")
        return f"sqlite:///{file}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_url(request.getfixturevalue("_postgres_with_tables"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return a new database, once of each kind."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def cases(database: Database, clock: Clock) -> Cases:
    """Return the cases of a new database, each kept for thirty days."""
    return Cases(database, timedelta(days=30), clock)


def hash_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords with little memory, for tests of something else."""
    quick = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)
