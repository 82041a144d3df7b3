"""Command for the signing key of the desk's cookies: ``flask keys``."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from ..services import services
from ..store.keys import rotate as rotate_key
from .agents import DatabaseGroup, require_storage

keys = DatabaseGroup("keys", help="Look after the key that the desk's cookies are signed with.")


@keys.command("rotate")
@click.option("--at-once", is_flag=True, help="Others may know the old one: it counts no more.")
@with_appcontext
def rotate(at_once: bool) -> None:
    """Draw a new key; agents stay signed in, unless it is done at once."""
    rotate_key(require_storage().database, services().now(), at_once)
    how = "within a minute, and the old one counts no more" if at_once else "in two minutes"
    click.echo(f"A new key signs {how}")
