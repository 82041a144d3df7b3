"""Make the steps of a remedy for one mail program: remedy × program × values.

An act of a remedy ("set the port") becomes the program's own moves, worded with its labels.  What
the program has no confirmed labels for comes from the general guide, and is marked as general.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

from ..knowledge import Move, Program, Programs
from ..knowledge.programs import FORM, PHONES, SAID
from . import inline_markup

PASSWORDS = ("password", "incoming-password")
"""Acts that a sign-in window makes needless."""
_PASSWORDS = {"app-password": "app-password", "unknown": "either-password"}
"""What is entered as the password, by how one signs in; the usual one where it is not said."""
_USERS = {"local-part": "local-part", "unknown": "given-user"}
"""What is entered as the username; the whole address where nothing else is said."""


@dataclass(frozen=True)
class Caption:
    """A text on a drawn screen: its language when not the page's own, whether it is our words."""

    text: str = ""
    language: str | None = None
    ours: bool = False


NOTHING = Caption()


@dataclass(frozen=True)
class Control:
    """One part of a drawn screen: what it is, its label, what stands in it, whether it is marked.

    The kind is that of a move, an element of a way, or ``secret``: a field that hides its content.
    """

    kind: str
    label: Caption
    value: Caption = NOTHING
    marked: bool = False


@dataclass(frozen=True)
class Screen:
    """A screen to draw, in the shape of a platform: its parts from top to bottom.

    ``title`` is empty where nobody has confirmed it; ``way`` names what was opened before.
    """

    platform: str
    way: tuple[Caption, ...]
    title: Caption
    controls: tuple[Control, ...]

    @property
    def marked(self) -> tuple[Control, ...]:
        """What the step is about: one part, or several buttons."""
        return tuple(control for control in self.controls if control.marked)


@dataclass(frozen=True)
class GuideStep:
    """One step: text with markup, the screen it happens on, whether it is general.

    A ``note`` is nothing to do: a condition, or what is good to know.
    """

    text: str
    screen: Screen | None = None
    general: bool = False
    note: bool = False


