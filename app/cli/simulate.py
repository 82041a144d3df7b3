"""The command that plays a population through the questions: the estimates', or people's stories.

A story is a line of JSON: ``paste`` is what somebody pastes first, '' for nothing, and ``answers``
what they answer where they know it, fact → value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from statistics import mean
from typing import Any, BinaryIO

import click

from ..diagnosis import FACT_KEYS, Facts, Situation, read_facts
from ..diagnosis.simulation import Expectation, by_scenario, simulate
from ..knowledge import knowledge
from ..knowledge.variables import UNKNOWN
from ..presentation.paste_input import merge_reading
from ..reading import Reading, read

Story = tuple[Reading | None, dict[str, Any]]


@click.command("simulate")
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--given", multiple=True, help="fact=value that is known already, repeatable.")
@click.option("--by-scenario", "each", is_flag=True, help="Add a line for each scenario.")
def table_simulate(file: BinaryIO | None, given: tuple[str, ...], each: bool) -> None:
    """Play the population of the estimates, or the stories of FILE, through the questions."""
    known = given_facts(given)
    if known.tried:
        raise click.BadParameter("nothing is tried before the plan is ready")
    if file is not None:
        click.echo(_of_stories(_stories(file), known))
        return
    expected, asked_all = simulate(known), simulate(known, everything=True)
    click.echo(
        f"questions until the plan is ready: {expected.questions:.1f} (mean), "
        f"{expected.at_most:.0f} at most; all that can change it: {asked_all.questions:.1f}\n"
        f"first fix right: {expected.first:.1%}; one of the first two: {expected.second:.1%}\n"
        f"minutes until the email is sent: {expected.minutes:.1f}, of them "
        f"{expected.answering:.1f} for answering; after all questions: {asked_all.minutes:.1f}"
    )
    if each:
        for name, (share, right) in sorted(by_scenario().items(), key=lambda row: -row[1][0]):
            click.echo(f"{name:32} {share:6.1%} of people, first fix right: {right:.0%}")


def given_facts(given: Iterable[str]) -> Facts:
    """Return the facts of options such as ``error=relay-denied``.

    :raise click.BadParameter: one is no fact, or has no such value
    """
    pairs = dict(pair.partition("=")[::2] for pair in given)
    facts, wrong = read_facts(pairs, frozenset(knowledge().remedies))
    if wrong or not pairs.keys() <= set(FACT_KEYS) or not all(pairs.values()):
        raise click.BadParameter(f"not a fact and its value: {' '.join(given)}")
    return facts


def _stories(file: BinaryIO) -> Iterator[Story]:
    for number, line in enumerate(file, 1):
        try:
            text = line.decode("utf-8-sig")
            if not text.strip():
                continue
            story = json.loads(text)
            paste, answers = story.get("paste", ""), story.get("answers", {})
            reading = read(paste) if paste else None
            wrong = answers.keys() - set(FACT_KEYS) or read_facts(answers)[1]
        except (ValueError, AttributeError, TypeError, RecursionError) as fault:
            why = str(fault) or type(fault).__name__
            raise click.ClickException(f"{file.name}: line {number}: {why}") from None
        if wrong:
            why = f"not a fact and its value: {', '.join(sorted(wrong))}"
            raise click.ClickException(f"{file.name}: line {number}: {why}")
        yield reading, answers


def _of_stories(stories: Iterable[Story], known: Facts) -> str:
    """Return what became of some people, each with what they really know."""
    played = [_play(reading, answers, known) for reading, answers in stories]
    if not played:
        raise click.ClickException("The file holds no story.")
    asked, right, expected = zip(*played, strict=True)
    return (
        f"{len(played)} stories\n"
        f"questions until the plan is ready: {mean(asked):.1f} (mean), {max(asked)} at most\n"
        f"first fix right: {mean(right):.1%}\n"
        "minutes from the plan until the email is sent: "
        f"{mean(e.minutes for e in expected):.1f} (expected)"
    )


def _play(
    reading: Reading | None, answers: Mapping[str, Any], known: Facts
) -> tuple[int, bool, Expectation]:
    """Return how many questions one is asked, whether the first fix is right, what comes then."""
    facts, asked = known, 0
    if reading and reading.reason != "none":
        facts = merge_reading(reading, known)
    while fact := Situation(facts).next.asked:
        facts, asked = _answered(facts, fact, answers), asked + 1
    ready, everything = facts, facts
    while fact := Situation(everything).next.fact:
        everything = _answered(everything, fact, answers)
    first, last = (Situation(f).diagnosis.remedies[0] for f in (ready, everything))
    return asked, last in (first, *knowledge().remedies[first].covers), simulate(ready)


def _answered(facts: Facts, fact: str, answers: Mapping[str, Any]) -> Facts:
    value = read_facts({fact: answers.get(fact, UNKNOWN)})[0]
    return facts.but(**{fact: getattr(value, fact) or UNKNOWN})
