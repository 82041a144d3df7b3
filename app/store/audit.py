"""The audit: who has opened, seen, changed or deleted which case, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert, select

from .database import Database
from .schema import audit, cases

KEPT: Final = timedelta(days=365)
"""How long a line of the audit is kept."""


@dataclass(frozen=True)
class AuditEntry:
    """One line; ``agent`` is '' for the person who needs help, and for time itself."""

    at: datetime
    agent: str
    action: str
    code: str


def write(
    connection: Connection, at: datetime, portal: str, agent: str, action: str, code: str
) -> None:
    """Add a line in the same transaction as what it is about."""
    line = {"at": at, "portal": portal, "agent": agent, "action": action, "code": code}
    connection.execute(insert(audit).values(line))


def wrote(connection: Connection, agent: str, code: str, since: datetime) -> bool:
    """Tell whether there is a line of an agent about a case since some moment."""
    theirs = (audit.c.code == code) & (audit.c.agent == agent) & (audit.c.at > since)
    return connection.execute(select(audit.c.id).where(theirs).limit(1)).first() is not None


def read(database: Database, portal: str, most: int) -> list[AuditEntry]:
    """Return a portal's lines, newest first.

    :raise DatabaseUnavailable: it does not answer
    """
    chosen = select(audit).where(audit.c.portal == portal)
    with database.reading() as connection:
        rows = connection.execute(chosen.order_by(audit.c.id.desc()).limit(most)).all()
    return [AuditEntry(row.at, row.agent, row.action, row.code) for row in rows]


def lately(database: Database, portal: str, agent: str, most: int) -> list[str]:
    """Return the codes of the living cases that an agent has seen last, newest first.

    :raise DatabaseUnavailable: it does not answer
    """
    chosen = (
        select(audit.c.code, audit.c.id)
        .join(cases, cases.c.code == audit.c.code)
        .where(audit.c.portal == portal, audit.c.agent == agent, cases.c.ended.is_(None))
        .order_by(audit.c.id.desc())
        .limit(200)
    )
    with database.reading() as connection:
        codes = [row.code for row in connection.execute(chosen)]
    return list(dict.fromkeys(codes))[:most]
