"""Size: indexes for what is asked, and counts added up by week and in all.

It only adds, so that an app of the release before goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INDEXES = {
    "ix_audit_agent": ("audit", ["portal", "agent", "id"]),
    "ix_audit_portal": ("audit", ["portal", "id"]),
    "ix_counts_portal": ("counts", ["portal", "what", "day"]),
}


def upgrade() -> None:
    """Make the indexes and the tables."""
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)
    is_open = sa.text("ended IS NULL")
    op.create_index(
        "ix_cases_open",
        "cases",
        ["expires", "portal"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "weeks",
        sa.Column("portal", sa.String(40), primary_key=True),
        sa.Column("what", sa.String(20), primary_key=True),
        sa.Column("week", sa.Date, primary_key=True),
        sa.Column("value", sa.String(60), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "totals",
        sa.Column("portal", sa.String(40), primary_key=True),
        sa.Column("what", sa.String(20), primary_key=True),
        sa.Column("value", sa.String(60), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Take them away again; totals of counts that are no more go with them."""
    for table in ("totals", "weeks"):
        op.drop_table(table)
    op.execute(sa.text("DELETE FROM moments WHERE name = 'rolled-up'"))
    for name in ("ix_cases_open", *INDEXES):
        op.drop_index(name)
