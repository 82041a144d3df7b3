"""Steps in each program: its menus, fields and labels, from programs.toml and products.toml."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final

from .rows import (
    KnowledgeError,
    as_list,
    build,
    check_keys,
    one_of,
    read_rows,
    read_toml,
    rows_of,
    unique,
)
from .variables import VARIABLES

FORM: Final = ("enter", "choose", "tick", "untick", "switch", "pick", "empty")
"""The moves that stand together on one screen."""
SAID: Final = ("say", "note")
"""The moves that are a sentence of ours: something to do, or something to know before."""
KINDS: Final = ("go", "press", *FORM, *SAID)
"""What a move can ask a person to do."""
SENTENCES: Final = ("go", "press", *FORM, "keep", "anew")
"""Our sentences around a label: one for each kind, two where no value is known."""
VALUES: Final = (
    "user",
    "password",
    "app-password",
    "either-password",
    "local-part",
    "given-user",
    "address",
)
"""What is entered where the settings name no value."""
ENTRIES: Final = ("tls", "starttls", "password", "oauth")
"""The values that an entry of a list can stand for."""
ELEMENTS: Final = ("menu", "row", "button", "tab", "list")
"""What a label of a way can be on the screen."""
_PHONE: Final = ("row", "button")
PLATFORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "windows": ELEMENTS,
    "macos": ELEMENTS,
    "desktop": ELEMENTS,
    "ios": _PHONE,
    "android": _PHONE,
}
"""What each platform has of these; the first is what a label is if nothing is said."""
PHONES: Final = ("ios", "android")
"""The platforms where each entry of a list opens a page of its own."""
GENERAL: Final = "other"
"""The guide for programs without confirmed labels."""


@dataclass(frozen=True)
class Move:
    """One thing to do on a screen.

    ``labels`` are the English labels it names (several for ``go`` and ``press``) or, for ``say``,
    the sentence; those between stars are our words.  ``to`` names the entries of a list by the
    value wanted, ``value`` what is entered if it is not the act's own value, ``when`` the login it
    is for, ``after`` the acts of which one has to be done before it.
    ``anew``: the account is added again, so nothing stands in the field yet.  ``on`` is what the
    last labels of a way are on the screen, for its picture.
    """

    kind: str
    labels: tuple[str, ...]
    to: Mapping[Annotated[str, ENTRIES], str] = field(default_factory=dict)
    value: Annotated[str, VALUES] | None = None
    when: Annotated[str, VARIABLES["login"]] | None = field(default=None, metadata={"key": "for"})
    after: tuple[str, ...] = ()
    anew: bool = False
    on: tuple[str, ...] = ()

    def elements(self, platform: str) -> tuple[str, ...]:
        """Return what each label is on a platform's screens; what differs per person is a row."""
        usual = PLATFORMS[platform][0]
        said = tuple("row" if label.startswith("*") else usual for label in self.labels)
        return said[: len(said) - len(self.on)] + self.on


