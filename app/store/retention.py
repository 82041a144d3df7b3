"""Erase what has expired: a little at a time, so that nobody who writes waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select, tuple_, update

from .audit import KEPT
from .database import Database
from .schema import attempts, audit, cases, notes
from .sign_in_throttle import FORGOTTEN

BATCH: Final = 500
"""Rows that one transaction sees to."""
BREATH: Final = 0.05
"""Seconds in which others may write before the next one."""


def sweep(database: Database, now: datetime, lifetime: timedelta) -> None:
    """Erase cases that have expired, and drop the codes, lines and attempts that are too old.

    Several may do so at once: each takes what the others have not taken.

    :param lifetime: how long the code of a case that has ended is kept
    :raise DatabaseUnavailable: it does not answer; the rest is left for the next time
    """
    steps: tuple[Callable[[Connection], int], ...] = (
        lambda connection: _expire(connection, now),
        lambda connection: _drop_cases(connection, now - lifetime),
        lambda connection: _drop_lines(connection, now - KEPT),
        lambda connection: _drop_attempts(connection, now - FORGOTTEN),
    )
    for step in steps:
        while _one(database, step) >= BATCH:
            time.sleep(BREATH)


def erase(connection: Connection, codes: Sequence[str], how: str) -> None:
    """Erase all of some cases but their codes, whose rows the caller has taken."""
    gone = {"facts": None, "outcome": None, "helped": None, "ended": how}
    connection.execute(update(cases).where(cases.c.code.in_(codes)).values(gone))
    connection.execute(delete(notes).where(notes.c.code.in_(codes)))


def _one(database: Database, step: Callable[[Connection], int]) -> int:
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
        line = {"at": now, "agent": "", "action": "expired"}
        lines = [line | {"portal": row.portal, "code": row.code} for row in rows]
        connection.execute(insert(audit), lines)
    return len(rows)


def _drop_cases(connection: Connection, until: datetime) -> int:
    old = (cases.c.expires <= until) & cases.c.ended.is_not(None)
    some = select(cases.c.code).where(old).limit(BATCH)
    return connection.execute(delete(cases).where(cases.c.code.in_(some))).rowcount


def _drop_lines(connection: Connection, until: datetime) -> int:
    some = select(audit.c.id).where(audit.c.at <= until).limit(BATCH)
    return connection.execute(delete(audit).where(audit.c.id.in_(some))).rowcount


def _drop_attempts(connection: Connection, until: datetime) -> int:
    key = tuple_(attempts.c.portal, attempts.c.name)
    some = select(attempts.c.portal, attempts.c.name).where(attempts.c.locked_until <= until)
    old = key.in_(some.limit(BATCH)) & (attempts.c.locked_until <= until)
    return connection.execute(delete(attempts).where(old)).rowcount
