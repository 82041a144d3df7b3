"""Signing in: attempts by network, devices that are known, sessions with their times."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables anew: attempts last a day and sessions a shift, so all sign in once more."""
    op.drop_table("sessions")
    op.drop_table("attempts")
    op.create_table(
        "attempts",
        sa.Column("portal", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("place", sa.String(16), primary_key=True),
        *_throttled(),
    )
    op.create_table(
        "devices",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("agent", NUMBER, _agents(), primary_key=True, index=True),
        *_throttled(),
        sa.Column("expires", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("agent", NUMBER, _agents(), nullable=False, index=True),
        sa.Column("begun", MOMENT, nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False, index=True),
    )


def downgrade() -> None:
    """Make the tables as they were."""
    for table in ("sessions", "devices", "attempts"):
        op.drop_table(table)
    op.execute(sa.text("DELETE FROM secrets WHERE name = 'attempts'"))
    op.create_table(
        "attempts",
        sa.Column("portal", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        *_throttled(),
    )
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("agent", NUMBER, _agents(), nullable=False, index=True),
        sa.Column("expires", MOMENT, nullable=False, index=True),
    )


def _throttled() -> tuple[sa.Column[int], sa.Column[object]]:
    return (
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", MOMENT, nullable=False),
    )


def _agents() -> sa.ForeignKey:
    return sa.ForeignKey("agents.id", ondelete="CASCADE")
