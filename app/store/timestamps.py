"""When something was done last of which there is only one, in all processes and machines."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from .schema import moments
from .upsert import insert_into


def read_moment(connection: Connection, name: str) -> datetime | None:
    """Return when something was done last, None for never."""
    return connection.execute(select(moments.c.at).where(moments.c.name == name)).scalar()


def record_moment(connection: Connection, name: str, at: datetime) -> None:
    """Remember when something was done."""
    row = insert_into(connection, moments).values(name=name, at=at)
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": at}))
