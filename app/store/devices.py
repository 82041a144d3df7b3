"""Browsers that agents have signed in with: nobody else's wrong passwords lock them out there."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update

from .agents import Agent, typed_name
from .cases import utc_now
from .database import Database
from .schema import agents, devices
from .sessions import digest
from .sign_in_throttle import Key

LIFETIME: Final = timedelta(days=90)
"""How long a device is known after the last sign-in there."""
LONGEST_TOKEN: Final = 100


class Devices:
    """The browsers that are known to have been signed in with."""

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    def find(self, portal: str, name: str, token: str) -> Key | None:
        """Return the key of a device's row where a name has signed in there, None otherwise.

        :raise DatabaseUnavailable: it does not answer
        """
        if not 0 < len(token) <= LONGEST_TOKEN:
            return None
        chosen = (
            select(devices.c.token, devices.c.agent)
            .join(agents, agents.c.id == devices.c.agent)
            .where(devices.c.token == digest(token), devices.c.expires > self._now())
            .where(agents.c.portal == portal, agents.c.name == typed_name(name))
        )
        with self._database.reading() as connection:
            row = connection.execute(chosen).first()
        return dict(row._mapping) if row else None

    def remember(self, agent: Agent, token: str) -> str:
        """Know an agent's device from now on; return its new token, of which a digest is kept.

        Others who have signed in there are still known; a copy of the old token is worth nothing.

        :param token: the old one, '' for none
        :raise DatabaseUnavailable: it does not answer
        """
        new, now = secrets.token_urlsafe(32), self._now()
        theirs = (devices.c.token == digest(new)) & (devices.c.agent == agent.id)
        fresh = {"failures": 0, "locked_until": now, "expires": now + LIFETIME}
        with self._database.writing() as connection:
            connection.execute(delete(devices).where(devices.c.expires <= now))
            there = devices.c.token == digest(token)
            connection.execute(update(devices).where(there).values(token=digest(new)))
            if not connection.execute(update(devices).where(theirs).values(fresh)).rowcount:
                row = {"token": digest(new), "agent": agent.id}
                connection.execute(insert(devices).values(row | fresh))
        return new