@dataclass(frozen=True)
class Program:
    """A mail program: the moves of each act, and its labels as confirmed in other languages.

    An act of ``covers`` makes others needless, one of ``brings`` makes others needed.
    ``platform`` is what its windows look like; without it there are no pictures.  ``words`` is true
    for the general guide, whose labels are words of ours.  ``language`` is that of its labels,
    ``noun`` what a sentence calls it.  A product that sends by itself has a ``name``, and its
    ``kind`` is the program whose guide says what its own labels leave open; ``only`` is the one
    encryption that it knows, ``known_by`` the words that name it in an error.
    """

    id: str
    acts: Mapping[str, tuple[Move, ...]]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    covers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    brings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: bool = False
    platform: Annotated[str, tuple(PLATFORMS)] | None = None
    source: str | None = None
    checked: date | None = None
    language: str = "en"
    noun: str = ""
    only: Annotated[str, ("tls", "starttls")] | None = None
    known_by: tuple[str, ...] = ()
    kind: str = ""
    name: str = ""

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield (act, label) for every label of the program itself, in the order of its screens."""
        for act, moves in self.acts.items():
            for move in moves:
                shown = () if move.kind in SAID else (*move.labels, *move.to.values())
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

    @cached_property
    def products(self) -> Mapping[str, tuple[Program, ...]]:
        """The products of each kind."""
        kinds = dict.fromkeys(product.kind for product in self.known.values() if product.kind)
        return {kind: tuple(p for p in self.known.values() if p.kind == kind) for kind in kinds}

    def guides(self, program: Program) -> tuple[Program, ...]:
        """Return a program, and what words the acts for which it has no labels."""
        kind = (self.known[program.kind],) if program.kind else ()
        return (program, *kind, self.general)

    def find(self, program: str | None) -> Program:
        """Return a program by its id; the general guide for one without labels, or none."""
        return self.known.get(program or "", self.general)


def read_programs(path: Path, more: Path) -> Programs:
    """Return the programs that a TOML file describes, and the products of another one.

    :raise KnowledgeError: a key, act, move or order is wrong; the message names the program
    """
    data, file = read_toml(path, ("sentences", "values", "program")), path.name
    check_keys(data["sentences"], f"{file}: sentences", required=SENTENCES)
    check_keys(data["values"], f"{file}: values", required=VALUES)
    rows = [(file, row) for row in rows_of(data, "program", file)]
    rows += [(more.name, row) for row in read_rows(more, "program")]
    built = (build(Program, f"{at}: {row.get('id')}", row, acts=_acts) for at, row in rows)
    known = unique(built, "id", file)
    programs = Programs(data["sentences"], data["values"], known)
    if GENERAL not in known:
        raise KnowledgeError(f"{file}: no program has the id {GENERAL!r}: add the general guide")
    for program in known.values():
        where = f"{more.name if program.kind else file}: {program.id}"
        _check(program, programs.general.acts, where)
        if program.kind:
            one_of(p.id for p in known.values() if not p.kind)(program.kind, f"{where}: kind")
        if bool(program.kind) != bool(program.name):
            raise KnowledgeError(f"{where}: a product has both 'kind' and 'name': add the other")
    return programs


def _acts(acts: Any, where: str) -> dict[str, tuple[Move, ...]]:
    return {
        name: tuple(_move(move, f"{where}: {name}") for move in moves)
        for name, moves in acts.items()
    }


def _move(row: dict[str, Any], where: str) -> Move:
    check_keys(row, where, optional=(*KINDS, "to", "value", "for", "after", "anew", "on"))
    kinds = [key for key in row if key in KINDS]
    if len(kinds) != 1:
        raise KnowledgeError(f"{where}: write one of {', '.join(KINDS)} in a move, not {row}")
    (kind,) = kinds
    rest = {key: value for key, value in row.items() if key != kind}
    if "on" in rest:
        rest["on"] = as_list(rest["on"])
    return build(Move, where, {"kind": kind, "labels": as_list(row[kind]), **rest})


def _check(program: Program, general: Collection[str], where: str) -> None:
    """Hold the acts against those of the general guide, and the labels against the moves."""
    needless = [act for covered in program.covers.values() for act in covered]
    brought = [act for more in program.brings.values() for act in more]
    moves = [move for act in program.acts.values() for move in act]
    named_acts = {
        "acts": program.acts,
        "order": program.order,
        "covers": (*program.covers, *needless),
        "brings": (*program.brings, *brought),
        "after": [act for move in moves for act in move.after],
    }
    for key, acts in named_acts.items():
        for act in acts:
            one_of(general)(act, f"{where}: {key}")
    for move in moves:
        _check_elements(program, move, f"{where}: on")
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
    drawn = bool(named) and not program.words and not program.kind
    if drawn != bool(program.platform):
        what = "remove it: it has no labels" if program.platform else "say what its windows are"
        raise KnowledgeError(f"{where}: platform: {what}")


def _check_elements(program: Program, move: Move, where: str) -> None:
    """Refuse a word for what the labels of a way are that the platform does not have."""
    if move.on and (move.kind != "go" or len(move.on) > len(move.labels)):
        raise KnowledgeError(f"{where}: write it with `go`, a word for each of the last labels")
    for element in move.on:
        one_of(PLATFORMS.get(program.platform or "", ()))(element, where)


def label_table(programs: Programs) -> Iterator[str]:
    """Yield the lines of the table in docs/programs.md: a row for each act of each program.

    A label stands as the program shows it in English, with what is confirmed in other languages
    behind it.  An act that is not listed for a program comes from the general guide.
    """
    yield "| program | act | labels, confirmed | by what | checked |"
    yield "|---|---|---|---|---|"
    for program in programs.known.values():
        acts = dict.fromkeys(act for act, _ in program.named())
        for act in () if program.words else acts:
            shown = [_shown(program, label) for of, label in program.named() if of == act]
            yield (
                f"| {program.id} | {act} | {', '.join(dict.fromkeys(shown))} "
                f"| {program.source} | {program.checked} |"
            )


def _shown(program: Program, label: str) -> str:
    confirmed = [
        f"{language}: {labels[label]}"
        for language, labels in program.labels.items()
        if label in labels
    ]
    return f"{label} ({', '.join(confirmed)})" if confirmed else label
