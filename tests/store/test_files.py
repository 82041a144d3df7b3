"""SQLite's file or the tables are deleted while the process runs: no lost write is acknowledged."""

from __future__ import annotations

import os
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from app.store import Database, DatabaseUnavailable
from app.store.database import PAUSE, log
from tests.store.postgres import PostgresServer
from tests.store.stream import check_sound, keep
from tests.store.test_database import Clock, names


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "desk.sqlite3"


def sidecars(file: Path) -> list[Path]:
    return [file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm")]


@pytest.mark.parametrize("all_of_it", [True, False])
def test_a_deleted_file_is_created_again(file: Path, all_of_it: bool, caplog) -> None:
    with closing(Database(f"sqlite:///{file}")) as database:
        keep(database, "before")
        for path in [file, *sidecars(file)] if all_of_it else [file]:
            path.unlink()
        before = os.umask(0)
        try:
            keep(database, "after")
        finally:
            os.umask(before)
        assert names(database) == ["after"]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        check_sound(database)
    with closing(Database(f"sqlite:///{file}")) as database:
        assert names(database) == ["after"]
    told = [record.getMessage() for record in caplog.records if record.name == log.name]
    assert ["gone" in message for message in told] == [True]


def test_a_replaced_file_is_read(file: Path) -> None:
    other = file.with_name("other.sqlite3")
    with closing(Database(f"sqlite:///{other}")) as database:
        keep(database, "from the backup")
    with closing(Database(f"sqlite:///{file}")) as database:
        keep(database, "before")
        for path in sidecars(file):
            path.unlink()
        other.rename(file)
        assert names(database) == ["from the backup"]
        keep(database, "after")
        check_sound(database)


def test_a_write_to_a_deleted_file_is_not_acknowledged(file: Path) -> None:
    with closing(Database(f"sqlite:///{file}")) as database:
        keep(database, "before")

        def write() -> None:
            with database.writing() as connection:
                connection.execute(text("INSERT INTO secrets VALUES ('lost', '')"))
                file.unlink()

        with pytest.raises(DatabaseUnavailable):
            write()
        assert names(database) == []


def test_a_file_name_with_url_characters_is_a_name(tmp_path: Path) -> None:
    file = tmp_path / "a b%20?mode=memory#c" / "thư.sqlite3"
    url = URL.create("sqlite", database=str(file)).render_as_string()
    with closing(Database(url)) as database:
        keep(database, "one")
        (found,) = tmp_path.rglob("*.sqlite3")
        assert str(found) == database.url.database
        assert found.stat().st_size


def check_back(database: Database, clock: Clock, caplog) -> None:
    """Check that missing tables are noticed, and created at the next use."""
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            names(database)
    clock.now += PAUSE
    keep(database, "again")
    assert names(database) == ["again"]
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_deleted_tables_are_created_again(database_url: str, caplog) -> None:
    clock = Clock()
    with closing(Database(database_url, clock)) as database:
        keep(database, "before")
        with closing(Database(database_url)) as other:
            other.migrate("base")
        check_back(database, clock, caplog)


def test_a_missing_privilege_makes_the_database_unavailable(
    postgres: PostgresServer, caplog
) -> None:
    clock, url = Clock(), postgres.new_url()
    with closing(Database(url)) as owner, closing(Database(url, clock)) as database:
        keep(owner, "one")
        with owner.writing() as connection:
            connection.execute(text("DROP ROLE IF EXISTS guest"))
            connection.execute(text("CREATE ROLE guest"))
            connection.execute(text("GRANT SELECT ON alembic_version TO guest"))

        def read() -> None:
            with database.reading() as connection:
                connection.execute(text("SET LOCAL ROLE guest"))
                connection.execute(text("SELECT * FROM secrets"))

        for _ in range(2):
            with pytest.raises(DatabaseUnavailable):
                read()
        clock.now += PAUSE
        assert names(database) == ["one"]
        with owner.writing() as connection:
            connection.execute(text("DROP OWNED BY guest"))
            connection.execute(text("DROP ROLE guest"))
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
