"""The terminal's way to change the key that the desk's cookies are signed with."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from .cli_agents import KeptGroup
from .store import Database
from .store.keys import rotate as rotate_key

keys = KeptGroup("keys", help="Look after the key that the desk's cookies are signed with.")


@keys.command("rotate")
@click.option("--at-once", is_flag=True, help="Others may know the old one: it counts no more.")
@with_appcontext
def rotate(at_once: bool) -> None:
    """Draw a new key; agents stay signed in, unless it is done at once."""
    database: Database | None = current_app.extensions["database"]
    if database is None:
        raise click.ClickException("no database is set (DATABASE_URL)")
    rotate_key(database, current_app.extensions["now"](), at_once)
    how = "within a minute, and the old one counts no more" if at_once else "in two minutes"
    click.echo(f"A new key signs {how}")
