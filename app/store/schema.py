"""Tables as of the newest migration.

They hold no personal data of people with a mail problem: a case holds facts, facts hold domains.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData()


class Moment(TypeDecorator[datetime]):
    """Point in time in UTC, also in databases without time zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Store UTC.

        :raise ValueError: the value has no time zone
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment has a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""Auto-increment key: SQLite needs INTEGER for that."""

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("code", sa.String(16), primary_key=True),
    sa.Column("portal", sa.String(40), nullable=False),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("opened", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    # Empty once the case has ended.
    sa.Column("facts", sa.Text),
    sa.Column("outcome", sa.String(20)),
    sa.Column("helped", sa.String(40)),
    sa.Column("ended", sa.String(10)),
)
sa.Index(
    "ix_cases_open",
    cases.c.expires,
    cases.c.portal,
    sqlite_where=cases.c.ended.is_(None),
    postgresql_where=cases.c.ended.is_(None),
)

notes = sa.Table(
    "notes",
    metadata,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("code", sa.ForeignKey("cases.code", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("written", Moment, nullable=False),
    sa.Column("agent", sa.String(100), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)

agents = sa.Table(
    "agents",
    metadata,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("portal", sa.String(40), nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("role", sa.String(10), nullable=False),
    sa.Column("added", Moment, nullable=False),
    # Either a password, or the subject of an identity provider.
    sa.Column("password", sa.Text),
    sa.Column("issuer", sa.String(300)),
    sa.Column("subject", sa.String(255)),
    sa.UniqueConstraint("portal", "issuer", "subject"),
)
sa.Index(
    "ix_agents_password",
    agents.c.portal,
    agents.c.name,
    unique=True,
    sqlite_where=agents.c.password.is_not(None),
    postgresql_where=agents.c.password.is_not(None),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("portal", sa.String(40), primary_key=True),
    # Digests of the typed name and of the network, or * for all networks.
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("place", sa.String(16), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("locked_until", Moment, nullable=False),
)

devices = sa.Table(
    "devices",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column(
        "agent", sa.ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("locked_until", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False, index=True),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("agent", sa.ForeignKey("agents.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("begun", Moment, nullable=False),
    sa.Column("seen", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False, index=True),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False, index=True),
    sa.Column("portal", sa.String(40), nullable=False),
    sa.Column("agent", sa.String(100), nullable=False),
    sa.Column("action", sa.String(20), nullable=False),
    sa.Column("code", sa.String(16), nullable=False, index=True),
)
sa.Index("ix_audit_agent", audit.c.portal, audit.c.agent, audit.c.id)
sa.Index("ix_audit_portal", audit.c.portal, audit.c.id)

counts = sa.Table(
    "counts",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("portal", sa.String(40), primary_key=True),
    sa.Column("what", sa.String(20), primary_key=True),
    sa.Column("value", sa.String(60), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)

sa.Index("ix_counts_portal", counts.c.portal, counts.c.what, counts.c.day)

# Sums of ``counts``: those of each week until the moment ``rolled-up``, and of all days until then.
weeks = sa.Table(
    "weeks",
    metadata,
    sa.Column("portal", sa.String(40), primary_key=True),
    sa.Column("what", sa.String(20), primary_key=True),
    sa.Column("week", sa.Date, primary_key=True),  # its Monday
    sa.Column("value", sa.String(60), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)

totals = sa.Table(
    "totals",
    metadata,
    sa.Column("portal", sa.String(40), primary_key=True),
    sa.Column("what", sa.String(20), primary_key=True),
    sa.Column("value", sa.String(60), primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)

secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("value", sa.String(100), nullable=False),
)

moments = sa.Table(
    "moments",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),  # of an event, which last happened then
    sa.Column("at", Moment, nullable=False),
)
