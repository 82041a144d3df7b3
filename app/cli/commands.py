"""Commands: diagnose, read an error, check and draw the table, update the catalogues."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from ..diagnosis import CHOICES, FACT_KEYS, Facts, Situation, read_facts
from ..diagnosis.checks import check_everything
from ..diagnosis.tree_drawing import draw_mermaid, draw_svg
from ..files import document_text
from ..i18n import catalogues
from ..i18n.languages import DEFAULT, languages
from ..i18n.messages import PROBLEMS
from ..knowledge import knowledge
from ..knowledge.wordings import wordings
from ..presentation.json_answers import Plan, plan_object, reading_object
from ..presentation.paste_input import LARGEST_UPLOAD
from ..presentation.reading_rows import printable, rows_of
from ..reading import TooLong, read
from ..services import services
from ..web.site import Site
from . import agents, content
from .simulate import given_facts, table_simulate


def install(app: Flask) -> None:
    """Add the commands to ``flask``."""
    desk = agents.agents, agents.database, agents.keys
    own = content.providers, content.portals, content.content
    for command in (diagnose, read_error, table, texts, *own, *desk):
        app.cli.add_command(command)


def _fact_options(command: Any) -> Any:
    for key in reversed(FACT_KEYS):
        names = dict.fromkeys((f"--{key.replace('_', '-')}", f"--{key}"))
        values = ", ".join(CHOICES.get(key, ()))
        command = click.option(
            *names, key, multiple=key in ("tried", "recipient_domain"), help=values or None
        )(command)
    return command


@click.command()
@click.option("--lang", type=click.Choice(list(languages())), default=DEFAULT)
@click.option("--json", "as_json", is_flag=True, help="Print the object of the JSON API.")
@_fact_options
@with_appcontext
def diagnose(lang: str, as_json: bool, **given: Any) -> None:
    """Print the plan for the facts given as options."""
    language = languages()[lang]
    values = {key: list(v) if isinstance(v, tuple) else v for key, v in given.items() if v}
    facts, wrong = read_facts(values, frozenset(knowledge().remedies), lambda found: True)
    if wrong:
        for key, code in wrong.items():
            click.echo(f"{key}: {language.gettext(PROBLEMS[code])}", err=True)
        raise SystemExit(2)
    answer = plan_object(Situation(facts), Site(language), services().today())
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else prose(answer))


def prose(answer: Plan) -> str:
    """Return a plan as the terminal prints it."""
    lines = [answer["summary"], "", answer["explanation"], ""]
    lines += [f"- {reason['text']}" for reason in answer["because"]]
    current = next((remedy for remedy in answer["remedies"] if not remedy["tried"]), None)
    for number, remedy in enumerate(answer["remedies"], 1):
        sure = f", {answer['certainty']:.0%}" if remedy is current else ""
        lines += ["", f"{number}. {remedy['title']} ({remedy['id']}{sure})"]
        lines += [f"   ! {remedy['warning']}"] if remedy["warning"] else []
        lines += [f"   - {step}" for step in remedy["steps"]]
        lines += [f"   {key}: {value}" for key, value in remedy["values"].items()]
        lines += [f"   > {remedy['words']}"] if remedy["words"] else []
    lines += ["", *answer["article"]] if answer["article"] else []
    if question := answer["next_question"]:
        mark = "+" if answer["ready"] else "?"  # what can wait, and what comes first
        lines += ["", f"{mark} {question['text']} (--{question['fact'].replace('_', '-')})"]
    return "\n".join([*lines, "", answer["url"]])


@click.command("read")
@click.option("--lang", type=click.Choice(list(languages())), default=DEFAULT)
@click.option("--json", "as_json", is_flag=True, help="Print the object of the JSON API.")
@click.argument("file", type=click.File("rb", lazy=True), default="-")
def read_error(lang: str, as_json: bool, file: BinaryIO) -> None:
    """Read an error from standard input, or from a file, and print what it says."""
    language = languages()[lang]
    try:
        reading = read(document_text(file.read(LARGEST_UPLOAD)))
    except (OSError, RuntimeError) as fault:  # click's, when there is no standard input
        raise click.ClickException(f"The text cannot be read: {fault}") from None
    except TooLong:
        problem = PROBLEMS["too-much-text"]
        click.echo(language.gettext(problem), err=True)
        raise SystemExit(2) from None
    answer = reading_object(reading, Site(language))
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    lines = [f"{reading.reason} ({reading.confidence:.0%})"]
    lines += [f"? {other.reason} ({other.confidence:.0%})" for other in reading.alternatives]
    rows = rows_of(reading, Facts(), language)
    lines += [f"- {row.label}: {row.text}".replace("`", "") for row in rows]
    lines += [f"> {printable(place.words)} ({place.why})" for place in reading.evidence]
    click.echo("\n".join([*lines, "", answer["url"]]))


table = AppGroup("table", help="Check and draw the decision table.")


@table.command("check")
def table_check() -> None:
    """Prove the table over all combinations; print the smallest example of each fault."""
    report, faults = check_everything()
    wordings()  # a mistake in them is raised
    faults += catalogues.faults()
    click.echo("\n".join([*report, *catalogues.progress()]))
    for fault in faults:
        click.echo(f"FAULT {fault}", err=True)
    if faults:
        raise SystemExit(1)
    click.echo("No faults found.")


table.add_command(table_simulate)


@table.command("draw")
@click.option("--format", "form", type=click.Choice(["svg", "mermaid"]), default="svg")
@click.option("--lang", type=click.Choice(list(languages())), default=DEFAULT)
@click.option("--given", multiple=True, help="fact=value; draws only the tree below, repeatable.")
def table_draw(form: str, lang: str, given: tuple[str, ...]) -> None:
    """Draw the tree of questions with the reasons on its edges."""
    draw = draw_svg if form == "svg" else draw_mermaid
    click.echo(draw(Situation(given_facts(given)), languages()[lang].gettext))


texts = AppGroup("catalogues", help="Update the translations.")


@texts.command("update")
def texts_update() -> None:
    """Collect all texts and bring messages.pot and every catalogue up to date."""
    click.echo("\n".join(catalogues.update()))
