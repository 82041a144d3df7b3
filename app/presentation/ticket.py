"""A case and its plan as a text: to paste into a helpdesk's ticket, or to read out.

The parts are made once, and written plainly or in Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..diagnosis import Facts, Plan, PlannedRemedy
from ..diagnosis.inline_markup import plain
from ..i18n.languages import Language
from .questions import described_facts

Extra = tuple[str, Sequence[str]]
"""One more part: its title and its lines, in the ticket's language."""


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
    tried = (plain(plan.wording.title(remedy)) for remedy in facts.tried)
    others = (plain(other.title) for other in plan.others(remedy))
    steps = (plain(step.text) for step in remedy.steps)
    parts = (
        _part(plain(plan.summary), (plain(plan.why),)),
        _part(translate("What is known"), _known(facts, language), "facts"),
        *(_part(title, lines) for title, lines in extra),
        _part(translate("Tried without success"), tried, "list"),
        _part(plain(remedy.title), steps, "steps"),
        _part(translate("Words to say:"), (plain(remedy.words or ""),), "words"),
        _part(translate("Other ways"), others, "list"),
        _part(translate("The same on the web"), (link,), "link"),
    )
    return tuple(part for part in parts if part.lines)


def _part(title: str, lines: Iterable[str], kind: str = "text") -> Part:
    return Part(title, tuple(line for line in lines if line), kind)


def _known(facts: Facts, language: Language) -> Iterator[str]:
    for label, answer in described_facts(language.code, facts):
        yield f"{label}: {plain(answer)}"


def write_plain(parts: Iterable[Part]) -> str:
    """Return a ticket as plain text."""
    return "\n\n".join("\n".join((part.title.upper(), *_set(part))) for part in parts) + "\n"


def _set(part: Part) -> Iterator[str]:
    for number, line in enumerate(part.lines, 1):
        before = {"steps": f"{number}. ", "list": "- "}.get(part.kind, "")
        yield f"{before}{line}"
