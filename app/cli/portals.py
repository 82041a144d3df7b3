"""Command that checks a portals file before it is used: ``flask portals``."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from ..i18n.languages import published
from ..portals.loader import load_portals

portals = AppGroup("portals", help="Look after the portals file.")


@portals.command("check")
@click.argument("file", type=click.Path(path_type=Path), envvar="PORTALS")
def check(file: Path) -> None:
    """Tell what is wrong in a portals file, with file, line and key; end with 1 if anything is."""
    loaded = load_portals(file, tuple(published()))
    for warning in loaded.warnings:
        click.echo(f"MENDED {warning}")
    for fault in loaded.faults:
        click.echo(f"FAULT {fault}", err=True)
    if loaded.faults:
        raise SystemExit(1)
    click.echo(f"The file is right. Portals: {', '.join(loaded.portals) or 'none'}.")
