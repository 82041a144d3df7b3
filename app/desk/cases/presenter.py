"""A case as the screen shows it beside its facts, and as its ticket tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from ...diagnosis import Plan
from ...diagnosis.inline_markup import plain
from ...i18n.languages import Language, long_date, short_moment
from ...i18n.messages import N_
from ...presentation.case_pages import spell
from ...presentation.pictures import draw_qr
from ...presentation.ticket import Extra
from ...store.cases import Case
from ...store.codes import format_code
from ...web.site import Site, home_url

OUTCOMES: Final = {
    "open": N_("open"),
    "solved": N_("solved"),
    "passed-on": N_("passed on to others"),
    "unsolved": N_("not solved"),
}
READ_OUT: Final = N_("Open {address} and type the code {code}: {spelled}.")


class OpenedCase(NamedTuple):
    """A case on the desk; ``problem`` is why a change was not made, ``note`` one not yet kept."""

    case: Case
    problem: str = ""
    note: str = ""


@dataclass(frozen=True)
class ShownCase:
    """An opened case in the words of the screen."""

    case: Case
    code: str
    until: str
    outcomes: tuple[tuple[str, str], ...]
    remedies: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str, str], ...]
    link: str
    desk: str
    qr: str
    read_out: str
    problem: str
    note: str
    title: Callable[[Language], str]

    def extra(self, language: Language) -> tuple[Extra, ...]:
        """Return what a ticket tells of the case besides its facts."""
        translate, case = language.gettext, self.case
        entries = [(translate("Code"), self.code)]
        entries += [(translate("On the desk"), f"{self.desk}")]
        entries += [(translate("Outcome"), translate(OUTCOMES[case.outcome]))]
        if helped := self.title(language):
            entries += [(translate("What helped"), helped)]
        notes = [
            f"{short_moment(n.written, language.code)}, {n.agent}: {n.text}" for n in case.notes
        ]
        lines = [f"{label}: {text}" for label, text in entries]
        return ((translate("Case"), lines), (translate("Notes"), notes))


def show_case(opened: OpenedCase, site: Site, theirs: Site, plans: Mapping[str, Plan]) -> ShownCase:
    """Return a case ready for the screen.

    :param theirs: the site in the caller's language
    :param plans: the plan in each language that the screen speaks, by its code
    """
    case, problem, kept = opened
    link = f"{home_url()}{theirs.case(case.code)}"
    address = f"{home_url()}{theirs.enter_code()}".partition("://")[2]
    code = format_code(case.code)

    def title(language: Language) -> str:
        wording = plans[language.code].wording
        return plain(wording.title(case.helped)) if case.helped else ""

    translate, ours = site.language.gettext, plans[site.language.code]
    ways = {remedy.id: plain(remedy.title) for remedy in ours.remedies}
    if case.helped:  # also one that is not advised any more
        ways.setdefault(case.helped, title(site.language))
    return ShownCase(
        case=case,
        code=code,
        until=long_date(case.expires, site.language.code),
        outcomes=tuple((value, translate(text)) for value, text in OUTCOMES.items()),
        remedies=tuple(ways.items()),
        notes=tuple(
            (short_moment(note.written, site.language.code), note.agent, note.text)
            for note in case.notes
        ),
        link=link,
        desk=f"{home_url()}{site.desk_case(case.code)}",
        qr=draw_qr(link),
        read_out=theirs.language.gettext(READ_OUT).format(
            address=address, code=code, spelled=spell(theirs, case.code)
        ),
        problem=problem,
        note=kept,
        title=title,
    )
