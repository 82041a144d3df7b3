"""What commands that need the database have in common."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from ..services import Storage, services
from ..store import DatabaseUnavailable


class DatabaseGroup(AppGroup):
    """Commands that need the database; where it is not there, one line says so."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DatabaseUnavailable:
            why = "the database is not responding (check DATABASE_URL)"
            raise click.ClickException(why) from None


def opened_storage() -> Storage:
    """Return the storage of the current application.

    :raise click.ClickException: no database is set
    """
    if found := services().storage:
        return found
    raise click.ClickException("no database is set (DATABASE_URL)")
