"""Commands of the helpdesk: ``flask agents``, ``flask database``, ``flask keys``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..services import services
from ..store import DatabaseUnavailable
from ..store.agents import MAX_NAME_LENGTH, ROLES
from ..store.keys import rotate as rotate_key
from ..store.passwords import MAX_LENGTH, MIN_LENGTH
from .database import DatabaseGroup, opened_storage

agents = DatabaseGroup("agents", help="Manage the agents of the helpdesk.")
database = DatabaseGroup(
    "database", help="Manage the database tables for cases, agents and counts."
)
keys = DatabaseGroup("keys", help="Manage the key that signs the helpdesk cookies.")

_portal = click.option("--portal", default="", help="Portal of the helpdesk (default: no portal).")


@agents.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default=ROLES[0], show_default=True)
@_portal
def add(name: str, role: str, portal: str) -> None:
    """Add an agent. You are asked for the password, or it is read from standard input."""
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME_LENGTH or not name.isprintable() or "#" in name:
        why = f"use 1 to {MAX_NAME_LENGTH} characters without #"
        raise click.BadParameter(why, param_hint="NAME")
    if portal and services().portals.find(portal) is None:
        raise click.BadParameter(f"there is no portal {portal!r}", param_hint="--portal")
    try:
        opened_storage().agents.add(portal, name, role, _password(), _words(portal))
    except ValueError as fault:
        raise click.ClickException(str(fault)) from None
    where = f"at /at/{portal}/<language>/desk" if portal else "at /<language>/desk"
    click.echo(f"{name} ({role}) may sign in {where}")


@agents.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@_portal
def role(name: str, role: str, portal: str) -> None:
    """Change the role of an agent who signs in with a password."""
    if not opened_storage().agents.set_role(portal, name, role):
        raise _no_agent(name, "with a password here")


@agents.command("password")
@click.argument("name")
@_portal
def password(name: str, portal: str) -> None:
    """Set a new password for an agent and sign them out everywhere."""
    try:
        if not opened_storage().agents.set_password(portal, name, _password(), _words(portal)):
            raise _no_agent(name, "with a password here")
    except ValueError as fault:
        raise click.ClickException(str(fault)) from None


@agents.command("unlock")
@click.argument("name")
@_portal
def unlock(name: str, portal: str) -> None:
    """Let an agent try again at once after too many wrong passwords."""
    opened_storage().agents.unlock(portal, name)


@agents.command("sign-out")
@click.argument("name")
@_portal
def sign_out(name: str, portal: str) -> None:
    """Sign an agent out everywhere and forget their known browsers."""
    if not opened_storage().agents.sign_out(portal, name):
        raise _no_agent(name, "here")


@agents.command("remove")
@click.argument("name")
@_portal
def remove(name: str, portal: str) -> None:
    """Remove an agent and sign them out everywhere. Their audit log entries are kept."""
    if not opened_storage().agents.remove(portal, name):
        raise _no_agent(name, "here")
    opened_storage().database.secure_erase.rewrite(at_once=True)


@agents.command("list")
def show() -> None:
    """List the agents of all desks."""
    click.echo("number\tportal\trole\tname")
    for agent in opened_storage().agents.all():
        click.echo(f"{agent.id}\t{agent.portal or '-'}\t{agent.role}\t{agent.signature}")


@database.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Migrate the tables to a revision (default: the latest). `base` removes all tables."""
    try:
        opened_storage().database.migrate(revision)
    except DatabaseUnavailable as fault:
        raise click.ClickException(f"the migration failed: {fault.__cause__}") from None


@database.command("sweep")
@click.option(
    "--clock-is-right",
    "sure",
    is_flag=True,
    help="Delete expired cases even if the clock looks wrong.",
)
@click.option(
    "--rewrite",
    is_flag=True,
    help="Rewrite large tables too, which a server does at night: nobody can write meanwhile.",
)
def sweep(sure: bool, rewrite: bool) -> None:
    """Delete expired cases. A running server does this every hour."""
    if not opened_storage().cases.sweep(sure, rewrite):
        why = "the clock is far ahead of the last sweep, so nothing is deleted for a day"
        raise click.ClickException(f"{why}. If the clock is right, use --clock-is-right")
    if rewrite and opened_storage().database.secure_erase.pending:
        raise click.ClickException("what was deleted stays in the files for now: they are in use")


@database.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write a copy of the SQLite database to a new FILE. The server may run meanwhile."""
    try:
        opened_storage().database.backup(file)
    except (ValueError, OSError) as fault:
        raise click.ClickException(str(fault)) from None
    click.echo(f"The copy is {file}")


@keys.command("rotate")
@click.option(
    "--at-once", is_flag=True, help="Use if the old key may have leaked: it stops working at once."
)
def rotate(at_once: bool) -> None:
    """Create a new key. Agents stay signed in unless --at-once is given."""
    rotate_key(opened_storage().database, services().now(), at_once)
    how = "within a minute. The old key no longer works" if at_once else "in two minutes"
    click.echo(f"The new key is used {how}")


def _words(portal: str) -> tuple[str, ...]:
    found = services().portals.find(portal)
    return found.words if found else ()


def _password() -> str:
    if sys.stdin.isatty():
        asked = f"Password ({MIN_LENGTH} to {MAX_LENGTH} characters)"
        return str(click.prompt(asked, hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _no_agent(name: str, where: str) -> click.ClickException:
    return click.ClickException(f"there is no agent {name!r} {where}")
