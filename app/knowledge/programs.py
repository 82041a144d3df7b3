"""Steps in each mail program: its menus, fields and labels, from programs.toml."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from .rows import KnowledgeError, build, check_keys, one_of, read_toml, rows_of, unique
from .variables import VARIABLES

KINDS: Final = (
    "go",
    "press",
    "enter",
    "choose",
    "tick",
    "untick",
    "switch",
    "pick",
    "empty",
    "say",
)
"""What a move can ask a person to do."""
SENTENCES: Final = (*(kind for kind in KINDS if kind != "say"), "keep", "anew")
"""Our sentences around a label: one for each kind, two where no value is known."""
VALUES: Final = ("user", "password", "app-password", "address")
"""What is entered where the settings name no value."""
ENTRIES: Final = ("tls", "starttls", "password", "oauth")
"""The values that an entry of a list can stand for."""
GENERAL: Final = "other"
"""The guide for programs without confirmed labels."""


@dataclass(frozen=True)
class Move:
    """One thing to do on a screen.

    ``labels`` are the English labels it names (several for ``go``) or, for ``say``, the sentence;
    those between stars are our words.  ``to`` names the entries of a list by the value wanted,
    ``value`` what is entered if it is not the act's own value, ``when`` the login it is for.
    ``anew``: the account is added again, so nothing stands in the field yet.
    """

    kind: str
    labels: tuple[str, ...]
    to: Mapping[str, str] = field(default_factory=dict)
    value: str | None = None
    when: str | None = None
    anew: bool = False


@dataclass(frozen=True)
class Program:
    """A mail program: the moves of each act, and its labels as confirmed in other languages.

    ``words`` is true for the general guide, whose labels are words of ours.
    """

    id: str
    acts: Mapping[str, tuple[Move, ...]]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    covers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: bool = False
    source: str | None = None
    checked: date | None = None

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield (act, label) for every label of the program itself, in the order of its screens."""
        for act, moves in self.acts.items():
            for move in moves:
                shown = () if move.kind == "say" else (*move.labels, *move.to.values())
                yield from ((act, label) for label in shown if not label.startswith("*"))


@dataclass(frozen=True)
class Programs:
    """All mail programs, the sentence of each kind of move, and what is entered without a value."""

    sentences: Mapping[str, str]
    values: Mapping[str, str]
    known: Mapping[str, Program]

    @property
    def general(self) -> Program:
        """The guide for programs whose labels are not confirmed."""
        return self.known[GENERAL]

    def find(self, program: str | None) -> Program:
        """Return a program by its id; the general guide for one without labels, or none."""
        return self.known.get(program or "", self.general)


def read_programs(path: Path) -> Programs:
    """Return the programs that a TOML file describes.

    :raise KnowledgeError: a key, act, move or order is wrong; the message names the program
    """
    data, file = read_toml(path), path.name
    check_keys(data, file, required=("sentences", "values", "program"))
    check_keys(data["sentences"], f"{file}: sentences", required=SENTENCES)
    check_keys(data["values"], f"{file}: values", required=VALUES)
    found = [_program(row, f"{file}: {row.get('id')}") for row in rows_of(data, "program", file)]
    programs = Programs(data["sentences"], data["values"], unique(found, "id", file))
    if GENERAL not in programs.known:
        raise KnowledgeError(f"{file}: no program has the id {GENERAL!r}: add the general guide")
    for program in found:
        _check(program, programs.general.acts, f"{file}: {program.id}")
    return programs


def _program(row: dict[str, Any], where: str) -> Program:
    return build(
        Program,
        where,
        row,
        acts=lambda acts: {
            name: tuple(_move(move, f"{where}: acts: {name}") for move in moves)
            for name, moves in acts.items()
        },
        labels=dict,
        covers=lambda covers: {act: tuple(needless) for act, needless in covers.items()},
    )


def _move(row: dict[str, Any], where: str) -> Move:
    check_keys(row, where, optional=(*KINDS, "to", "value", "for", "anew"))
    kinds = [key for key in row if key in KINDS]
    if len(kinds) != 1:
        raise KnowledgeError(f"{where}: write one of {', '.join(KINDS)} in a move, not {row}")
    (kind,) = kinds
    named = row[kind]
    labels = tuple(named) if isinstance(named, list) else (named,)
    to, value, login = row.get("to", {}), row.get("value"), row.get("for")
    check_keys(to, f"{where}: to", optional=ENTRIES)
    if value is not None:
        one_of(VALUES, f"{where}: value")(value)
    if login is not None:
        one_of(VARIABLES["login"], f"{where}: for")(login)
    return Move(kind, labels, to, value, login, row.get("anew", False))


def _check(program: Program, general: Collection[str], where: str) -> None:
    """Hold the acts against those of the general guide, and the labels against the moves."""
    needless = [act for covered in program.covers.values() for act in covered]
    covers = (*program.covers, *needless)
    for key, acts in (("acts", program.acts), ("order", program.order), ("covers", covers)):
        for act in acts:
            one_of(general, f"{where}: {key}")(act)
    named = dict.fromkeys(label for _, label in program.named())
    for language, labels in program.labels.items():
        for label in labels:
            if label not in named:
                raise KnowledgeError(
                    f"{where}: labels: {language}: no move names {label!r}: "
                    "spell it as in `acts`, or remove it"
                )
    if named and not program.words and not (program.source and program.checked):
        raise KnowledgeError(
            f"{where}: key 'source' or 'checked' is missing: say who confirms the labels, and when"
        )
