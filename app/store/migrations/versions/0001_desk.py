"""The desk: cases with notes, agents with sessions, the audit, counts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "cases",
        sa.Column("code", sa.String(16), primary_key=True),
        sa.Column("portal", sa.String(40), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("opened", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("facts", sa.Text),
        sa.Column("outcome", sa.String(20)),
        sa.Column("helped", sa.String(40)),
        sa.Column("ended", sa.String(10)),
    )
    op.create_table(
        "notes",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column(
            "code",
            sa.String(16),
            sa.ForeignKey("cases.code", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("written", MOMENT, nullable=False),
        sa.Column("agent", sa.String(100), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "agents",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("portal", sa.String(40), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("added", MOMENT, nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("issuer", sa.String(300)),
        sa.Column("subject", sa.String(255)),
        sa.UniqueConstraint("portal", "issuer", "subject"),
    )
    with_password = sa.text("password IS NOT NULL")
    op.create_index(
        "ix_agents_password",
        "agents",
        ["portal", "name"],
        unique=True,
        sqlite_where=with_password,
        postgresql_where=with_password,
    )
    op.create_table(
        "attempts",
        sa.Column("portal", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", MOMENT, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column(
            "agent",
            NUMBER,
            sa.ForeignKey("agents.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("expires", MOMENT, nullable=False, index=True),
    )
    op.create_table(
        "audit",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("portal", sa.String(40), nullable=False),
        sa.Column("agent", sa.String(100), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("code", sa.String(16), nullable=False, index=True),
    )
    op.create_table(
        "counts",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("portal", sa.String(40), primary_key=True),
        sa.Column("what", sa.String(20), primary_key=True),
        sa.Column("value", sa.String(60), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("value", sa.String(100), nullable=False),
    )


def downgrade() -> None:
    """Take them away again."""
    for table in (
        "secrets",
        "counts",
        "audit",
        "sessions",
        "attempts",
        "agents",
        "notes",
        "cases",
    ):
        op.drop_table(table)
