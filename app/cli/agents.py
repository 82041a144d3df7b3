"""Commands of the desk: ``flask agents``, ``flask database``, ``flask keys``."""

from __future__ import annotations

import sys
from typing import Any

import click
from flask.cli import AppGroup

from ..services import Storage, services
from ..store import DatabaseUnavailable
from ..store.agents import MAX_NAME_LENGTH, ROLES
from ..store.keys import rotate as rotate_key
from ..store.passwords import MAX_LENGTH, MIN_LENGTH


class DatabaseGroup(AppGroup):
    """Commands that need the database."""

    def invoke(self, ctx: click.Context) -> Any:
        """Invoke the command; report an unavailable database in one line."""
        try:
            return super().invoke(ctx)
        except DatabaseUnavailable:
            why = "the database does not answer (DATABASE_URL)"
            raise click.ClickException(why) from None


agents = DatabaseGroup("agents", help="Look after those who may work at the helpdesk's desk.")
database = DatabaseGroup("database", help="Look after the tables of cases, agents and counts.")
keys = DatabaseGroup("keys", help="Look after the key that the desk's cookies are signed with.")

_portal = click.option("--portal", default="", help="The portal whose desk it is; none by default.")


@agents.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default=ROLES[0], show_default=True)
@_portal
def add(name: str, role: str, portal: str) -> None:
    """Add an agent; the password is asked for, or read from standard input."""
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME_LENGTH or not name.isprintable() or "#" in name:
        why = f"a name has 1 to {MAX_NAME_LENGTH} characters, no # among them"
        raise click.BadParameter(why, param_hint="NAME")
    if portal and services().portals.find(portal) is None:
        raise click.BadParameter(f"there is no portal {portal!r}", param_hint="--portal")
    try:
        _storage().agents.add(portal, name, role, _password(), _words(portal))
    except ValueError as fault:
        raise click.ClickException(str(fault)) from None
    where = f"at /at/{portal}/<language>/desk" if portal else "at /<language>/desk"
    click.echo(f"{name} ({role}) may sign in {where}")


@agents.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@_portal
def role(name: str, role: str, portal: str) -> None:
    """Make an agent with a password a lead, or an agent again."""
    if not _storage().agents.set_role(portal, name, role):
        raise _no_agent(name, "with a password here")


@agents.command("password")
@click.argument("name")
@_portal
def password(name: str, portal: str) -> None:
    """Give an agent another password, and sign them out everywhere."""
    try:
        if not _storage().agents.set_password(portal, name, _password(), _words(portal)):
            raise _no_agent(name, "with a password here")
    except ValueError as fault:
        raise click.ClickException(str(fault)) from None


@agents.command("unlock")
@click.argument("name")
@_portal
def unlock(name: str, portal: str) -> None:
    """Let an agent try again at once after too many wrong passwords."""
    _storage().agents.unlock(portal, name)


@agents.command("sign-out")
@click.argument("name")
@_portal
def sign_out(name: str, portal: str) -> None:
    """Sign an agent out everywhere, however they sign in; no browser of theirs is known then."""
    if not _storage().agents.sign_out(portal, name):
        raise _no_agent(name, "here")


@agents.command("remove")
@click.argument("name")
@_portal
def remove(name: str, portal: str) -> None:
    """Remove an agent and sign them out everywhere; what they did stays in the audit."""
    if not _storage().agents.remove(portal, name):
        raise _no_agent(name, "here")
    _storage().database.secure_erase.rewrite()


@agents.command("list")
def show() -> None:
    """List the agents of all desks."""
    click.echo("number\tportal\trole\tname")
    for agent in _storage().agents.all():
        click.echo(f"{agent.id}\t{agent.portal or '-'}\t{agent.role}\t{agent.signature}")


@database.command("upgrade")
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the tables to a revision, the newest by default; `base` takes all of them away."""
    try:
        _storage().database.migrate(revision)
    except DatabaseUnavailable as fault:
        raise click.ClickException(f"the database does not do that: {fault.__cause__}") from None


@database.command("sweep")
@click.option("--clock-is-right", "sure", is_flag=True, help="Erase by it, whatever it tells.")
def sweep(sure: bool) -> None:
    """Erase the cases that have expired; a server that runs does so every hour."""
    if not _storage().cases.sweep(sure):
        why = "the clock is far ahead of the last sweep, so nothing is erased for a day"
        raise click.ClickException(f"{why}; if it is right, say so: --clock-is-right")


@keys.command("rotate")
@click.option("--at-once", is_flag=True, help="Others may know the old one: it counts no more.")
def rotate(at_once: bool) -> None:
    """Draw a new key; agents stay signed in, unless it is done at once."""
    rotate_key(_storage().database, services().now(), at_once)
    how = "within a minute, and the old one counts no more" if at_once else "in two minutes"
    click.echo(f"A new key signs {how}")


def _words(portal: str) -> tuple[str, ...]:
    found = services().portals.find(portal)
    return found.words if found else ()


def _storage() -> Storage:
    if found := services().storage:
        return found
    raise click.ClickException("no database is set (DATABASE_URL)")


def _password() -> str:
    if sys.stdin.isatty():
        asked = f"Password ({MIN_LENGTH} to {MAX_LENGTH} characters)"
        return str(click.prompt(asked, hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _no_agent(name: str, where: str) -> click.ClickException:
    return click.ClickException(f"there is no agent {name!r} {where}")
