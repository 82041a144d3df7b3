"""Agents: who may work at a desk, by a password of ours or by an identity provider's word."""

from __future__ import annotations

import hashlib
import logging
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from . import passwords
from .adding import add_missing
from .cases import utc_now
from .database import Database
from .schema import agents, sessions

ROLES: Final = ("agent", "lead")
SHIFT: Final = timedelta(hours=12)
"""How long somebody stays signed in."""
LONGEST_NAME: Final = 100

log = logging.getLogger(__name__)


class NameTaken(Exception):
    """There is an agent of this name already."""


@dataclass(frozen=True)
class Agent:
    """Somebody of a portal's desk, or, with '' for the portal, of the one outside of all."""

    id: int
    portal: str
    name: str
    role: str
    vouched: bool = False
    """Whether an identity provider vouches for them: then others may have the same name."""

    @property
    def signature(self) -> str:
        """What stands in the audit and under notes: nobody else's."""
        return f"{self.name[:80]} (#{self.id})" if self.vouched else self.name


class Agents:
    """The agents of all desks, and who of them is signed in."""

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    def add(self, portal: str, name: str, role: str, password: str) -> Agent:
        """Add an agent with a password.

        :raise ValueError: the password is too short or too long
        :raise NameTaken: the desk has an agent of this name
        :raise DatabaseAway: it does not answer
        """
        name, kept = _normal(name), passwords.hash_password(password)
        row = {"portal": portal, "name": name, "role": role, "password": kept, "added": self._now()}
        try:
            with self._database.writing() as connection:
                made = connection.execute(insert(agents).values(row).returning(agents.c.id))
                return Agent(made.scalar_one(), portal, name, role)
        except IntegrityError:
            raise NameTaken(name) from None

    def all(self, portal: str | None = None) -> list[Agent]:
        """Return the agents of a desk, or of all.

        :raise DatabaseAway: it does not answer
        """
        chosen = select(agents).order_by(agents.c.portal, agents.c.name)
        if portal is not None:
            chosen = chosen.where(agents.c.portal == portal)
        with self._database.reading() as connection:
            rows = connection.execute(chosen).all()
        return [_agent(row) for row in rows]

    def set_role(self, portal: str, name: str, role: str) -> bool:
        """Give an agent with a password another role, at once; False when there is none.

        :raise DatabaseAway: it does not answer
        """
        chosen = update(agents).where(_local(portal, _normal(name))).values(role=role)
        with self._database.writing() as connection:
            return connection.execute(chosen).rowcount == 1

    def set_password(self, portal: str, name: str, password: str) -> bool:
        """Give an agent another password, sign them out everywhere; False when there is none.

        :raise ValueError: the password is too short or too long
        :raise DatabaseAway: it does not answer
        """
        name, kept = _normal(name), passwords.hash_password(password)
        with self._database.writing() as connection:
            passwords.forgive(connection, portal, name)
            row = connection.execute(
                update(agents).where(_local(portal, name)).values(password=kept)
                .returning(agents.c.id)
            ).first()  # fmt: skip
            if row:
                connection.execute(delete(sessions).where(sessions.c.agent == row.id))
        return row is not None

    def unlock(self, portal: str, name: str) -> None:
        """Forget the wrong passwords of a name.

        :raise DatabaseAway: it does not answer
        """
        with self._database.writing() as connection:
            passwords.forgive(connection, portal, _normal(name))

    def remove(self, portal: str, name: str) -> int:
        """Remove every agent of a name, however they sign in, and sign them out; tell how many.

        :raise DatabaseAway: it does not answer
        """
        named = (agents.c.portal == portal) & (agents.c.name == _normal(name))
        with self._database.writing() as connection:
            return connection.execute(delete(agents).where(named)).rowcount

    def check(self, portal: str, name: str, password: str) -> Agent | None:
        """Return the agent of a name and password, None when they do not fit.

        :raise Locked: too many wrong ones came for this name
        :raise DatabaseAway: it does not answer
        """
        name = _normal(name.replace("\0", "").strip())[:LONGEST_NAME]
        with self._database.writing() as connection:
            lock = passwords.count_attempt(connection, portal, name, self._now())
        with self._database.reading() as connection:
            row = connection.execute(select(agents).where(_local(portal, name))).first()
        if not passwords.is_right(password, row.password if row else None) or row is None:
            if lock:
                log.warning("A name at the desk of %r is locked for %s", portal, lock)
            return None
        with self._database.writing() as connection:
            passwords.forgive(connection, portal, name)
        return _agent(row)

    def known_by(self, portal: str, issuer: str, subject: str, name: str, role: str) -> Agent:
        """Return the agent that an identity provider vouches for, with the name and role it tells.

        :raise DatabaseAway: it does not answer
        """
        told = {"name": _normal(name.replace("\0", ""))[:LONGEST_NAME], "role": role}
        theirs = {"portal": portal, "issuer": issuer, "subject": subject}
        with self._database.writing() as connection:
            add_missing(connection, agents, theirs, told | {"added": self._now()})
            same = [agents.c[key] == value for key, value in theirs.items()]
            row = connection.execute(
                update(agents).where(*same).values(told).returning(agents.c.id)
            ).one()
        return Agent(row.id, portal, told["name"], role, vouched=True)

    def sign_in(self, agent: Agent) -> str:
        """Begin a session and return its token, of which only a digest is kept.

        :raise DatabaseAway: it does not answer
        """
        token, now = secrets.token_urlsafe(32), self._now()
        row = {"token": _digest(token), "agent": agent.id, "expires": now + SHIFT}
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires <= now))
            connection.execute(insert(sessions).values(row))
        return token

    def signed_in(self, portal: str, token: str) -> Agent | None:
        """Return who a session is of, None when it has ended or belongs to another desk.

        :raise DatabaseAway: it does not answer
        """
        chosen = (
            select(agents)
            .join(sessions, sessions.c.agent == agents.c.id)
            .where(sessions.c.token == _digest(token), sessions.c.expires > self._now())
            .where(agents.c.portal == portal)
        )
        with self._database.reading() as connection:
            row = connection.execute(chosen).first()
        return _agent(row) if row else None

    def sign_out(self, token: str) -> None:
        """End a session.

        :raise DatabaseAway: it does not answer
        """
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.token == _digest(token)))


def _agent(row: Row[Any]) -> Agent:
    return Agent(row.id, row.portal, row.name, row.role, row.issuer is not None)


def _local(portal: str, name: str) -> ColumnElement[bool]:
    named = (agents.c.portal == portal) & (agents.c.name == name)
    return named & agents.c.password.is_not(None)


def _normal(name: str) -> str:
    # Vietnamese letters are composed in one keyboard's way or another's.
    return unicodedata.normalize("NFC", name)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
