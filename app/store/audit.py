"""Audit log: who opened, viewed, changed or deleted which case, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert, select

from .database import Database
from .schema import audit, cases

RETENTION: Final = timedelta(days=365)
"""How long an entry is kept."""
LATELY: Final = 500
"""Entries of an agent among which the cases are that they worked with lately."""


@dataclass(frozen=True)
class AuditEntry:
    """Audit entry; ``agent`` is '' for the person with the problem and for expiry."""

    at: datetime
    agent: str
    action: str
    code: str


def write(
    connection: Connection, at: datetime, portal: str, agent: str, action: str, code: str
) -> None:
    """Add an entry, in the transaction of the change that it records."""
    entry = insert(audit).values(at=at, portal=portal, agent=agent, action=action, code=code)
    connection.execute(entry)


def has_entry(connection: Connection, agent: str, code: str, since: datetime) -> bool:
    """Return whether an agent has an entry about a case since a moment."""
    matching = (audit.c.code == code) & (audit.c.agent == agent) & (audit.c.at > since)
    return connection.execute(select(audit.c.id).where(matching).limit(1)).first() is not None


def read(database: Database, portal: str, limit: int) -> list[AuditEntry]:
    """Return a portal's entries, newest first."""
    chosen = select(audit.c.at, audit.c.agent, audit.c.action, audit.c.code)
    chosen = chosen.where(audit.c.portal == portal).order_by(audit.c.id.desc()).limit(limit)
    with database.reading() as connection:
        return [AuditEntry(*row) for row in connection.execute(chosen)]


def recent_codes(database: Database, portal: str, agent: str, limit: int) -> list[str]:
    """Return the codes of open cases that an agent worked with lately, most recent first."""
    mine = select(audit.c.code, audit.c.id).where(audit.c.portal == portal, audit.c.agent == agent)
    lately = mine.order_by(audit.c.id.desc()).limit(LATELY).subquery()
    chosen = (
        select(lately.c.code)
        .join(cases, cases.c.code == lately.c.code)
        .where(cases.c.ended.is_(None))
        .order_by(lately.c.id.desc())
    )
    with database.reading() as connection:
        codes = connection.scalars(chosen).all()
    return list(dict.fromkeys(codes))[:limit]
