"""Load the content and check its form: keys, values, and what one file says of another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from .model import (
    Authorisation,
    Choice,
    Incoming,
    Knowledge,
    Note,
    Outgoing,
    Provider,
    Question,
    Remedy,
    Scenario,
    Stage,
    StageRow,
    Step,
    When,
)
from .programs import Programs, read_programs
from .rows import KnowledgeError, build, check_keys, one_of, read_rows, read_toml, unique
from .variables import FACT_OF, REFUSED, RELAY, SIGN_IN, UNKNOWN, VARIABLES, WEBMAIL

FOLDER = Path(__file__).parent
STOPS: Final = ("line", "server", "recipient", "nowhere", "lost", "unclear")
ARTICLE: Final = ("source", "no_relay", "relay_allowed", "relay_doubtful", "remedies", "today")
Values = Mapping[str, tuple[str, ...]]


@cache
def _shipped() -> Knowledge:
    return load(FOLDER)


_current: Knowledge | None = None


def knowledge() -> Knowledge:
    """Return the content: what the app ships with, and the operator's own providers."""
    return _current or _shipped()


def add_providers(after: tuple[Provider, ...], before: tuple[Provider, ...] = ()) -> None:
    """Add the operator's own providers to the content, in place of those added earlier.

    :param after: providers that lose a domain to a shipped provider
    :param before: providers that win a domain from every other provider
    """
    global _current
    content = _shipped()
    _current = replace(content, providers=before + content.providers + after)


def load(folder: Path) -> Knowledge:
    """Load all content from one folder.

    :raise KnowledgeError: a key, value or reference is wrong
    """
    programs = read_programs(folder / "programs.toml")
    questions = _questions(folder / "questions.toml", programs)
    stages, values = _stages(folder / "stages.toml")
    authorisations = _authorisations(folder / "authorisations.toml")
    remedies = _remedies(folder / "remedies.toml", values, programs, authorisations)
    scenarios = _scenarios(folder / "scenarios", values, remedies)
    file = folder / "providers.toml"
    providers = [build_provider(row, file.name) for row in read_rows(file, "provider")]
    return Knowledge(
        questions,
        stages,
        scenarios,
        remedies,
        tuple(unique(providers, "id", file.name).values()),
        _article(folder / "article.toml"),
        programs,
        authorisations,
    )


def _questions(path: Path, programs: Programs) -> dict[str, Question]:
    rows = read_rows(path, "question")
    found = [_question(row, f"{path.name}: {row.get('fact')}") for row in rows]
    questions = unique(found, "fact", path.name)
    for question in found:
        where = f"{path.name}: {question.fact}"
        for fact in question.about:
            one_of(questions, f"{where}: about")(fact)
        if question.needs:
            one_of(questions, f"{where}: needs")(question.needs)
    for variable, fact in FACT_OF.items():
        if fact not in questions:
            raise KnowledgeError(
                f"{path.name}: no question asks for {fact!r}, the fact behind {variable!r} in "
                "app/knowledge/variables.py: add it"
            )
        for state in questions[fact].states:
            one_of(VARIABLES[variable], f"{path.name}: {fact}: states")(state.value)
    _check_programs([choice.value for choice in questions["program"].choices], programs, path.name)
    return questions


def _question(row: dict[str, Any], where: str) -> Question:
    if "fact" in row and row["fact"] not in FACT_OF.values():
        raise KnowledgeError(
            f"{where}: fact: the table does not know it: "
            "add it with its values to VARIABLES in app/knowledge/variables.py"
        )
    if not row.get("choices") and not row.get("field"):
        raise KnowledgeError(f"{where}: key 'choices' is missing: add it (or 'field': typed text)")

    def choices(key: str) -> Callable[[Any], tuple[Choice, ...]]:
        place = f"{where}: {key}"
        return lambda rows: tuple(
            unique((build(Choice, place, row) for row in rows), "value", place).values()
        )

    return build(Question, where, row, choices=choices("choices"), states=choices("states"))


def _check_programs(choices: list[str], programs: Programs, file: str) -> None:
    for program in programs.known:
        if program not in choices:
            raise KnowledgeError(
                f"{file}: program: choices: {program!r} of programs.toml is missing: add it"
            )
    for value in choices:
        if value not in (*programs.known, UNKNOWN):
            raise KnowledgeError(
                f"programs.toml: no program has the id {value!r}, which is a choice in {file}: "
                f'add [[program]] with id = "{value}"'
            )


def _stages(path: Path) -> tuple[tuple[Stage, ...], Values]:
    """Return the stages, and the values of the variables and of the stages."""
    values = dict(VARIABLES)
    stages = {}
    for row in read_rows(path, "stage"):
        where = f"{path.name}: {row.get('name')}"
        stage = build(Stage, where, row, row=_stage_rows(values, where))
        if stage.name in values:
            raise KnowledgeError(f"{where}: the name stands twice: give each stage its own")
        stages[stage.name] = stage
        values[stage.name] = tuple(dict.fromkeys(row.result for row in stage.rows))
    return tuple(stages.values()), values


