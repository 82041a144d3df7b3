"""Sessions of signed-in agents: they end after 12 hours, when idle, and on request."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, insert, select, update

from .agents import Agent, PasswordPolicy, permitted_agent
from .cases import utc_now
from .database import Database, DatabaseUnavailable
from .schema import agents, sessions

SESSION_LIFETIME: Final = timedelta(hours=12)
"""How long a session lasts: one shift."""
IDLE_TIMEOUT: Final = timedelta(hours=1)
"""How long an unused session lasts, unless IDLE_MINUTES says otherwise."""
SEEN_INTERVAL: Final = timedelta(minutes=1)
"""How often the use of a session is recorded."""


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


class Sessions:
    """Sessions at all desks.

    :param idle: how long an unused session lasts
    :param passwords: who may sign in with a password
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime] = utc_now,
        idle: timedelta = IDLE_TIMEOUT,
        passwords: PasswordPolicy = "everybody",
    ) -> None:
        self._database = database
        self._now = now
        self._idle = idle
        self._passwords = passwords

    def begin(self, agent: Agent, replaced: str = "") -> str:
        """Begin a session, and return its token; only a digest is stored.

        :param replaced: token of the session that it replaces, '' for none
        :raise CredentialsChanged: the agent may not sign in any more
        :raise DatabaseUnavailable: the database does not answer
        """
        token, now = secrets.token_urlsafe(32), self._now()
        row = {"agent": agent.id, "begun": now, "seen": now, "expires": now + SESSION_LIFETIME}
        old = (sessions.c.expires <= now) | (sessions.c.token == digest(replaced))
        with self._database.writing() as connection:
            # Locked: a change of the password waits, and then ends this session too.
            chosen = select(agents.c.password).where(agents.c.id == agent.id).with_for_update()
            found = connection.execute(chosen).first()
            if found is None or (agent.password_hash and found.password != agent.password_hash):
                raise CredentialsChanged
            connection.execute(delete(sessions).where(old))
            connection.execute(insert(sessions).values(row | {"token": digest(token)}))
        return token

    def find_agent(self, portal: str, token: str) -> Agent | None:
        """Return the agent of a session, None if it has ended or belongs to another desk.

        :raise DatabaseUnavailable: the database does not answer
        """
        now, same_token = self._now(), sessions.c.token == digest(token)
        chosen = (
            select(agents, sessions.c.seen)
            .join(sessions, sessions.c.agent == agents.c.id)
            .where(same_token, self._valid(now), agents.c.portal == portal)
        )
        with self._database.reading() as connection:
            row = connection.execute(chosen).first()
        if row is None:
            return None
        if now - row.seen >= SEEN_INTERVAL:
            # A database that is only readable just now should not sign anybody out.
            with suppress(DatabaseUnavailable), self._database.writing() as connection:
                connection.execute(update(sessions).where(same_token).values(seen=now))
        return permitted_agent(row, self._passwords)

    def list_for(self, agent: Agent) -> list[Session]:
        """Return an agent's sessions, most recently used first.

        :raise DatabaseUnavailable: the database does not answer
        """
        chosen = select(sessions).where(sessions.c.agent == agent.id, self._valid(self._now()))
        with self._database.reading() as connection:
            rows = connection.execute(chosen.order_by(sessions.c.seen.desc())).all()
        return [Session(row.token, row.begun, row.seen) for row in rows]

    def end(self, token: str) -> None:
        """End a session.

        :raise DatabaseUnavailable: the database does not answer
        """
        self._end(sessions.c.token == digest(token))

    def end_by_id(self, agent: Agent, id: str) -> int:
        """End one of an agent's sessions by its id; return how many ended.

        :raise DatabaseUnavailable: the database does not answer
        """
        return self._end((sessions.c.token == id) & (sessions.c.agent == agent.id))

    def end_others(self, agent: Agent, token: str) -> int:
        """End all of an agent's sessions except one; return how many ended.

        :raise DatabaseUnavailable: the database does not answer
        """
        return self._end((sessions.c.token != digest(token)) & (sessions.c.agent == agent.id))

    def _end(self, condition: ColumnElement[bool]) -> int:
        with self._database.writing() as connection:
            return connection.execute(delete(sessions).where(condition)).rowcount

    def _valid(self, now: datetime) -> ColumnElement[bool]:
        # One that ends later than a lifetime from now was begun before the clock was set back.
        latest = now + SESSION_LIFETIME + SEEN_INTERVAL
        lasts = (sessions.c.expires > now) & (sessions.c.expires <= latest)
        return lasts & (sessions.c.seen > now - self._idle)
