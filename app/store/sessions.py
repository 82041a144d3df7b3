"""Sessions of agents at work: they end after a shift, when nothing is done, and on request."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, insert, select, update

from .agents import Agent, Passwords, read_agent
from .cases import utc_now
from .database import Database, DatabaseUnavailable
from .schema import agents, sessions

SHIFT: Final = timedelta(hours=12)
"""How long somebody stays signed in."""
IDLE: Final = timedelta(hours=1)
"""How long somebody stays signed in without doing anything, unless a setting says otherwise."""
OFTEN: Final = timedelta(minutes=1)
"""How often it is written down that somebody does something."""


def digest(token: str) -> str:
    """Return the SHA-256 digest of a token: 256 random bits need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class Outdated(Exception):
    """Whoever signs in was removed, or the password they told was changed, a moment ago."""


@dataclass(frozen=True)
class Session:
    """A session; nothing tells where it is.  ``id`` is a digest of its token, and no key to it."""

    id: str
    begun: datetime
    seen: datetime


class Sessions:
    """Who is signed in at the desks.

    :param idle: how long somebody stays signed in without doing anything
    :param passwords: who may work with a password
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime] = utc_now,
        idle: timedelta = IDLE,
        passwords: Passwords = "everybody",
    ) -> None:
        self._database = database
        self._now = now
        self._idle = idle
        self._passwords = passwords

    def begin(self, agent: Agent, instead: str = "") -> str:
        """Begin a session and return its token, of which only a digest is kept.

        :param instead: the token of the session that it takes the place of, '' for none
        :raise Outdated: the agent may not sign in any more
        :raise DatabaseUnavailable: it does not answer
        """
        token, now = secrets.token_urlsafe(32), self._now()
        row = {"agent": agent.id, "begun": now, "seen": now, "expires": now + SHIFT}
        old = (sessions.c.expires <= now) | (sessions.c.token == digest(instead))
        with self._database.writing() as connection:
            chosen = select(agents.c.password).where(agents.c.id == agent.id).with_for_update()
            found = connection.execute(chosen).first()  # a change waits, and then ends this one
            if found is None or (agent.kept and found.password != agent.kept):
                raise Outdated
            connection.execute(delete(sessions).where(old))
            connection.execute(insert(sessions).values(row | {"token": digest(token)}))
        return token

    def agent_of(self, portal: str, token: str) -> Agent | None:
        """Return who a session is of, None when it has ended or belongs to another desk.

        :raise DatabaseUnavailable: it does not answer
        """
        now, this = self._now(), sessions.c.token == digest(token)
        chosen = (
            select(agents, sessions.c.seen)
            .join(sessions, sessions.c.agent == agents.c.id)
            .where(this, self._alive(now), agents.c.portal == portal)
        )
        with self._database.reading() as connection:
            row = connection.execute(chosen).first()
        if row is None:
            return None
        if now - row.seen >= OFTEN:
            # A database that only reads just now is no reason to stop somebody who is at work.
            with suppress(DatabaseUnavailable), self._database.writing() as connection:
                connection.execute(update(sessions).where(this).values(seen=now))
        return read_agent(row, self._passwords)

    def of_agent(self, agent: Agent) -> list[Session]:
        """Return an agent's sessions, the one that was seen last first.

        :raise DatabaseUnavailable: it does not answer
        """
        chosen = select(sessions).where(sessions.c.agent == agent.id, self._alive(self._now()))
        with self._database.reading() as connection:
            rows = connection.execute(chosen.order_by(sessions.c.seen.desc())).all()
        return [Session(row.token, row.begun, row.seen) for row in rows]

    def end(self, token: str) -> None:
        """End a session.

        :raise DatabaseUnavailable: it does not answer
        """
        self._end(sessions.c.token == digest(token))

    def end_one(self, agent: Agent, id: str) -> int:
        """End one of an agent's own sessions; tell how many ended.

        :raise DatabaseUnavailable: it does not answer
        """
        return self._end((sessions.c.token == id) & (sessions.c.agent == agent.id))

    def end_others(self, agent: Agent, token: str) -> int:
        """End all of an agent's sessions but one; tell how many ended.

        :raise DatabaseUnavailable: it does not answer
        """
        return self._end((sessions.c.token != digest(token)) & (sessions.c.agent == agent.id))

    def _end(self, which: ColumnElement[bool]) -> int:
        with self._database.writing() as connection:
            return connection.execute(delete(sessions).where(which)).rowcount

    def _alive(self, now: datetime) -> ColumnElement[bool]:
        # One that ends later than a shift from now was begun by a clock that has gone back.
        lasts = (sessions.c.expires > now) & (sessions.c.expires <= now + SHIFT + OFTEN)
        return lasts & (sessions.c.seen > now - self._idle)
