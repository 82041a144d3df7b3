"""A case and its plan as a text: to paste into a helpdesk's ticket, or to read out.

The parts are made once, and written plainly or in Markdown (CommonMark; GitHub's and GitLab's links
too).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..diagnosis import Plan, PlannedRemedy
from ..diagnosis.inline_markup import plain
from ..i18n.languages import Language
from .questions import answers_so_far

Extra = tuple[str, Sequence[str]]
"""One more part: its title and its lines, in the ticket's language."""

_PLAIN: Final = {"steps": "{}. ", "list": "- "}
"""What stands before a line, by the kind of part; ``{}`` is its number."""
_MARKDOWN: Final = _PLAIN | {"facts": "- ", "words": "> "}
_ANYWHERE = re.compile(r"[\\`*_{}\[\]<>#|~&$^!@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""What means something anywhere in a line of Markdown, or makes a link of a word."""
_AT_THE_START = re.compile(r"^([-+=]|\d{1,9}(?=[.)]))")


@dataclass(frozen=True)
class Part:
    """A heading and what stands below it; ``kind`` tells how it is set.

    ``text`` (a paragraph a line), ``facts`` (label: answer), ``steps`` (numbered), ``list``,
    ``words`` (said by somebody) or ``link``.
    """

    title: str
    lines: tuple[str, ...]
    kind: str = "text"


def make_ticket(
    plan: Plan,
    remedy: PlannedRemedy,
    language: Language,
    link: str,
    extra: Sequence[Extra] = (),
) -> tuple[Part, ...]:
    """Return what happened, what is known and was tried, what to do and to say, where it stands.

    :param remedy: the way that is written out; the others are named
    :param link: the absolute address of the plan, '' for none
    :param extra: parts that stand behind what is known
    """
    translate, facts = language.gettext, plan.situation.facts
    said = answers_so_far(language.code, facts)
    known = (f"{label}: {plain(answer)}" for _, label, answer in said)
    tried = (plain(plan.wording.title(remedy)) for remedy in facts.tried)
    others = (plain(other.title) for other in plan.others(remedy))
    steps = (plain(step.text) for step in remedy.steps)
    parts = (
        _part(plain(plan.summary), (plain(plan.why),)),
        _part(translate("What we know"), known, "facts"),
        *(_part(title, lines) for title, lines in extra),
        _part(translate("Already tried, but it didn't work"), tried, "list"),
        _part(plain(remedy.title), steps, "steps"),
        _part(translate("What to say:"), (plain(remedy.words or ""),), "words"),
        _part(translate("Other fixes"), others, "list"),
        _part(translate("View on the web"), (link,), "link"),
    )
    return tuple(part for part in parts if part.lines)


def _part(title: str, lines: Iterable[str], kind: str = "text") -> Part:
    return Part(title, tuple(line for line in lines if line), kind)


def write_plain(parts: Iterable[Part]) -> str:
    """Return a ticket as plain text."""
    texts = ("\n".join((part.title.upper(), *_set(part, part.lines, _PLAIN))) for part in parts)
    return "\n\n".join(texts) + "\n"


def write_markdown(parts: Iterable[Part]) -> str:
    """Return a ticket in Markdown."""
    texts = (f"## {escape_markdown(part.title)}\n\n{_markdown(part)}" for part in parts)
    return "\n\n".join(texts) + "\n"


def _markdown(part: Part) -> str:
    if part.kind == "link":
        return "\n\n".join(f"<{line}>" for line in part.lines)
    lines = _set(part, map(escape_markdown, part.lines), _MARKDOWN)
    return ("\n" if part.kind in ("facts", "list", "steps") else "\n\n").join(lines)


def _set(part: Part, lines: Iterable[str], marks: Mapping[str, str]) -> Iterator[str]:
    before = marks.get(part.kind, "")
    return (before.format(number) + line for number, line in enumerate(lines, 1))


def escape_markdown(text: str) -> str:
    """Return words as Markdown that shows exactly these words, in one line, and no link."""
    line = _ANYWHERE.sub(r"\\\g<0>", " ".join(text.split()))
    begins = _AT_THE_START.match(line)
    if begins is None:
        return line
    # A digit is no punctuation: what follows it is escaped in its place.
    first, rest = begins[0], line[begins.end() :]
    return f"{first}\\{rest}" if first.isdecimal() else f"\\{first}{rest}"
