"""Commands for what operators bring, facts that grow old, and estimates beside the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from ..i18n.languages import published
from ..knowledge import Knowledge, knowledge
from ..knowledge.client_config import BadFile
from ..knowledge.freshness import dated_facts, is_stale
from ..knowledge.loader import FOLDER, load
from ..knowledge.programs import label_table
from ..knowledge.provider_import import read_copy
from ..knowledge.provider_table import write_providers
from ..portals.registry import load_portals
from ..settings import OWN_PROVIDERS
from ..store.counts import read_totals
from .database import DatabaseGroup, opened_storage

providers = AppGroup("providers", help="Import email providers' settings.")
portals = AppGroup("portals", help="Check the portals file.")
content = DatabaseGroup("knowledge", help="Check the content.")
FEW = 30
"""Cases below which a suggestion is called one from few."""
ANSWERS = ("error", "place", "program")
"""The questions whose answers are counted, once a plan."""
Total = tuple[str, str, str, int]
"""Event, portal, value and how often it was counted."""


@providers.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="PROVIDERS_FILE",
    default=OWN_PROVIDERS,
    help="The file to write; by default where the app looks for it.",
)
def import_providers(path: Path, to: Path) -> None:
    """Read a copy of a public list of providers into a file of this installation's own.

    The ISPDB or chatmail's provider database (a checkout or a zip), nodemailer's services.json, or
    mutt-wizard's domains.csv.
    """
    try:
        imported = read_copy(path, date.today(), load(FOLDER).providers)
    except BadFile as fault:
        raise click.ClickException(str(fault)) from None
    for line in imported.conflicts:
        click.echo(f"CONFLICT {line}")
    for line in imported.faults:
        click.echo(f"LEFT OUT {line}")
    if not imported.providers:
        raise click.ClickException(f"No usable provider found in {path}.")
    try:
        write_providers(to, imported.providers)
    except OSError as fault:
        raise click.ClickException(f"{to} cannot be written: {fault.strerror}") from None
    domains = sum(len(provider.domains) for provider in imported.providers)
    click.echo(
        f"{len(imported.providers)} providers with {domains} domains in {to}; "
        f"{len(imported.conflicts)} conflicts, {len(imported.faults)} files left out. "
        "They are used from the next start."
    )


@portals.command("check")
@click.argument("file", type=click.Path(path_type=Path), envvar="PORTALS")
def check_portals(file: Path) -> None:
    """Check a portals file: show file, line and key of each error; exit with 1 if there is any."""
    loaded = load_portals(file, tuple(published()))
    for warning in loaded.warnings:
        click.echo(f"ADJUSTED {warning}")
    for fault in loaded.faults:
        click.echo(f"FAULT {fault}", err=True)
    if loaded.faults:
        raise SystemExit(1)
    click.echo(f"No errors found. Portals: {', '.join(loaded.portals) or 'none'}.")


@content.command("labels")
def labels() -> None:
    """Print which labels of email apps are confirmed, by what and when, as a table."""
    click.echo("\n".join(label_table(knowledge().programs)))


@content.command("check")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Use this day instead of today.")
def check(on: datetime | None) -> None:
    """List every fact that was last checked more than twelve months ago, or never."""
    day = on.date() if on else date.today()
    stale = [fact for fact in dated_facts(knowledge()) if is_stale(fact.checked, day)]
    for fact in stale:
        click.echo(f"{fact.checked or 'no day  '} {fact.name} ({fact.source})")
    click.echo(f"{len(stale)} facts to check again." if stale else "All facts are up to date.")


@content.command("weights")
def compare() -> None:
    """Compare the estimates with what was counted; print suggested values with their cases."""
    with opened_storage().database.reading() as connection:
        lines = list(suggestions(knowledge(), read_totals(connection)))
    click.echo("\n".join(lines) if lines else "Nothing has been counted yet.")


def suggestions(known: Knowledge, totals: Iterable[Total]) -> Iterator[str]:
    """Yield a line for each estimate of which anything was counted.

    The counts of all portals are added up.  Weights are shares of a hundred on both sides.
    """
    counted: dict[str, Counter[str]] = {}
    for what, _, value, number in totals:
        counted.setdefault(what, Counter())[value] += number
    for fact in ANSWERS:
        yield from _of_answers(known, fact, counted.get(fact, Counter()))
    worked, failed = counted.get("worked", Counter()), counted.get("not-worked", Counter())
    for remedy in known.remedies.values():
        told = worked[remedy.id] + failed[remedy.id]
        if told:
            share = round(100 * worked[remedy.id] / told)
            yield _line(f"{remedy.id}: works", remedy.works, share, told)


def _of_answers(known: Knowledge, fact: str, counted: Counter[str]) -> Iterator[str]:
    weights = known.questions[fact].weights
    told, whole = sum(counted[value] for value in weights), sum(weights.values())
    for value in weights if told else ():
        estimate, share = round(100 * weights[value] / whole), round(100 * counted[value] / told)
        yield _line(f"{fact}={value}: weight", estimate, share, told)


def _line(where: str, estimate: int, suggested: int, cases: int) -> str:
    few = "; few" if cases < FEW else ""
    return f"{where}: {estimate}, suggested {suggested} ({cases} cases{few})"
