"""Sessions of signed-in agents, and the devices that they are known on.

A session ends after 12 hours, when idle, and on request.  A known device is a browser in which an
agent signed in before; it is throttled on its own, so that other people's wrong passwords cannot
lock the agent out.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from .agents import Agent, PasswordPolicy, normalise_name, permitted_agent
from .cases import utc_now
from .database import Database, DatabaseUnavailable
from .schema import agents, devices, sessions
from .sign_in_throttle import RowKey
from .upsert import upsert

SESSION_LIFETIME: Final = timedelta(hours=12)
"""How long a session lasts: one shift."""
IDLE_TIMEOUT: Final = timedelta(hours=1)
"""How long an unused session lasts, unless IDLE_MINUTES says otherwise."""
SEEN_INTERVAL: Final = timedelta(minutes=1)
"""How often the use of a session is recorded."""
DEVICE_LIFETIME: Final = timedelta(days=90)
"""How long a device is known after the last sign-in on it."""
MAX_TOKEN_LENGTH: Final = 100


# One that ends later than a lifetime from now was begun before the clock was set back.
VALID: Final = (
    (sessions.c.expires > bindparam("now"))
    & (sessions.c.expires <= bindparam("latest"))
    & (sessions.c.seen > bindparam("used_since"))
)
AGENT_OF: Final = (  # made once: each request of the desk asks it
    select(agents, sessions.c.seen)
    .join(sessions, sessions.c.agent == agents.c.id)
    .where(VALID, sessions.c.token == bindparam("of"), agents.c.portal == bindparam("portal"))
)


def digest(token: str) -> str:
    """Return the SHA-256 digest of a token: 256 random bits need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class CredentialsChanged(Exception):
    """The agent was removed, or their password changed, while they were signing in."""


@dataclass(frozen=True)
class Session:
    """A session; ``id`` is the digest of its token, which cannot be used to sign in."""

    id: str
    begun: datetime
    seen: datetime


@dataclass(frozen=True)
class Sessions:
    """Sessions at all desks.

    :param idle: how long an unused session lasts
    :param passwords: who may sign in with a password
    """

    database: Database
    now: Callable[[], datetime] = utc_now
    idle: timedelta = IDLE_TIMEOUT
    passwords: PasswordPolicy = "everybody"

    def begin(self, agent: Agent, replaced: str = "") -> str:
        """Begin a session, and return its token; only a digest is stored.

        :param replaced: token of the session that it replaces, '' for none
        :raise CredentialsChanged: the agent may not sign in any more
        """
        token, now = secrets.token_urlsafe(32), self.now()
        row = {"agent": agent.id, "begun": now, "seen": now, "expires": now + SESSION_LIFETIME}
        old = (sessions.c.expires <= now) | (sessions.c.token == digest(replaced))
        with self.database.writing() as connection:
            # Locked: a change of the password waits, and then ends this session too.
            chosen = select(agents.c.password).where(agents.c.id == agent.id).with_for_update()
            found = connection.execute(chosen).first()
            if found is None or (agent.password_hash and found.password != agent.password_hash):
                raise CredentialsChanged
            connection.execute(delete(sessions).where(old))
            connection.execute(insert(sessions).values(row | {"token": digest(token)}))
        return token

    def find_agent(self, portal: str, token: str) -> Agent | None:
        """Return the agent of a session, None if it has ended or belongs to another desk."""
        limits, of = self._limits(), digest(token)
        with self.database.reading() as connection:
            row = connection.execute(AGENT_OF, {**limits, "of": of, "portal": portal}).first()
        if row is None:
            return None
        if limits["now"] - row.seen >= SEEN_INTERVAL:
            used = update(sessions).where(sessions.c.token == of).values(seen=limits["now"])
            # A database that is only readable just now should not sign anybody out.
            with suppress(DatabaseUnavailable), self.database.writing() as connection:
                connection.execute(used)
        return permitted_agent(row, self.passwords)

    def list_for(self, agent: Agent) -> list[Session]:
        """Return an agent's sessions, most recently used first."""
        chosen = select(sessions.c.token, sessions.c.begun, sessions.c.seen)
        chosen = chosen.where(sessions.c.agent == agent.id, VALID)
        with self.database.reading() as connection:
            rows = connection.execute(chosen.order_by(sessions.c.seen.desc()), self._limits())
            return [Session(*row) for row in rows]

    def end(self, token: str) -> None:
        """End a session."""
        self._end(sessions.c.token == digest(token))

    def end_by_id(self, agent: Agent, id: str) -> int:
        """End one of an agent's sessions by its id; return how many ended."""
        return self._end((sessions.c.token == id) & (sessions.c.agent == agent.id))

    def end_others(self, agent: Agent, token: str) -> int:
        """End all of an agent's sessions except one; return how many ended."""
        return self._end((sessions.c.token != digest(token)) & (sessions.c.agent == agent.id))

    def _end(self, condition: ColumnElement[bool]) -> int:
        with self.database.writing() as connection:
            return connection.execute(delete(sessions).where(condition)).rowcount

    def _limits(self) -> dict[str, datetime]:
        """Return the values of ``VALID``."""
        now = self.now()
        latest = now + SESSION_LIFETIME + SEEN_INTERVAL
        return {"now": now, "latest": latest, "used_since": now - self.idle}


@dataclass(frozen=True)
class Devices:
    """The known devices of all agents."""

    database: Database
    now: Callable[[], datetime] = utc_now

    def find(self, portal: str, name: str, token: str) -> RowKey | None:
        """Return the key of a device's row if this name has signed in on it, else None."""
        if not 0 < len(token) <= MAX_TOKEN_LENGTH:
            return None
        chosen = (
            select(devices.c.token, devices.c.agent)
            .join(agents, agents.c.id == devices.c.agent)
            .where(devices.c.token == digest(token), devices.c.expires > self.now())
            .where(agents.c.portal == portal, agents.c.name == normalise_name(name))
        )
        with self.database.reading() as connection:
            row = connection.execute(chosen).first()
        return row._asdict() if row else None

    def remember(self, agent: Agent, token: str) -> str:
        """Register an agent's device, and return its new token; only a digest is stored.

        The new token also replaces the old one for other agents who signed in on this device.

        :param token: the device's current token, '' for none
        """
        new, now = secrets.token_urlsafe(32), self.now()
        same_device = devices.c.token == digest(token)
        fresh = {"failures": 0, "locked_until": now, "expires": now + DEVICE_LIFETIME}
        with self.database.writing() as connection:
            connection.execute(delete(devices).where(devices.c.expires <= now))
            connection.execute(update(devices).where(same_device).values(token=digest(new)))
            upsert(connection, devices, {"token": digest(new), "agent": agent.id}, fresh)
        return new
