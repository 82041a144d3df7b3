"""A stream of writes that is cut in the middle: what was acknowledged is there afterwards.

``python -m tests.store.stream URL`` writes until it is killed, and prints each key once it is kept.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import insert, select, text

from app.store import Database
from app.store.schema import metadata, secrets

ROOT = Path(__file__).parent.parent.parent
AT_MOST = 20_000
"""Writes of one writer: more than any test waits for, so that none goes on for ever."""


def cut(
    write: Callable[[], str],
    kill: Callable[[], None],
    fault: type[Exception],
    *,
    after: int = 40,
    writers: int = 1,
) -> list[str]:
    """Write until it fails, and return the keys of all that was acknowledged.

    :param write: writes once and returns its key, once that is acknowledged
    :param kill: takes away what it writes to, while it writes
    :param fault: what it then raises
    :param after: so many are acknowledged before that
    """
    acknowledged: list[str] = []
    enough = Event()

    def go_on() -> None:
        try:
            for _ in range(AT_MOST):
                acknowledged.append(write())
                if len(acknowledged) >= after:
                    enough.set()
        finally:
            enough.set()

    with ThreadPoolExecutor(writers) as pool:
        ends = [pool.submit(go_on) for _ in range(writers)]
        enough.wait()
        early = [end for end in ends if end.done()]
        kill()
    for end in early:
        end.result()
    for end in ends:
        with pytest.raises(fault):
            end.result()
    assert len(acknowledged) >= after
    return acknowledged


def check_kept(database: Database, acknowledged: list[str], writers: int = 1) -> None:
    """Hold what is kept in a database against what was acknowledged to writers that were cut off.

    Each of them may have had one more on its way.
    """
    with database.reading() as connection:
        found = list(connection.scalars(select(secrets.c.name)))
    assert set(acknowledged) <= set(found)
    assert len(found) <= len(acknowledged) + writers
    check_sound(database)


def check_sound(database: Database) -> None:
    """Let a database look at itself."""
    with database.reading() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        else:  # reads every page, and each has a checksum
            for table in metadata.sorted_tables:
                connection.execute(select(table))


def keep(database: Database, key: str) -> str:
    """Write one row, and return its key once it is kept."""
    with database.writing() as connection:
        connection.execute(insert(secrets).values(name=key, value=key * 5))
    return key


@contextmanager
def writer(url: str) -> Iterator[subprocess.Popen[str]]:
    """Run a process that writes until it is killed."""
    command = [sys.executable, "-m", "tests.store.stream", url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


if __name__ == "__main__":
    with closing(Database(sys.argv[1])) as database:
        for number in count():
            print(keep(database, f"{number:08}"), flush=True)
