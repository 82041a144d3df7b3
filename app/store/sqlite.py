"""SQLite: create the file for this user only, and notice when it is replaced."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, event

LOCK_TIMEOUT: Final = 3
"""Seconds that a writer waits for another writer."""
WRITES: Final = "writes"
SETTINGS: Final[dict[str, Any]] = {"timeout": LOCK_TIMEOUT}
TRUNCATE_TIMEOUT: Final = 0.1
"""Seconds to wait for readers before the log is truncated."""
REFUSALS: Final = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_FULL: "full",
}
"""Primary result codes of a file that other statements may still use."""
limited = nullcontext
"""No deadline for a block: a file does not hang."""


class Time:
    """The time of the machine that has the file."""

    known = True

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)


def prepare(engine: Engine, _: Time) -> None:
    """Make an engine open existing files only, and begin its transactions explicitly."""
    event.listen(engine, "do_connect", _open)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)


def make_file(name: str) -> None:
    """Create the file if it is missing, and let nobody else read it, as SQLite would."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    # An existing file is not opened: closing it would release SQLite's own locks.
    with suppress(FileExistsError):
        os.close(os.open(name, os.O_CREAT | os.O_EXCL, 0o600))
    if Path(name).stat().st_mode & 0o077:
        with suppress(PermissionError):  # somebody else's
            Path(name).chmod(0o600)


def identify(name: str) -> tuple[int, int] | None:
    """Return device and inode of a file, None if it is missing."""
    try:
        found = Path(name).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def refusal_of(fault: BaseException | None) -> str:
    """Return why a usable file refused a statement: ``busy``, ``full``, or '' if it is not."""
    return REFUSALS.get(getattr(fault, "sqlite_errorcode", 0) & 0xFF, "")


def truncate_log(engine: Engine) -> bool:
    """Checkpoint and truncate the write-ahead log; return False if it is in use."""
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        (before,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {TRUNCATE_TIMEOUT * 1000:.0f}")
        try:
            (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {before}")
    return not busy


def backup(source: str, file: Path) -> None:
    """Write a copy of a file; readers and writers go on meanwhile.

    :raise OSError: the copy is there already, or cannot be written
    """
    os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(f"file:{quote(source)}?mode=rw", uri=True)) as connection:
            connection.execute("VACUUM INTO ?", (str(file),))
        with file.open("rb+") as copy:
            os.fsync(copy.fileno())
    except BaseException as fault:
        file.unlink()
        raise OSError(str(fault)) if isinstance(fault, sqlite3.Error) else fault from None


def size(engine: Engine) -> int:
    """Return how many bytes ``rewrite`` would go through."""
    return Path(str(engine.url.database)).stat().st_size


def rewrite(engine: Engine) -> bool:
    """Rewrite the file without deleted rows; readers may continue.

    :return: True: no deleted row remains
    :raise sqlite3.Error: another writer is active, or the disk is full
    """
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("VACUUM")
    return True


def _open(_: Any, __: Any, args: list[Any], settings: dict[str, Any]) -> None:
    # Otherwise SQLite would create a missing file, readable for everybody.
    args[0] = f"file:{quote(args[0])}?mode=rw"
    settings["uri"] = True


def _set_up(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # _begin begins the transactions
    with closing(connection.cursor()) as cursor:
        _use_wal(cursor)
        for setting in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            cursor.execute(f"PRAGMA {setting}")


def _use_wal(cursor: sqlite3.Cursor) -> None:
    # SQLite does not wait for a lock in this statement, which changes a new file.
    deadline = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as fault:
            if not refusal_of(fault) or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _begin(connection: Connection) -> None:
    # A transaction that starts as a reader cannot wait for a writer (SQLITE_BUSY at once).
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