def _stage_rows(values: Values, where: str) -> Callable[[Any], tuple[StageRow, ...]]:
    when = _conditions(values, where)
    return lambda rows: tuple(build(StageRow, where, row, when=when) for row in rows)


def _conditions(values: Values, where: str) -> Callable[[Any], tuple[When, ...]]:
    """Return a reader of what stands under ``when``: one block of conditions, or several."""

    def read(given: Any) -> tuple[When, ...]:
        blocks = given if isinstance(given, list) else [given]
        for block in blocks:
            check_keys(block, f"{where}: when", optional=values)
        return tuple(
            {name: allowed(name, said) for name, said in block.items()} for block in blocks
        )

    def allowed(name: str, said: Any) -> tuple[str, ...]:
        place = f"{where}: when: {name}"
        if isinstance(said, dict):
            check_keys(said, place, required=("not",))
        listed = said["not"] if isinstance(said, dict) else said
        words = [one_of(values[name], place)(word) for word in _listed(listed)]
        if isinstance(said, dict):
            words = [word for word in values[name] if word not in words]
        return tuple(words)

    return read


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _authorisations(path: Path) -> dict[str, Authorisation]:
    rows = read_rows(path, "authorisation")
    found = (build(Authorisation, f"{path.name}: {row.get('id')}", row) for row in rows)
    return unique(found, "id", path.name)


def _remedies(
    path: Path, values: Values, programs: Programs, authorisations: Collection[str]
) -> dict[str, Remedy]:
    offers = (*authorisations, WEBMAIL, SIGN_IN)
    acts = programs.general.acts

    def remedy(row: dict[str, Any]) -> Remedy:
        where = f"{path.name}: {row.get('id')}"
        when = _conditions(values, where)
        needs = _references(offers, f"{where}: needs")
        in_step = {"when": when, "needs": needs, "acts": _references(acts, f"{where}: acts")}

        def steps(said: Iterable[Any]) -> tuple[Step, ...]:
            rows = ({"text": step} if isinstance(step, str) else step for step in said)
            return tuple(build(Step, f"{where}: steps", step, **in_step) for step in rows)

        return build(Remedy, where, row, steps=steps, when=when, needs=needs)

    return unique(map(remedy, read_rows(path, "remedy")), "id", path.name)


def _scenarios(folder: Path, values: Values, remedies: Collection[str]) -> dict[str, Scenario]:
    def scenario(row: dict[str, Any], where: str) -> Scenario:
        return build(
            Scenario,
            where,
            row,
            when=_conditions(values, where),
            relay=_verdict((*RELAY, "by-recipient"), f"{where}: relay"),
            refused=_verdict(REFUSED, f"{where}: refused"),
            stops=one_of(STOPS, f"{where}: stops"),
            remedies=_references(remedies, f"{where}: remedies"),
        )

    found = [
        scenario(row, f"{path.name}: {row.get('id')}")
        for path in sorted(folder.glob("*.toml"))
        for row in read_rows(path, "scenario")
    ]
    return unique(found, "id", folder.name)


def _references(known: Collection[str], where: str) -> Callable[[Any], tuple[str, ...]]:
    return lambda listed: tuple(map(one_of(known, where), _listed(listed)))


def _verdict(words: tuple[str, ...], where: str) -> Callable[[Any], dict[str, str]]:
    def read(said: Any) -> dict[str, str]:
        if not isinstance(said, dict):
            return {"*": one_of(words, where)(said)}
        check_keys(said, where, optional=VARIABLES["error"])
        return {error: one_of(words, f"{where}: {error}")(word) for error, word in said.items()}

    return read


def _article(path: Path) -> dict[str, str]:
    article = read_toml(path)
    check_keys(article, path.name, required=ARTICLE)
    return article


def build_provider(row: dict[str, Any], file: str) -> Provider:
    """Return the provider that one row of a file describes.

    :raise KnowledgeError: a key or value is wrong
    """
    where = f"{file}: {row.get('id')}"

    def servers(kind: type[Any], **readers: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda rows: tuple(build(kind, where, server, **readers) for server in rows)

    security = one_of(("none", "starttls", "tls"), f"{where}: security")
    return build(
        Provider,
        where,
        row,
        sign_in=one_of(VARIABLES["account"], f"{where}: sign_in"),
        outgoing=servers(Outgoing, security=security),
        incoming=servers(
            Incoming,
            security=security,
            protocol=one_of(("imap", "pop3"), f"{where}: protocol"),
        ),
        note=servers(Note),
        offers=lambda offers: offers if offers is None else frozenset(offers),
    )
