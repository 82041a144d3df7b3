"""The key that cookies are signed with: drawn once, kept in the database, known to all machines.

It may be changed while people work.  The new key signs once everybody has had the time to hear of
it, and what the old one has signed counts until the longest session has ended.
"""

from __future__ import annotations

import secrets as random
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select

from .database import Database
from .schema import moments, secrets
from .sessions import SHIFT
from .upsert import insert_missing, upsert

COOKIES: Final = "cookies"
BEFORE: Final = "cookies-before"
ROTATION: Final = "rotation"
HANDOVER: Final = timedelta(minutes=2)
"""After a change the old key goes on signing for so long: longer than anybody keeps in memory
which keys there are, and than the clocks of two machines differ."""


def signing_keys(database: Database, now: datetime) -> tuple[str, ...]:
    """Return the key that signs, and after it the one that also counts, if there is one.

    The first key is drawn when there is none yet.

    :raise DatabaseUnavailable: it does not answer
    """
    with database.reading() as connection:
        key, before, changed = _read(connection)
    if not key:
        with database.writing() as connection:  # another process may have been faster
            insert_missing(connection, secrets, {"name": COOKIES}, {"value": _draw()})
            key, before, changed = _read(connection)
    if not before or changed is None or now >= changed + HANDOVER + SHIFT:
        return (key,)
    return (key, before) if now >= changed + HANDOVER else (before, key)


def rotate(database: Database, now: datetime, at_once: bool = False) -> None:
    """Draw a new key; the one before counts for a while yet, and none from before that.

    :param at_once: whether the old key, which others may know, counts no more from now on
    :raise DatabaseUnavailable: it does not answer
    """
    with database.writing() as connection:
        # Of two who do so at once, one waits here.
        chosen = select(secrets.c.value).where(secrets.c.name == COOKIES).with_for_update()
        old = connection.execute(chosen).scalar()
        connection.execute(delete(secrets).where(secrets.c.name == BEFORE))
        if old and not at_once:
            insert_missing(connection, secrets, {"name": BEFORE}, {"value": old})
        upsert(connection, secrets, {"name": COOKIES}, {"value": _draw()})
        upsert(connection, moments, {"name": ROTATION}, {"at": now})


def _read(connection: Connection) -> tuple[str, str, datetime | None]:
    """Return both keys and when they were changed, all from one moment; '' for none."""
    changed = select(moments.c.at).where(moments.c.name == ROTATION).scalar_subquery()
    chosen = select(secrets.c.name, secrets.c.value, changed.label("changed"))
    rows = connection.execute(chosen.where(secrets.c.name.in_((COOKIES, BEFORE)))).all()
    keys = {row.name: row.value for row in rows}
    return keys.get(COOKIES, ""), keys.get(BEFORE, ""), rows[0].changed if rows else None


def _draw() -> str:
    return random.token_urlsafe(48)
