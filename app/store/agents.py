"""Agents of the desks, who sign in with a password or through an identity provider."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from . import audit, passwords
from . import sign_in_throttle as throttle
from .cases import utc_now
from .database import Database
from .schema import agents, attempts, devices, sessions
from .sign_in_throttle import RowKey
from .upsert import insert_into

MAX_NAME_LENGTH: Final = 100
ROLES: Final = ("agent", "lead")
PasswordPolicy = Literal["everybody", "agents", "nobody"]
"""Who may sign in with a password; everybody else signs in through the identity provider."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Agent:
    """Agent of a portal's desk; ``portal`` is '' for the desk outside all portals."""

    id: int
    portal: str
    name: str
    role: str
    federated: bool = False
    """Signs in through an identity provider; such names are not unique."""
    password_hash: str = field(default="", repr=False, compare=False)
    """Hash of the password just checked, '' if none was."""

    @property
    def signature(self) -> str:
        """Unique name for the audit log and for notes."""
        return f"{self.name[:80]} (#{self.id})" if self.federated else self.name


@dataclass(frozen=True)
class Agents:
    """The agents of all desks.

    :param allowed: who may sign in with a password
    """

    database: Database
    now: Callable[[], datetime] = utc_now
    allowed: PasswordPolicy = "everybody"

    def add(
        self, portal: str, name: str, role: str, password: str, words: Iterable[str] = ()
    ) -> Agent:
        """Add an agent with a password.

        :param words: words of this desk, which make a password easy to guess
        :raise ValueError: the password is too short, too long, or easily guessed, or the desk has
            an agent of this name
        """
        hashed = passwords.hash_new_password(password, name, *words)
        row = {"portal": portal, "name": _nfc(name), "role": role, "password": hashed}
        made = insert(agents).values(**row, added=self.now()).returning(agents)
        try:
            with self.database.writing() as connection:
                return agent_from_row(connection.execute(made).one())
        except IntegrityError:
            raise ValueError(f"agent {name!r} already exists") from None

    def all(self) -> list[Agent]:
        """Return the agents of all desks."""
        chosen = select(agents).order_by(agents.c.portal, agents.c.name)
        with self.database.reading() as connection:
            return [agent_from_row(row) for row in connection.execute(chosen)]

    def set_role(self, portal: str, name: str, role: str) -> bool:
        """Set the role of an agent with a password; return False if there is none."""
        chosen = update(agents).where(_has_password(portal, name)).values(role=role)
        with self.database.writing() as connection:
            return connection.execute(chosen).rowcount == 1

    def set_password(
        self, portal: str, name: str, password: str, words: Iterable[str] = ()
    ) -> bool:
        """Set an agent's password and end their sessions; return False if there is no such agent.

        :raise ValueError: the password is too short, too long, or easily guessed
        """
        name, hashed = _nfc(name), passwords.hash_new_password(password, name, *words)
        with self.database.writing() as connection:
            throttle.reset_name(connection, portal, name)
            changed = update(agents).where(_has_password(portal, name)).values(password=hashed)
            found = connection.scalars(changed.returning(agents.c.id)).all()
            _sign_out(connection, *found)
        return bool(found)

    def change_password(self, agent: Agent, old: str, new: str, words: Iterable[str] = ()) -> bool:
        """Change an agent's own password and end their sessions; return False if ``old`` is wrong.

        :param old: the current password
        :raise ValueError: the new one is too short, too long, or easily guessed
        :raise SignInLocked: too many wrong passwords
        :raise SlotsFull: too many passwords are being checked
        """
        with passwords.KNOWN_DEVICE_SLOTS.taken():
            with self.database.writing() as connection:
                key = throttle.reauthentication_key(connection, agent.portal, agent.name)
                throttle.count(connection, attempts, key, self.now())
            with self.database.reading() as connection:
                row = connection.execute(select(agents).where(agents.c.id == agent.id)).first()
            if row is None or not passwords.verify(old, row.password):
                return False
            with self.database.writing() as connection:
                connection.execute(delete(attempts).filter_by(**key))
            # Only after the old one was right: the check of a new password is expensive.
            hashed = passwords.hash_new_password(new, agent.name, *words)
        with self.database.writing() as connection:
            same = update(agents).filter_by(id=agent.id, password=row.password)
            if not connection.execute(same.values(password=hashed)).rowcount:
                return False
            _sign_out(connection, agent.id)
            audit.write(connection, self.now(), agent.portal, agent.signature, "password", "")
        return True

    def sign_out(self, portal: str, name: str) -> int:
        """End the sessions of every agent of a name; return how many agents there are."""
        with self.database.writing() as connection:
            found = connection.scalars(select(agents.c.id).where(_has_name(portal, name))).all()
            _sign_out(connection, *found)
        return len(found)

    def unlock(self, portal: str, name: str) -> None:
        """Clear all counted wrong passwords of a name."""
        with self.database.writing() as connection:
            throttle.reset_name(connection, portal, _nfc(name))
            own = devices.c.agent.in_(select(agents.c.id).where(_has_password(portal, name)))
            connection.execute(update(devices).where(own).values(failures=0))

    def remove(self, portal: str, name: str) -> int:
        """Delete every agent of a name with their sessions; return how many."""
        with self.database.writing() as connection:
            return connection.execute(delete(agents).where(_has_name(portal, name))).rowcount

    def check(
        self, portal: str, name: str, password: str, network: str = "", device: RowKey | None = None
    ) -> Agent | None:
        """Return the agent of a name and password, None if either is wrong.

        :param network: of the client; ignored for a known device
        :param device: key of the known device, from ``Devices.find``
        :raise SignInLocked: too many wrong passwords for this name from this network or device
        :raise SlotsFull: too many passwords are being checked
        """
        name, now = normalise_name(name), self.now()
        with (passwords.KNOWN_DEVICE_SLOTS if device else passwords.UNKNOWN_DEVICE_SLOTS).taken():
            with self.database.writing() as connection:
                if device:
                    lock = throttle.count(connection, devices, device, now)
                else:
                    lock = throttle.count_attempt(connection, portal, name, network, now)
            with self.database.reading() as connection:
                row = connection.execute(select(agents).where(_has_password(portal, name))).first()
            right = passwords.verify(password, row.password if row else None)
            fresh = passwords.rehash(password, row.password) if right and row else None
        if not right or row is None:
            if lock:
                log.warning("A name at the desk of %r is locked for %s", portal, lock)
            return None
        with self.database.writing() as connection:
            if device:
                connection.execute(update(devices).filter_by(**device).values(failures=0))
            else:
                throttle.reset_network(connection, portal, name, network)
            if fresh:
                same = update(agents).filter_by(id=row.id, password=row.password)
                connection.execute(same.values(password=fresh))
        agent = permitted_agent(row, self.allowed)
        return agent and replace(agent, password_hash=fresh or row.password)

    def provision(self, portal: str, issuer: str, subject: str, name: str, role: str) -> Agent:
        """Insert or update the agent of an identity provider's subject, and return it."""
        claims = {"name": _nfc(name.replace("\0", ""))[:MAX_NAME_LENGTH], "role": role}
        key = {"portal": portal, "issuer": issuer, "subject": subject}
        with self.database.writing() as connection:
            row = insert_into(connection, agents).values(**key, **claims, added=self.now())
            upsert = row.on_conflict_do_update(index_elements=list(key), set_=claims)
            return agent_from_row(connection.execute(upsert.returning(agents)).one())


