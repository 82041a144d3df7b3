"""Make the steps of a remedy for one mail program: remedy × program × values.

An act of a remedy ("set the port") becomes the program's own moves, worded with its labels.  What
the program has no confirmed labels for comes from the general guide, and is marked as general.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

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
        order = (*program.order, *(act for act in acts if act not in program.order))
        needless = {name for act in acts for name in program.covers.get(act, ())}
        if self.values.get("login") == "oauth":
            needless |= set(PASSWORDS)
        for act in sorted(acts, key=order.index):
            if act in needless:
                continue
            owner = program if self._worded(program, act) else self.programs.general
            for move in owner.acts[act]:
                if move.when in (None, self.values.get("login")):
                    yield owner, act, move

    def _worded(self, program: Program, act: str) -> bool:
        """Tell whether a program has the labels for an act with these values."""
        moves = program.acts.get(act)
        if moves is None:
            return False
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
        """Return the screen of a move: a way through menus, or the form around it."""
        owner, _, move = moves[at]
        if move.kind == "say":
            return None
        if move.kind == "go":
            shown = (self._shown(owner, label) for label in move.labels)
            way = tuple(Control("go", text, language) for text, language in shown)
            return Screen(way, len(way) - 1)
        first, last = at, at + 1
        while first and moves[first - 1][2].kind in FORM:
            first -= 1
        while last < len(moves) and moves[last][2].kind in FORM:
            last += 1
        return Screen(tuple(controls[first:last]), at - first)
