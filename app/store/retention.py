"""Erase expired cases and delete old rows, in small transactions so that writers do not wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select, tuple_, update

from .audit import RETENTION
from .database import Database
from .schema import attempts, audit, cases, notes
from .sign_in_throttle import ATTEMPT_LIFETIME

BATCH: Final = 500
"""Rows per transaction."""
PAUSE: Final = 0.05
"""Seconds between transactions, for other writers."""


def sweep(database: Database, now: datetime, lifetime: timedelta) -> None:
    """Erase expired cases; delete codes, audit entries and attempts that are past retention.

    Several processes may do so at the same time: locked rows are skipped.

    :param lifetime: how long the code of an ended case is kept
    :raise DatabaseUnavailable: the database does not answer; the next sweep does the rest
    """
    steps: tuple[Callable[[Connection], int], ...] = (
        lambda connection: _expire(connection, now),
        lambda connection: _drop_cases(connection, now - lifetime),
        lambda connection: _drop_audit(connection, now - RETENTION),
        lambda connection: _drop_attempts(connection, now - ATTEMPT_LIFETIME),
    )
    for step in steps:
        while _run_batch(database, step) >= BATCH:
            time.sleep(PAUSE)


def erase(connection: Connection, codes: Sequence[str], reason: str) -> None:
    """Erase cases except their codes; the caller has locked the rows."""
    erased = {"facts": None, "outcome": None, "helped": None, "ended": reason}
    connection.execute(update(cases).where(cases.c.code.in_(codes)).values(erased))
    connection.execute(delete(notes).where(notes.c.code.in_(codes)))


def _run_batch(database: Database, step: Callable[[Connection], int]) -> int:
    with database.writing() as connection:
        number = step(connection)
    if number:
        database.erased()
    return number


def _expire(connection: Connection, now: datetime) -> int:
    due = (
        select(cases.c.code, cases.c.portal)
        .where(cases.c.ended.is_(None), cases.c.expires <= now)
        .order_by(cases.c.expires)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(due).all()
    if rows:
        erase(connection, [row.code for row in rows], "expired")
        entry = {"at": now, "agent": "", "action": "expired"}
        entries = [entry | {"portal": row.portal, "code": row.code} for row in rows]
        connection.execute(insert(audit), entries)
    return len(rows)


def _drop_cases(connection: Connection, before: datetime) -> int:
    old = (cases.c.expires <= before) & cases.c.ended.is_not(None)
    some = select(cases.c.code).where(old).limit(BATCH)
    return connection.execute(delete(cases).where(cases.c.code.in_(some))).rowcount


def _drop_audit(connection: Connection, before: datetime) -> int:
    some = select(audit.c.id).where(audit.c.at <= before).limit(BATCH)
    return connection.execute(delete(audit).where(audit.c.id.in_(some))).rowcount


def _drop_attempts(connection: Connection, before: datetime) -> int:
    key = tuple_(attempts.c.portal, attempts.c.name)
    some = select(attempts.c.portal, attempts.c.name).where(attempts.c.locked_until <= before)
    old = key.in_(some.limit(BATCH)) & (attempts.c.locked_until <= before)
    return connection.execute(delete(attempts).where(old)).rowcount
