"""Make the steps of a remedy for one mail program: remedy × program × values.

An act of a remedy ("set the port") becomes the program's own moves, worded with its labels.  What
the program has no confirmed labels for comes from the general guide, and is marked as general.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

from ..knowledge import Move, Program, Programs
from ..knowledge.programs import FORM
from . import inline_markup

PASSWORDS = ("password", "incoming-password")
"""Acts that a sign-in window makes needless."""


@dataclass(frozen=True)
class Control:
    """One line of a drawn screen: what it is, its label and what stands in it."""

    kind: str
    label: str
    language: str | None
    value: str = ""


@dataclass(frozen=True)
class Screen:
    """A screen to draw: its lines from top to bottom, and which one the step is about."""

    controls: tuple[Control, ...]
    marked: int


@dataclass(frozen=True)
class GuideStep:
    """One step: text with markup, the screen it happens on, whether it is general."""

    text: str
    screen: Screen | None = None
    general: bool = False


@dataclass(frozen=True)
class Guide:
    """Words the acts of a remedy for one program, one language and one set of values.

    ``values`` are the settings to use, by act: server, port, security, login.
    """

    programs: Programs
    program: Program
    values: Mapping[str, str | int]
    language: str
    translate: Callable[[str], str]

    def steps(self, acts: tuple[str, ...]) -> list[GuideStep]:
        """Return the steps for some acts, in the order of the program's screens."""
        moves = list(self._moves(acts))
        controls = [self._control(*move) for move in moves]
        return [
            GuideStep(
                self._sentence(owner, act, move),
                self._screen(moves, controls, at),
                self._general(owner, move),
            )
            for at, (owner, act, move) in enumerate(moves)
        ]

    def _moves(self, acts: tuple[str, ...]) -> Iterator[tuple[Program, str, Move]]:
        program = self.program
        needless = {name for act in acts for name in program.covers.get(act, ())}
        if self.values.get("login") == "oauth":
            needless |= set(PASSWORDS)
        open_menus: tuple[str, ...] = ()
        for act in _ordered(acts, program.order):
            if act in needless:
                continue
            own = self._fitting(program, act, acts)
            owner = program if own and self._worded(own, act) else self.programs.general
            for move in own if owner is program else self._fitting(owner, act, acts):
                yield owner, act, _without(move, open_menus)
                if move.kind == "go":
                    open_menus = move.labels

    def _fitting(self, owner: Program, act: str, acts: tuple[str, ...]) -> list[Move]:
        """Return the moves of an act that are for these values, and for the acts around it."""
        return [
            move
            for move in owner.acts.get(act, ())
            if move.when in (None, self.values.get("login"))
            and (not move.after or not set(move.after).isdisjoint(acts))
        ]

    def _worded(self, moves: list[Move], act: str) -> bool:
        """Tell whether a program has the labels for an act with these values."""
        wanted = self.values.get(act)
        return wanted is None or all(not move.to or wanted in move.to for move in moves)

    def _general(self, owner: Program, move: Move) -> bool:
        ours = owner.words or all(label.startswith("*") for label in move.labels)
        return ours and move.kind != "say"

    def _sentence(self, owner: Program, act: str, move: Move) -> str:
        value = self._value(owner, act, move)
        if move.kind == "say":
            return self.translate(move.labels[0]).format(value=value)
        untold = "anew" if move.anew else "keep"
        kind = untold if move.kind == "enter" and value is None else move.kind
        path = " › ".join(self._label(owner, label) for label in move.labels)
        label = self._label(owner, move.labels[0])
        return self.translate(self.programs.sentences[kind]).format(
            path=path, label=label, value=value
        )

    def _label(self, owner: Program, label: str) -> str:
        """Return a label marked for the page, with our gloss where it stands in English."""
        if label.startswith("*") or owner.words:
            return self.translate(label).strip("*")
        text, language = self._shown(owner, label)
        gloss = self.translate(label) if language else label
        return inline_markup.label(text, language) + (f" ({gloss})" if gloss != label else "")

    def _shown(self, owner: Program, label: str) -> tuple[str, str | None]:
        """Return a label as the program shows it, and its language when not the page's own."""
        if label.startswith("*") or owner.words:
            return self.translate(label).strip("*"), None
        if self.language == "en":
            return label, None
        confirmed = owner.labels.get(self.language, {}).get(label)
        return (confirmed, None) if confirmed else (label, "en")

    def _value(self, owner: Program, act: str, move: Move) -> str | None:
        """Return what a move enters or chooses, marked; None where it is not known."""
        if move.to:
            wanted = str(self.values.get(act, ""))
            return self._label(owner, move.to.get(wanted) or next(iter(move.to.values())))
        name = move.value or act
        if name in self.values:
            return inline_markup.value(self.values[name])
        if name in PASSWORDS:
            app_password = self.values.get("sign_in") == "app-password"
            name = "app-password" if app_password else "password"
        words = self.programs.values.get(name)
        return self.translate(words) if words else None

    def _control(self, owner: Program, act: str, move: Move) -> Control:
        text, language = self._shown(owner, move.labels[-1])
        value = ""
        if move.to or move.kind == "enter":
            value = inline_markup.plain(self._value(owner, act, move) or "").strip("“”")
        return Control(move.kind, text, language, value)

    def _screen(
        self, moves: list[tuple[Program, str, Move]], controls: list[Control], at: int
    ) -> Screen | None:
        """Return the screen of a move: a way through menus, buttons, or the form around it."""
        owner, _, move = moves[at]
        if move.kind == "say":
            return None
        if move.kind in ("go", "press"):
            shown = (self._shown(owner, label) for label in move.labels)
            way = tuple(Control(move.kind, text, language) for text, language in shown)
            return Screen(way, len(way) - 1)
        first, last = at, at + 1
        while first and moves[first - 1][2].kind in FORM:
            first -= 1
        while last < len(moves) and moves[last][2].kind in FORM:
            last += 1
        return Screen(tuple(controls[first:last]), at - first)


def _without(move: Move, open_menus: tuple[str, ...]) -> Move:
    """Return a way through menus without the first ones, where the way before has opened them."""
    shared = 0
    if move.kind == "go":
        pairs = zip(move.labels[:-1], open_menus, strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return replace(move, labels=move.labels[shared:]) if shared else move


def _ordered(acts: tuple[str, ...], order: tuple[str, ...]) -> list[str]:
    """Return acts with those that an order names in that order; the others keep their places."""
    named = iter(sorted((act for act in acts if act in order), key=order.index))
    return [next(named) if act in order else act for act in acts]
