"""The command that compares the editors' estimates with what was counted; it changes nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator

import click
from flask.cli import with_appcontext

from ..knowledge import Knowledge, knowledge
from ..store.counts import read_totals
from .database import opened_storage

FEW = 30
"""Cases below which a suggestion is called one from few."""
ANSWERS = ("error", "place", "program")
"""The questions whose answers are counted, once a plan."""
Total = tuple[str, str, str, int]
"""Event, portal, value and how often it was counted."""


@click.command("weights")
@with_appcontext
def compare() -> None:
    """Compare the estimates with what was counted; print suggested values with their cases."""
    with opened_storage().database.reading() as connection:
        lines = list(suggestions(knowledge(), read_totals(connection)))
    click.echo("\n".join(lines) if lines else "Nothing has been counted yet.")


def suggestions(content: Knowledge, totals: Iterable[Total]) -> Iterator[str]:
    """Yield a line for each estimate of which anything was counted.

    The counts of all portals are added up.  Weights are shares of a hundred on both sides.
    """
    counted: dict[str, Counter[str]] = {}
    for what, _, value, number in totals:
        counted.setdefault(what, Counter())[value] += number
    for fact in ANSWERS:
        yield from _of_answers(content, fact, counted.get(fact, Counter()))
    worked, failed = counted.get("worked", Counter()), counted.get("not-worked", Counter())
    for remedy in content.remedies.values():
        told = worked[remedy.id] + failed[remedy.id]
        if told:
            share = round(100 * worked[remedy.id] / told)
            yield _line(f"{remedy.id}: works", remedy.works, share, told)


def _of_answers(content: Knowledge, fact: str, counted: Counter[str]) -> Iterator[str]:
    weights = content.questions[fact].weights
    told, whole = sum(counted[value] for value in weights), sum(weights.values())
    for value in weights if told else ():
        estimate, share = round(100 * weights[value] / whole), round(100 * counted[value] / told)
        yield _line(f"{fact}={value}: weight", estimate, share, told)


def _line(where: str, estimate: int, suggested: int, cases: int) -> str:
    few = "; few" if cases < FEW else ""
    return f"{where}: {estimate}, suggested {suggested} ({cases} cases{few})"
