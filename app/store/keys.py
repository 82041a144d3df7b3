"""The key that cookies are signed with: drawn once, kept in the database, known to all machines."""

from __future__ import annotations

import secrets as random

from sqlalchemy import select

from .adding import add_missing
from .database import Database
from .schema import secrets

COOKIES = "cookies"


def signing_key(database: Database) -> str:
    """Return the key, drawing it when there is none yet.

    :raise DatabaseAway: it does not answer
    """
    chosen = select(secrets.c.value).where(secrets.c.name == COOKIES)
    with database.reading() as connection:
        key = connection.execute(chosen).scalar()
    if key:
        return str(key)
    with database.writing() as connection:  # another process may have been faster
        add_missing(connection, secrets, {"name": COOKIES}, {"value": random.token_urlsafe(48)})
        return str(connection.execute(chosen).scalar_one())
