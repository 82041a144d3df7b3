"""Known devices: browsers in which an agent signed in before, throttled on their own.

Other people's wrong passwords cannot lock an agent out of a known device.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update

from .agents import Agent, normalise_name
from .cases import utc_now
from .database import Database
from .schema import agents, devices
from .sessions import digest
from .sign_in_throttle import RowKey

LIFETIME: Final = timedelta(days=90)
"""How long a device is known after the last sign-in on it."""
MAX_TOKEN_LENGTH: Final = 100


class Devices:
    """The known devices of all agents."""

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    def find(self, portal: str, name: str, token: str) -> RowKey | None:
        """Return the key of a device's row if this name has signed in on it, else None.

        :raise DatabaseUnavailable: the database does not answer
        """
        if not 0 < len(token) <= MAX_TOKEN_LENGTH:
            return None
        chosen = (
            select(devices.c.token, devices.c.agent)
            .join(agents, agents.c.id == devices.c.agent)
            .where(devices.c.token == digest(token), devices.c.expires > self._now())
            .where(agents.c.portal == portal, agents.c.name == normalise_name(name))
        )
        with self._database.reading() as connection:
            row = connection.execute(chosen).first()
        return dict(row._mapping) if row else None

    def remember(self, agent: Agent, token: str) -> str:
        """Register an agent's device, and return its new token; only a digest is stored.

        The new token also replaces the old one for other agents who signed in on this device.

        :param token: the device's current token, '' for none
        :raise DatabaseUnavailable: the database does not answer
        """
        new, now = secrets.token_urlsafe(32), self._now()
        own = (devices.c.token == digest(new)) & (devices.c.agent == agent.id)
        fresh = {"failures": 0, "locked_until": now, "expires": now + LIFETIME}
        with self._database.writing() as connection:
            connection.execute(delete(devices).where(devices.c.expires <= now))
            same_device = devices.c.token == digest(token)
            connection.execute(update(devices).where(same_device).values(token=digest(new)))
            if not connection.execute(update(devices).where(own).values(fresh)).rowcount:
                row = {"token": digest(new), "agent": agent.id}
                connection.execute(insert(devices).values(row | fresh))
        return new
