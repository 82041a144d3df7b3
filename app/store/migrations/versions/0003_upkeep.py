"""What upkeep needs: moments, when something was done last, and no statistics of what is erased.

PostgreSQL's planner keeps frequent and typical values of a column in a table of its own, where they
would outlive their rows (PostgreSQL's manual, pg_statistic).
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ERASED = {"cases": ("facts",), "notes": ("text",), "agents": ("name", "password")}


def upgrade() -> None:
    """Make the table, and let PostgreSQL forget the values that it has noted."""
    op.create_table(
        "moments",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in ERASED.items():
            for column in columns:
                kind = "varchar(100)" if column == "name" else "text"
                # The same type again: nothing is rewritten, but old statistics are dropped.
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}")
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    """Take the table away again, and let PostgreSQL look at all values."""
    op.drop_table("moments")
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in ERASED.items():
            for column in columns:
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1")
