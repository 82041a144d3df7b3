"""Signing keys, generated once and stored in the database for all machines.

That of the desk's cookies can be rotated while agents work: the new key signs once every process
has read it, and what the old key signed stays valid until the longest session has ended.
"""

from __future__ import annotations

import secrets as random
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select

from .database import Database
from .schema import moments, secrets
from .sessions import SESSION_LIFETIME
from .upsert import insert_missing, upsert

CURRENT: Final = "cookies"
PREVIOUS: Final = "cookies-before"
LINKS: Final = "links"
ROTATION: Final = "rotation"
PROPAGATION: Final = timedelta(minutes=2)
"""How long the old key still signs after a rotation: longer than processes cache the keys, and than
the clocks of two machines differ."""


def signing_keys(database: Database, now: datetime) -> tuple[str, ...]:
    """Return the signing key, then the other valid key, if any; generate the first if missing."""
    with database.reading() as connection:
        key, previous, changed = _read(connection)
    if not key:
        with database.writing() as connection:
            _draw(connection, CURRENT)
            key, previous, changed = _read(connection)
    if not previous or changed is None or now >= changed + PROPAGATION + SESSION_LIFETIME:
        return (key,)
    return (key, previous) if now >= changed + PROPAGATION else (previous, key)


def link_key(database: Database) -> str:
    """Return the key that seals what links carry; it is drawn once, as links are kept for long.

    :raise DatabaseUnavailable: it cannot be read
    """
    chosen = select(secrets.c.value).where(secrets.c.name == LINKS)
    with database.reading() as connection:
        key = connection.scalar(chosen)
    if not key:
        with database.writing() as connection:
            _draw(connection, LINKS)
            key = connection.scalar(chosen)
    return str(key)


def rotate(database: Database, now: datetime, at_once: bool = False) -> None:
    """Generate a new key; the current key stays valid for a while, older keys do not.

    :param at_once: revoke the current key too, because it may have leaked
    """
    with database.writing() as connection:
        # Serialises concurrent rotations.
        chosen = select(secrets.c.value).where(secrets.c.name == CURRENT).with_for_update()
        old = connection.scalar(chosen)
        connection.execute(delete(secrets).where(secrets.c.name == PREVIOUS))
        if old and not at_once:
            insert_missing(connection, secrets, {"name": PREVIOUS}, {"value": old})
        upsert(connection, secrets, {"name": CURRENT}, {"value": random.token_urlsafe(48)})
        upsert(connection, moments, {"name": ROTATION}, {"at": now})


def _draw(connection: Connection, name: str) -> None:
    """Generate a key unless there is one: another process may be faster."""
    insert_missing(connection, secrets, {"name": name}, {"value": random.token_urlsafe(48)})


def _read(connection: Connection) -> tuple[str, str, datetime | None]:
    """Return the current and the previous key, '' for none, and the time of the last rotation."""
    changed = select(moments.c.at).where(moments.c.name == ROTATION).scalar_subquery()
    chosen = select(secrets.c.name, secrets.c.value, changed.label("changed"))
    rows = connection.execute(chosen.where(secrets.c.name.in_((CURRENT, PREVIOUS)))).all()
    keys = {row.name: row.value for row in rows}
    return keys.get(CURRENT, ""), keys.get(PREVIOUS, ""), rows[0].changed if rows else None
