"""Agents: who may work at a desk, by a password of ours or by an identity provider's word."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from . import audit, passwords, sign_in_throttle
from .cases import utc_now
from .database import Database
from .schema import agents, devices, sessions
from .sign_in_throttle import Key
from .upsert import insert_into

LONGEST_NAME: Final = 100
ROLES: Final = ("agent", "lead")
Passwords = Literal["everybody", "agents", "nobody"]
"""Who may work with a password of ours; the others come through the identity provider."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Agent:
    """Somebody of a portal's desk, or, with '' for the portal, of the one outside of all."""

    id: int
    portal: str
    name: str
    role: str
    vouched: bool = False
    """Whether an identity provider vouches for them: then others may have the same name."""
    kept: str = field(default="", repr=False, compare=False)
    """The hash of the password that they have just told, '' where none was asked for."""

    @property
    def signature(self) -> str:
        """What stands in the audit and under notes: nobody else's."""
        return f"{self.name[:80]} (#{self.id})" if self.vouched else self.name


class NameTaken(Exception):
    """There is an agent of this name already."""


class Agents:
    """The agents of all desks.

    :param allowed: who may work with a password
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime] = utc_now,
        allowed: Passwords = "everybody",
    ) -> None:
        self._database = database
        self._now = now
        self._allowed = allowed

    def add(
        self, portal: str, name: str, role: str, password: str, words: Iterable[str] = ()
    ) -> Agent:
        """Add an agent with a password.

        :param words: that mean something at this desk, and make a password easy to guess
        :raise ValueError: the password is too short, too long, or easily guessed
        :raise NameTaken: the desk has an agent of this name
        :raise DatabaseUnavailable: it does not answer
        """
        name, kept = _normal(name), passwords.hash_new(password, name, *words)
        row = {"portal": portal, "name": name, "role": role, "password": kept, "added": self._now()}
        try:
            with self._database.writing() as connection:
                made = connection.execute(insert(agents).values(row).returning(agents.c.id))
                return Agent(made.scalar_one(), portal, name, role)
        except IntegrityError:
            raise NameTaken(name) from None

    def all(self, portal: str | None = None) -> list[Agent]:
        """Return the agents of a desk, or of all.

        :raise DatabaseUnavailable: it does not answer
        """
        chosen = select(agents).order_by(agents.c.portal, agents.c.name)
        if portal is not None:
            chosen = chosen.where(agents.c.portal == portal)
        with self._database.reading() as connection:
            rows = connection.execute(chosen).all()
        return [agent_of_row(row) for row in rows]

    def set_role(self, portal: str, name: str, role: str) -> bool:
        """Give an agent with a password another role, at once; False when there is none.

        :raise DatabaseUnavailable: it does not answer
        """
        chosen = update(agents).where(_local(portal, name)).values(role=role)
        with self._database.writing() as connection:
            return connection.execute(chosen).rowcount == 1

    def set_password(
        self, portal: str, name: str, password: str, words: Iterable[str] = ()
    ) -> bool:
        """Give an agent another password, sign them out everywhere; False when there is none.

        :raise ValueError: the password is too short, too long, or easily guessed
        :raise DatabaseUnavailable: it does not answer
        """
        name, kept = _normal(name), passwords.hash_new(password, name, *words)
        with self._database.writing() as connection:
            sign_in_throttle.forget(connection, portal, name)
            changed = update(agents).where(_local(portal, name)).values(password=kept)
            agent = connection.execute(changed.returning(agents.c.id)).scalar()
            if agent is not None:
                _sign_out(connection, agent)
        return agent is not None

    def change_password(self, agent: Agent, old: str, new: str, words: Iterable[str] = ()) -> bool:
        """Give an agent the password they chose, sign them out everywhere; False for a wrong one.

        :param old: the password that they have
        :raise ValueError: the new one is too short, too long, or easily guessed
        :raise Locked: too many wrong ones were told here
        :raise Busy: too many passwords are being checked
        :raise DatabaseUnavailable: it does not answer
        """
        with passwords.KNOWN.taken():
            with self._database.writing() as connection:
                sign_in_throttle.count_here(connection, agent.portal, agent.name, self._now())
            with self._database.reading() as connection:
                row = connection.execute(select(agents).where(agents.c.id == agent.id)).first()
            if row is None or not passwords.is_right(old, row.password):
                return False
            with self._database.writing() as connection:
                sign_in_throttle.forgive_here(connection, agent.portal, agent.name)
            # Last: it is costly, and others may have found the session open.
            kept = passwords.hash_new(new, agent.name, *words)
        with self._database.writing() as connection:
            same = (agents.c.id == agent.id) & (agents.c.password == row.password)
            if not connection.execute(update(agents).where(same).values(password=kept)).rowcount:
                return False
            _sign_out(connection, agent.id)
            audit.write(connection, self._now(), agent.portal, agent.signature, "password", "")
        return True

    def sign_out(self, portal: str, name: str) -> int:
        """Sign out every agent of a name, however they sign in; tell how many there are.

        :raise DatabaseUnavailable: it does not answer
        """
        with self._database.writing() as connection:
            found = connection.scalars(select(agents.c.id).where(_named(portal, name))).all()
            for agent in found:
                _sign_out(connection, agent)
        return len(found)

    def unlock(self, portal: str, name: str) -> None:
        """Forget the wrong passwords of a name.

        :raise DatabaseUnavailable: it does not answer
        """
        with self._database.writing() as connection:
            sign_in_throttle.forget(connection, portal, _normal(name))
            theirs = devices.c.agent.in_(select(agents.c.id).where(_local(portal, name)))
            connection.execute(update(devices).where(theirs).values(failures=0))

    def remove(self, portal: str, name: str) -> int:
        """Remove every agent of a name, however they sign in, and sign them out; tell how many.

        :raise DatabaseUnavailable: it does not answer
        """
        with self._database.writing() as connection:
            return connection.execute(delete(agents).where(_named(portal, name))).rowcount

    def check(
        self, portal: str, name: str, password: str, network: str = "", device: Key | None = None
    ) -> Agent | None:
        """Return the agent of a name and password, None when they do not fit.

        :param network: where the try comes from; it counts unless the device is known
        :raise Locked: too many wrong ones came for this name from there, or by this device
        :raise Busy: too many passwords are being checked
        :raise DatabaseUnavailable: it does not answer
        """
        name, now = typed_name(name), self._now()
        with (passwords.KNOWN if device else passwords.STRANGERS).taken():
            with self._database.writing() as connection:
                if device:
                    lock = sign_in_throttle.count_on_device(connection, device, now)
                else:
                    lock = sign_in_throttle.count_attempt(connection, portal, name, network, now)
            with self._database.reading() as connection:
                row = connection.execute(select(agents).where(_local(portal, name))).first()
            right = passwords.is_right(password, row.password if row else None)
            fresh = passwords.renewed(password, row.password) if right and row else None
        if not right or row is None:
            if lock:
                log.warning("A name at the desk of %r is locked for %s", portal, lock)
            return None
        with self._database.writing() as connection:
            if device:
                sign_in_throttle.forgive_device(connection, device)
            else:
                sign_in_throttle.forgive(connection, portal, name, network)
            if fresh:
                same = (agents.c.id == row.id) & (agents.c.password == row.password)
                connection.execute(update(agents).where(same).values(password=fresh))
        agent = read_agent(row, self._allowed)
        return agent and replace(agent, kept=fresh or row.password)

    def known_by(self, portal: str, issuer: str, subject: str, name: str, role: str) -> Agent:
        """Return the agent that an identity provider vouches for, with the name and role it tells.

        :raise DatabaseUnavailable: it does not answer
        """
        told = {"name": _normal(name.replace("\0", ""))[:LONGEST_NAME], "role": role}
        key = {"portal": portal, "issuer": issuer, "subject": subject}
        with self._database.writing() as connection:
            row = insert_into(connection, agents).values({**key, **told, "added": self._now()})
            upsert = row.on_conflict_do_update(index_elements=list(key), set_=told)
            id = connection.execute(upsert.returning(agents.c.id)).scalar_one()
        return Agent(id, portal, told["name"], role, vouched=True)


def _sign_out(connection: Connection, agent: int) -> None:
    for table in (sessions, devices):
        connection.execute(delete(table).where(table.c.agent == agent))


def _named(portal: str, name: str) -> ColumnElement[bool]:
    return (agents.c.portal == portal) & (agents.c.name == _normal(name))


def _local(portal: str, name: str) -> ColumnElement[bool]:
    return _named(portal, name) & agents.c.password.is_not(None)


def _normal(name: str) -> str:
    # Vietnamese letters are composed in one keyboard's way or another's.
    return unicodedata.normalize("NFC", name)


def typed_name(name: str) -> str:
    """Return a name that was typed as it is kept."""
    return _normal(name.replace("\0", "").strip())[:LONGEST_NAME]


def read_agent(row: Row[Any], allowed: Passwords) -> Agent | None:
    """Return the agent of a row with the role that they have by the way they sign in.

    None for one with a password where nobody may work with one.
    """
    agent = agent_of_row(row)
    if agent.vouched or allowed == "everybody":
        return agent
    return replace(agent, role="agent") if allowed == "agents" else None


def agent_of_row(row: Row[Any]) -> Agent:
    """Return the agent of a row, with the role that is kept."""
    return Agent(row.id, row.portal, row.name, row.role, row.issuer is not None)
