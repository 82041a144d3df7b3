"""Backups: of a SQLite that is written to, and of a PostgreSQL by its own programs."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

from app import create_app
from app.settings import Settings
from app.store import Database
from tests.store.postgres import PostgresServer
from tests.store.stream import check_kept, keep
from tests.store.test_database import names


@contextmanager
def written_to(database: Database) -> Iterator[list[str]]:
    """Write one row after the other meanwhile; yield the keys of those that are kept."""
    kept, end = [keep(database, "first")], Event()

    def write() -> None:
        for number in range(100_000):
            if end.is_set():
                return
            kept.append(keep(database, str(number)))

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(write)
        try:
            yield kept
        finally:
            end.set()
        done.result()


def test_a_copy_of_a_sqlite_that_is_written_to(tmp_path: Path) -> None:
    file, copy = tmp_path / "desk.sqlite3", tmp_path / "copy.sqlite3"
    run = create_app(Settings(database_url=f"sqlite:///{file}")).test_cli_runner().invoke
    with closing(Database(f"sqlite:///{file}")) as database:
        keep(database, "erased")
        with written_to(database) as kept:
            before = list(kept)
            old = os.umask(0)
            try:
                assert run(args=["database", "backup", str(copy)]).exit_code == 0
            finally:
                os.umask(old)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(Database(f"sqlite:///{copy}")) as database:
        assert {*before, "erased"} <= set(names(database)) <= {*kept, "erased"}
        check_kept(database, names(database))
    again = run(args=["database", "backup", str(copy)])
    assert again.exit_code == 1
    assert "File exists" in again.output


def test_a_copy_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    run = create_app(Settings(database_url=f"sqlite:///{tmp_path}/a")).test_cli_runner().invoke
    assert run(args=["database", "backup", f"{tmp_path}/missing/copy"]).exit_code == 1
    full = Path("/dev/full")
    assert run(args=["database", "backup", str(full)]).exit_code == 1
    assert full.exists()


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "missing" / "desk.sqlite3"
    run = create_app(Settings(database_url=f"sqlite:///{missing}")).test_cli_runner().invoke
    assert run(args=["database", "backup", str(tmp_path / "copy")]).exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_copy_is_of_the_release_that_is_there(tmp_path: Path) -> None:
    url, copy = f"sqlite:///{tmp_path}/desk.sqlite3", tmp_path / "copy.sqlite3"
    with closing(Database(url)) as database:
        database.migrate("0002")
    run = create_app(Settings(database_url=url)).test_cli_runner().invoke
    assert run(args=["database", "backup", str(copy)]).exit_code == 0
    for file in (tmp_path / "desk.sqlite3", copy):
        with closing(sqlite3.connect(file)) as connection:
            revision = "SELECT version_num FROM alembic_version"
            assert connection.execute(revision).fetchall() == [("0002",)]


def test_a_file_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "desk.sqlite3"
    with closing(Database(f"sqlite:///{file}")) as database:
        keep(database, "one")
    file.chmod(0o664)
    with closing(Database(f"sqlite:///{file}")) as database:
        assert names(database) == ["one"]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_postgresql_that_is_written_to_is_dumped_and_restored(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url, restored, dump = postgres.new_url(), postgres.new_url(), tmp_path / "desk.dump"
    with closing(Database(url)) as database, written_to(database) as kept:
        before = list(kept)
        command = [postgres.program("pg_dump"), "--format=custom", f"--file={dump}", url]
        subprocess.run(command, check=True)
    command = [postgres.program("pg_restore"), "--no-owner", f"--dbname={restored}", str(dump)]
    subprocess.run(command, check=True)
    with closing(Database(restored)) as database:
        assert set(before) <= set(names(database)) <= set(kept)
        keep(database, "and it goes on")
    wanted = create_app(Settings(database_url=url)).test_cli_runner()
    refused = wanted.invoke(args=["database", "backup", str(tmp_path / "copy")])
    assert refused.exit_code == 1
    assert "pg_dump" in refused.output