def _sign_out(connection: Connection, *ids: int) -> None:
    for table in (sessions, devices):
        connection.execute(delete(table).where(table.c.agent.in_(ids)))


def _has_name(portal: str, name: str) -> ColumnElement[bool]:
    return (agents.c.portal == portal) & (agents.c.name == _nfc(name))


def _has_password(portal: str, name: str) -> ColumnElement[bool]:
    return _has_name(portal, name) & agents.c.password.is_not(None)


def _nfc(name: str) -> str:
    # Keyboards differ in how they compose Vietnamese letters.
    return unicodedata.normalize("NFC", name)


def normalise_name(name: str) -> str:
    """Return a name that was typed in the form that is stored."""
    return _nfc(name.replace("\0", "").strip())[:MAX_NAME_LENGTH]


def permitted_agent(row: Row[Any], allowed: PasswordPolicy) -> Agent | None:
    """Return the agent of a row with the role that the password policy leaves them.

    None if the policy does not let them sign in.
    """
    agent = agent_from_row(row)
    if agent.federated or allowed == "everybody":
        return agent
    return replace(agent, role="agent") if allowed == "agents" else None


def agent_from_row(row: Row[Any]) -> Agent:
    """Return the agent of a row, with the stored role."""
    return Agent(row.id, row.portal, row.name, row.role, row.issuer is not None)
