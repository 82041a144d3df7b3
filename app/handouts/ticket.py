"""A case and its plan as plain text: to paste into a helpdesk's ticket, or to read out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..diagnosis import CODES, Facts, Plan, PlannedRemedy
from ..diagnosis.marks import plain
from ..web.languages import Language
from ..wizard.questions import answers_so_far


def write_ticket(plan: Plan, remedy: PlannedRemedy, language: Language, link: str) -> str:
    """Return the text: what happened, what is known, what to do, what to say, where it stands.

    :param remedy: the way that is written out; the others are named
    :param link: the absolute address of the plan
    """
    translate = language.gettext
    facts = plan.diagnosis.facts
    others = [plain(other.title) for other in plan.remedies if other.id != remedy.id]
    parts = (
        _part(plain(plan.summary), (plain(plan.why),)),
        _part(translate("What is known"), _known(facts, language)),
        _part(plain(remedy.title), _numbered(plain(step.text) for step in remedy.steps)),
        _part(translate("Words to say:"), (plain(remedy.words or ""),)),
        _part(translate("Other ways"), (f"- {title}" for title in others)),
        _part(translate("The same on the web"), (link,)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _part(title: str, lines: Iterable[str]) -> str:
    """Return a part, nothing when it has no lines."""
    said = [line for line in lines if line]
    return "\n".join((title.upper(), *said)) if said else ""


def _known(facts: Facts, language: Language) -> Iterator[str]:
    for _, label, answer in answers_so_far(language.code, facts):
        yield f"{label}: {plain(answer)}"
    codes = [str(getattr(facts, key)) for key in CODES if getattr(facts, key)]
    if codes:
        yield f"{language.gettext('Reply code')}: {' '.join(codes)}"


def _numbered(lines: Iterable[str]) -> Iterator[str]:
    yield from (f"{number}. {line}" for number, line in enumerate(lines, 1))
