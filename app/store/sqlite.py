"""SQLite's file, readable by this user only, and the settings of each connection to it."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, event

PATIENCE: Final = 3
"""Seconds that a writer waits for another one."""
WRITES: Final = "writes"
SETTINGS: Final[dict[str, Any]] = {"timeout": PATIENCE}
LOG_PATIENCE: Final = 0.1
"""Seconds that whoever erases waits for those who read, to cut the log."""
BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def prepare(engine: Engine) -> None:
    """Let an engine open existing files only, with our settings and transactions."""
    event.listen(engine, "do_connect", _open)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)


def make_file(name: str) -> None:
    """Make the file unless it is there: SQLite itself would let everybody read it."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    # One that is there is left alone: to close it would undo SQLite's own locks on it.
    with suppress(FileExistsError):
        os.close(os.open(name, os.O_CREAT | os.O_EXCL, 0o600))


def identify(name: str) -> tuple[int, int] | None:
    """Return device and inode of the file of a name, None when there is none."""
    try:
        found = os.stat(name)  # noqa: PTH116 before each use; a Path takes as long again
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_busy(fault: BaseException | None) -> bool:
    """Tell whether another connection held its lock for too long."""
    return getattr(fault, "sqlite_errorcode", 0) & 0xFF in BUSY


def empty_log(engine: Engine) -> bool:
    """Write the log into the file and cut it to nothing; False while somebody reads or writes."""
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        (before,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {LOG_PATIENCE * 1000:.0f}")
        try:
            (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {before}")
    return not busy


def rewrite(engine: Engine) -> bool:
    """Write the whole file anew, without what is in none of its rows; others may read meanwhile.

    True: nothing else is kept.

    :raise sqlite3.Error: somebody else writes, or there is no room
    """
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("VACUUM")
    return True


def _open(_: Any, __: Any, args: list[Any], settings: dict[str, Any]) -> None:
    # In place of a file that is gone SQLite would make an empty one that everybody may read.
    args[0] = f"file:{quote(args[0])}?mode=rw"
    settings["uri"] = True


def _set_up(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where _begin says so
    cursor = connection.cursor()
    _use_wal(cursor)
    for setting in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _use_wal(cursor: sqlite3.Cursor) -> None:
    # SQLite waits for a lock, but not in this statement, which changes a new file: two would clash.
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as fault:
            if not is_busy(fault) or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _begin(connection: Connection) -> None:
    # A writer that began as a reader could not wait for another one (SQLITE_BUSY at once).
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
