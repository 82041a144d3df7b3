"""How each mail program words what a step asks for: read from programs.toml, checked for form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

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
    labels: Mapping[str, Mapping[str, str]]
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
        return self.known["other"]

    def find(self, program: str | None) -> Program:
        """Return a program by its id; the general guide for one without labels, or none."""
        return self.known.get(program or "", self.general)


def build_programs(data: Mapping[str, Any]) -> Programs:
    """Return the programs that a TOML table describes.

    :raise ValueError: a move, an act or an order cannot be meant; the message names the program
    """
    known = {row["id"]: _program(row) for row in data["program"]}
    programs = Programs(data["sentences"], data["values"], known)
    for program in known.values():
        _check(program, programs)
    return programs


def _program(row: dict[str, Any]) -> Program:
    where = f"program {row['id']}"
    acts = {
        name: tuple(_move(move, f"{where}, {name}") for move in moves)
        for name, moves in row.pop("acts").items()
    }
    labels = row.pop("labels", {})
    covers = {act: tuple(needless) for act, needless in row.pop("covers", {}).items()}
    order = tuple(row.pop("order", ()))
    try:
        return Program(acts=acts, labels=labels, covers=covers, order=order, **row)
    except TypeError as fault:
        raise ValueError(f"{where}: {fault}") from None


def _move(row: Mapping[str, Any], where: str) -> Move:
    kinds = [key for key in row if key in KINDS]
    if len(kinds) != 1 or not row.keys() <= {*KINDS, "to", "value", "for", "anew"}:
        raise ValueError(f"{where}: a move is one of {', '.join(KINDS)}, not {dict(row)}")
    (kind,) = kinds
    named = row[kind]
    labels = tuple(named) if isinstance(named, list) else (named,)
    to, anew = row.get("to", {}), row.get("anew", False)
    return Move(kind, labels, to, row.get("value"), row.get("for"), anew)


def _check(program: Program, programs: Programs) -> None:
    where = f"program {program.id}"
    general = programs.general.acts
    strange = [name for name in (*program.acts, *program.order) if name not in general]
    if strange:
        raise ValueError(f"{where}: the general guide has no act {strange[0]!r}")
    named = {label for _, label in program.named()}
    for language, labels in program.labels.items():
        if unused := labels.keys() - named:
            raise ValueError(f"{where}, {language}: no move names {sorted(unused)[0]!r}")
    if named and not program.words and not (program.source and program.checked):
        raise ValueError(f"{where}: its labels need a source and the day they were checked")
    for moves in program.acts.values():
        for move in moves:
            if move.value and move.value not in programs.values:
                raise ValueError(f"{where}: nothing is called {move.value!r}")