@dataclass(frozen=True)
class _Turn:
    """A move as a step tells it, and the way that is open then, whole; None where nobody knows."""

    owner: Program
    act: str
    move: Move
    way: Move | None


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
        brought = {name for act in acts for name in self.program.brings.get(act, ())}
        if brought:
            whole = self.programs.general.acts
            acts = tuple([name for name in whole if name in brought.union(acts)])
        turns = list(self._turns(acts))
        return [
            GuideStep(
                self._sentence(turn),
                self._screen(turns, at),
                self._general(turn),
                turn.move.kind == "note",
            )
            for at, turn in enumerate(turns)
        ]

    def _turns(self, acts: tuple[str, ...]) -> Iterator[_Turn]:
        program = self.program
        guides = self.programs.guides(program)
        needless = {n for act in acts for guide in guides for n in guide.covers.get(act, ())}
        if self.values.get("login") == "oauth":
            needless |= set(PASSWORDS)
        windows: list[Move | None] = []  # the ways that are open, one above the other
        for act in _ordered(acts, program.order):
            if act in needless:
                continue
            owner, moves = self._owner(act, acts)
            for move in moves:
                told = move
                if move.kind == "go":
                    told = _without(move, windows[-1] if windows else None)
                    if told is not move:
                        windows.pop()
                    windows.append(None if owner.words else move)
                yield _Turn(owner, act, told, windows[-1] if windows else None)
                if move.kind == "press" and windows:
                    windows.pop()

    def _owner(self, act: str, acts: tuple[str, ...]) -> tuple[Program, list[Move]]:
        """Return the guide that has the labels for an act with these values, and its moves."""
        for owner in self.programs.guides(self.program):
            moves = self._fitting(owner, act, acts)
            if moves and self._worded(moves, act):
                break
        return owner, moves

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

    def _general(self, turn: _Turn) -> bool:
        ours = turn.owner.words or all(label.startswith("*") for label in turn.move.labels)
        return ours and turn.move.kind not in SAID

    def _sentence(self, turn: _Turn) -> str:
        owner, move = turn.owner, turn.move
        value = self._value(turn)
        if move.kind in SAID:
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
        shown = self._caption(owner, label)
        if shown.ours:
            return shown.text
        gloss = self.translate(label) if shown.language else label
        return inline_markup.label(shown.text, shown.language) + (
            f" ({gloss})" if gloss != label else ""
        )

    def _caption(self, owner: Program, label: str) -> Caption:
        """Return a label as the program shows it; our words as they are."""
        if label.startswith("*") or owner.words:
            return Caption(self.translate(label).strip("*"), ours=True)
        if self.language == owner.language:
            return Caption(label)
        confirmed = owner.labels.get(self.language, {}).get(label)
        return Caption(confirmed) if confirmed else Caption(label, owner.language)

    def _entry(self, turn: _Turn) -> str | None:
        """Return the label of the list's entry that a move chooses; None where it is no list."""
        entries = turn.move.to
        wanted = str(self.values.get(turn.act, ""))
        return entries.get(wanted) or next(iter(entries.values())) if entries else None

    def _value(self, turn: _Turn) -> str | None:
        """Return what a move enters or chooses, marked; None where it is not known."""
        if entry := self._entry(turn):
            return self._label(turn.owner, entry)
        name = turn.move.value or turn.act
        if name in self.values:
            return inline_markup.value(self.values[name])
        if name in PASSWORDS:
            name = _PASSWORDS.get(str(self.values.get("sign_in")), "password")
        if name == "user":
            name = _USERS.get(str(self.values.get("user_name")), "user")
        words = self.programs.values.get(name)
        return self.translate(words) if words else None

    def _screen(self, turns: list[_Turn], at: int) -> Screen | None:
        """Return the screen of a move: the end of a way, buttons, or the form around it."""
        turn = turns[at]
        platform = turn.owner.platform
        if turn.move.kind in SAID or self._general(turn) or not (platform and turn.way):
            return None
        elements = turn.way.elements(platform)
        labels = (self._caption(turn.owner, label) for label in turn.way.labels)
        opened = tuple(map(Control, elements, labels))
        if turn.move.kind == "go":
            return _window(platform, opened[:-1], (replace(opened[-1], marked=True),))
        if turn.move.kind == "press":
            labels = (self._caption(turn.owner, label) for label in turn.move.labels)
            buttons = tuple(Control("press", label, marked=True) for label in labels)
            return _window(platform, opened, buttons)
        first, last = at, at + 1
        while first and turns[first - 1].move.kind in FORM:
            first -= 1
        while last < len(turns) and turns[last].move.kind in FORM:
            last += 1
        form = tuple(
            self._control(turns[place], place == at)
            for place in range(first, last)
            if not self._general(turns[place])
        )
        return _window(platform, opened, form)

    def _control(self, turn: _Turn, marked: bool) -> Control:
        """Return a field as it looks when the step is done."""
        kind, value = turn.move.kind, NOTHING
        if entry := self._entry(turn):
            value = self._caption(turn.owner, entry)
        elif kind == "enter" and turn.act in PASSWORDS:
            kind = "secret"
        elif kind == "enter":
            text = inline_markup.plain(self._value(turn) or "")
            value = Caption(text, ours=(turn.move.value or turn.act) not in self.values)
        return Control(kind, self._caption(turn.owner, turn.move.labels[0]), value, marked)


def _window(platform: str, opened: tuple[Control, ...], parts: tuple[Control, ...]) -> Screen:
    """Return the window that a way has opened, with some parts and what is chosen beside them.

    Tabs, lists and, on a desktop, rows in our words stand in the window; all else opens another.
    What a button opens has no confirmed name.
    """
    place = len(opened) - 1
    while place and (
        opened[place].kind in ("tab", "list")
        or (opened[place].label.ours and platform not in PHONES)
    ):
        place -= 1
    title = NOTHING if opened[place].kind == "button" else opened[place].label
    way = tuple(control.label for control in opened[: place + (title is NOTHING)])
    return Screen(platform, way, title, opened[place + 1 :] + parts)


def _without(move: Move, before: Move | None) -> Move:
    """Return a way through menus without the first ones, where the way before has opened them."""
    pairs = zip(move.labels[:-1], before.labels if before else (), strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return replace(move, labels=move.labels[shared:]) if shared else move


def _ordered(acts: tuple[str, ...], order: tuple[str, ...]) -> list[str]:
    """Return acts with those that an order names in that order; the others keep their places."""
    named = iter(sorted((act for act in acts if act in order), key=order.index))
    return [next(named) if act in order else act for act in acts]
