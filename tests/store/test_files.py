"""SQLite's file or the tables go while the process runs: nothing is told to be kept that is not."""

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
def test_a_file_that_is_gone_is_made_anew(file: Path, all_of_it: bool, caplog) -> None:
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


def test_a_file_that_is_replaced_is_read(file: Path) -> None:
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


def test_what_is_written_while_the_file_goes_is_not_acknowledged(file: Path) -> None:
    with closing(Database(f"sqlite:///{file}")) as database:
        keep(database, "before")

        def write() -> None:
            with database.writing() as connection:
                connection.execute(text("INSERT INTO secrets VALUES ('lost', '')"))
                file.unlink()

        with pytest.raises(DatabaseUnavailable):
            write()
        assert names(database) == []


def test_a_name_with_signs_of_an_address_is_a_name(tmp_path: Path) -> None:
    file = tmp_path / "a b%20?mode=memory#c" / "thư.sqlite3"
    url = URL.create("sqlite", database=str(file)).render_as_string()
    with closing(Database(url)) as database:
        keep(database, "one")
        (found,) = tmp_path.rglob("*.sqlite3")
        assert str(found) == database.url.database
        assert found.stat().st_size


def check_back(database: Database, clock: Clock, caplog) -> None:
    """Check that tables are missed, and made again at the next use."""
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            names(database)
    clock.now += PAUSE
    keep(database, "again")
    assert names(database) == ["again"]
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_tables_that_are_gone_are_made_anew(database_url: str, caplog) -> None:
    clock = Clock()
    with closing(Database(database_url, clock)) as database:
        keep(database, "before")
        with closing(Database(database_url)) as other:
            other.migrate("base")
        check_back(database, clock, caplog)


def test_what_we_may_not_do_is_no_mistake_of_whoever_asks(postgres: PostgresServer, caplog) -> None:
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
