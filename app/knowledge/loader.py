"""Read the TOML files and say exactly which file and row is wrong in form."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

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
from .programs import Programs, build_programs
from .variables import REFUSED, RELAY, SIGN_IN, VARIABLES, WEBMAIL

FOLDER = Path(__file__).parent
Built = TypeVar("Built")


class KnowledgeError(ValueError):
    """A TOML file says something that cannot be meant; the message names file and row."""


@cache
def _shipped() -> Knowledge:
    return load(FOLDER)


_current: Knowledge | None = None


def knowledge() -> Knowledge:
    """Return the content: what the app ships with, and the operator's own providers."""
    return _current or _shipped()


def add_providers(after: tuple[Provider, ...], before: tuple[Provider, ...] = ()) -> None:
    """Let the operator's own providers be known from now on, in place of earlier ones.

    :param after: ones that a domain of a shipped provider does not belong to
    :param before: ones that speak for their domains before anybody else
    """
    global _current
    content = _shipped()
    _current = replace(content, providers=before + content.providers + after)


def load(folder: Path) -> Knowledge:
    """Read all content from one folder.

    :raise KnowledgeError: a key, value or reference is wrong
    """
    stages = _stages(read_toml(folder / "stages.toml"))
    values = dict(VARIABLES)
    for stage in stages:
        values[stage.name] = tuple(dict.fromkeys(row.result for row in stage.rows))
    conditions = _Conditions(values)
    programs = _programs(folder / "programs.toml")
    acts = programs.general.acts
    file = "authorisations.toml"
    authorisations = _unique(
        (_build(Authorisation, file, row) for row in read_toml(folder / file)["authorisation"]),
        "id",
    )
    remedies = _unique(
        (_remedy(row, conditions, acts) for row in read_toml(folder / "remedies.toml")["remedy"]),
        "id",
    )
    _check_needs(remedies.values(), authorisations)
    scenarios = _unique(
        (
            _scenario(row, conditions, remedies, file)
            for file in sorted((folder / "scenarios").glob("*.toml"))
            for row in read_toml(file)["scenario"]
        ),
        "id",
    )
    questions = _unique(
        (_question(q) for q in read_toml(folder / "questions.toml")["question"]), "fact"
    )
    shipped = read_toml(folder / "providers.toml")["provider"]
    providers = tuple(build_provider(row, "providers.toml") for row in shipped)
    article = read_toml(folder / "article.toml")
    return Knowledge(
        questions, stages, scenarios, remedies, providers, article, programs, authorisations
    )


class _Conditions:
    """Turn what stands under ``when`` into values, refusing unknown words."""

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self.values = values

    def read(self, given: Any, where: str) -> tuple[When, ...]:
        blocks = given if isinstance(given, list) else [given]
        return tuple(
            {name: self._allowed(name, said, where) for name, said in block.items()}
            for block in blocks
        )

    def _allowed(self, name: str, said: Any, where: str) -> tuple[str, ...]:
        if name not in self.values:
            raise KnowledgeError(f"{where}: nothing is called {name!r}")
        listed = said["not"] if isinstance(said, dict) else said
        words = [listed] if isinstance(listed, str) else list(listed)
        if strange := [word for word in words if word not in self.values[name]]:
            raise KnowledgeError(f"{where}: {name} has no value {strange[0]!r}")
        if isinstance(said, dict):
            words = [word for word in self.values[name] if word not in words]
        return tuple(words)


def _stages(data: Mapping[str, Any]) -> tuple[Stage, ...]:
    known = dict(VARIABLES)
    stages = []
    for stage in data["stage"]:
        conditions = _Conditions(known)
        where = f"stages.toml: {stage['name']}"
        rows = tuple(
            StageRow(row["is"], conditions.read(row["when"], where)) for row in stage["row"]
        )
        stages.append(Stage(stage["name"], rows))
        known[stage["name"]] = tuple(dict.fromkeys(row.result for row in rows))
    return tuple(stages)


