"""Tables as of the newest migration.

They hold no personal data of people with a mail problem: a case holds facts, facts hold domains.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """Point in time in UTC, also in databases without time zones."""

    impl = DateTime(timezone=True)
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


NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""Auto-increment key: SQLite needs INTEGER for that."""

cases = Table(
    "cases",
    metadata,
    Column("code", String(16), primary_key=True),
    Column("portal", String(40), nullable=False),
    Column("language", String(10), nullable=False),
    Column("opened", Moment, nullable=False),
    Column("expires", Moment, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    # Empty once the case has ended.
    Column("facts", Text),
    Column("outcome", String(20)),
    Column("helped", String(40)),
    Column("ended", String(10)),
)

notes = Table(
    "notes",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("code", ForeignKey("cases.code", ondelete="CASCADE"), nullable=False, index=True),
    Column("written", Moment, nullable=False),
    Column("agent", String(100), nullable=False),
    Column("text", Text, nullable=False),
)

agents = Table(
    "agents",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("portal", String(40), nullable=False),
    Column("name", String(100), nullable=False),
    Column("role", String(10), nullable=False),
    Column("added", Moment, nullable=False),
    # Either a password, or the subject of an identity provider.
    Column("password", Text),
    Column("issuer", String(300)),
    Column("subject", String(255)),
    UniqueConstraint("portal", "issuer", "subject"),
)
Index(
    "ix_agents_password",
    agents.c.portal,
    agents.c.name,
    unique=True,
    sqlite_where=agents.c.password.is_not(None),
    postgresql_where=agents.c.password.is_not(None),
)

attempts = Table(
    "attempts",
    metadata,
    Column("portal", String(40), primary_key=True),
    # Digests of the typed name and of the network, or * for all networks.
    Column("name", String(16), primary_key=True),
    Column("place", String(16), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("agent", ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment, nullable=False),
    Column("expires", Moment, nullable=False, index=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("agent", ForeignKey("agents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("begun", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False, index=True),
)

audit = Table(
    "audit",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False, index=True),
    Column("portal", String(40), nullable=False),
    Column("agent", String(100), nullable=False),
    Column("action", String(20), nullable=False),
    Column("code", String(16), nullable=False, index=True),
)

counts = Table(
    "counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("portal", String(40), primary_key=True),
    Column("what", String(20), primary_key=True),
    Column("value", String(60), primary_key=True),
    Column("number", BigInteger, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("value", String(100), nullable=False),
)

moments = Table(
    "moments",
    metadata,
    Column("name", String(20), primary_key=True),  # of an event, which last happened then
    Column("at", Moment, nullable=False),
)