def _scenario(
    row: dict[str, Any], conditions: _Conditions, remedies: Mapping[str, Remedy], file: Path
) -> Scenario:
    where = f"{file.name}: {row.get('id')}"
    when = conditions.read(row.pop("when"), where)
    if strange := [name for name in row["remedies"] if name not in remedies]:
        raise KnowledgeError(f"{where}: no remedy is called {strange[0]!r}")
    if row["stops"] not in ("line", "server", "recipient", "nowhere", "lost", "unclear"):
        raise KnowledgeError(f"{where}: a message cannot stop at {row['stops']!r}")
    verdicts = {
        "relay": _verdict(row.pop("relay"), (*RELAY, "by-recipient"), where),
        "refused": _verdict(row.pop("refused"), REFUSED, where),
    }
    chosen = tuple(row.pop("remedies"))
    return _build(Scenario, where, row, when=when, remedies=chosen, **verdicts)


def _verdict(said: Any, words: tuple[str, ...], where: str) -> dict[str, str]:
    by_error = said if isinstance(said, dict) else {"*": said}
    for word in by_error.values():
        if word not in words:
            raise KnowledgeError(f"{where}: {word!r} is no verdict; one of {', '.join(words)}")
    return by_error


def _remedy(row: dict[str, Any], conditions: _Conditions, acts: Collection[str]) -> Remedy:
    where = f"remedies.toml: {row.get('id')}"
    steps = tuple(_step(step, conditions, acts, where) for step in row.pop("steps"))
    when = conditions.read(row.pop("when", []), where)
    needs = tuple(row.pop("needs", ()))
    return _build(Remedy, where, row, steps=steps, when=when, needs=needs)


def _check_needs(remedies: Iterable[Remedy], authorisations: Collection[str]) -> None:
    for remedy in remedies:
        needs = {*remedy.needs, *(way for step in remedy.steps for way in step.needs)}
        if strange := sorted(needs - {*authorisations, WEBMAIL, SIGN_IN}):
            raise KnowledgeError(f"remedies.toml: {remedy.id}: no way is called {strange[0]!r}")


def _step(said: Any, conditions: _Conditions, acts: Collection[str], where: str) -> Step:
    row = {"text": said} if isinstance(said, str) else dict(said)
    listed = tuple(row.pop("acts", ()))
    if strange := [act for act in listed if act not in acts]:
        raise KnowledgeError(f"{where}: no program has an act {strange[0]!r}")
    when = conditions.read(row.pop("when", []), where)
    needs = tuple(row.pop("needs", ()))
    return _build(Step, where, row, acts=listed, when=when, needs=needs)


def _programs(path: Path) -> Programs:
    try:
        return build_programs(read_toml(path))
    except (ValueError, KeyError, TypeError) as fault:
        raise KnowledgeError(f"{path.name}: {fault}") from None


def _question(row: dict[str, Any]) -> Question:
    where = f"questions.toml: {row.get('fact')}"
    choices = tuple(_build(Choice, where, choice) for choice in row.pop("choices", []))
    states = tuple(_build(Choice, where, state) for state in row.pop("states", []))
    lists = {key: tuple(row.pop(key, [])) for key in ("how", "about")}
    return _build(Question, where, row, choices=choices, states=states, **lists)


def build_provider(row: dict[str, Any], file: str) -> Provider:
    """Return the provider that one row of a file describes; the row is used up.

    :raise KnowledgeError: a key is missing or unknown
    """
    where = f"{file}: {row.get('id')}"
    outgoing = tuple(_build(Outgoing, where, server) for server in row.pop("outgoing"))
    incoming = tuple(_build(Incoming, where, server) for server in row.pop("incoming", []))
    notes = tuple(_build(Note, where, note) for note in row.pop("note", []))
    lists = {"outgoing": outgoing, "incoming": incoming, "notes": notes}
    return _build(Provider, where, row, domains=tuple(row.pop("domains")), **lists)


def _build(kind: type[Built], where: str, row: Mapping[str, Any], **more: Any) -> Built:
    try:
        return kind(**row, **more)
    except TypeError as fault:
        raise KnowledgeError(f"{where}: {fault}") from None


def _unique(rows: Iterable[Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        name = getattr(row, key)
        if name in found:
            raise KnowledgeError(f"{name!r} stands twice")
        found[name] = row
    return found


def read_toml(path: Path) -> dict[str, Any]:
    """Return what one TOML file says.

    :raise KnowledgeError: it is no TOML
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as fault:
        raise KnowledgeError(f"{path.name}: {fault}") from None
