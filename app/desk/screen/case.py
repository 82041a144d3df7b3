"""A case as the screen shows it beside its facts, and as its ticket tells it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from ...diagnosis import Plan
from ...diagnosis.inline_markup import plain
from ...i18n.languages import Language, long_date, short_moment
from ...i18n.messages import N_
from ...presentation.case_pages import spell
from ...presentation.pictures import draw_qr
from ...presentation.ticket import Extra
from ...services import services
from ...store.cases import Case
from ...store.codes import format_code
from ...web.site import Site, home_url

OUTCOMES: Final = {
    "open": N_("open"),
    "solved": N_("solved"),
    "passed-on": N_("passed to another team"),
    "unsolved": N_("not solved"),
}
READ_OUT: Final = N_("Please open {address} and enter the code {code}: {spelled}.")


class OpenedCase(NamedTuple):
    """A case on the desk; ``problem`` is why a change was not made, ``note`` one not yet kept."""

    case: Case
    problem: str = ""
    note: str = ""


def show_case(opened: OpenedCase, site: Site, theirs: Site, plan: Plan) -> dict[str, Any]:
    """Return what the screen shows of a case.

    :param theirs: the site in the caller's language
    :param plan: in the agent's language
    """
    case, translate = opened.case, site.language.gettext
    code, link = format_code(case.code), f"{home_url()}{theirs.case(case.code)}"
    address = f"{home_url()}{theirs.enter_code()}".partition("://")[2]
    remedies = {remedy.id: plain(remedy.title) for remedy in plan.remedies}
    if case.helped:  # also one that is not advised any more
        remedies.setdefault(case.helped, _title(case, plan))
    return {
        **opened._asdict(),
        "code": code,
        "until": long_date(case.expires, site.language.code),
        "outcomes": [(value, translate(text)) for value, text in OUTCOMES.items()],
        "remedies": list(remedies.items()),
        "notes": [
            (short_moment(note.written, site.language.code), note.agent, note.text)
            for note in case.notes
        ],
        "server_url": site.check_server(case.code) if services().discovery else "",
        "link": link,
        "qr": draw_qr(link),
        "read_out": theirs.language.gettext(READ_OUT).format(
            address=address, code=code, spelled=spell(theirs, case.code)
        ),
    }


def case_parts(case: Case, site: Site, language: Language, plan: Plan) -> tuple[Extra, ...]:
    """Return what a ticket tells of a case besides its facts.

    :param site: where the agent works on it
    :param language: of the ticket, which is the plan's too
    """
    translate = language.gettext
    entries = [
        (translate("Code"), format_code(case.code)),
        (translate("Open in the helpdesk"), f"{home_url()}{site.desk_case(case.code)}"),
        (translate("Outcome"), translate(OUTCOMES[case.outcome])),
        (translate("What worked"), _title(case, plan)),
    ]
    notes = [f"{short_moment(n.written, language.code)}, {n.agent}: {n.text}" for n in case.notes]
    lines = [f"{label}: {text}" for label, text in entries if text]
    return ((translate("Case"), lines), (translate("Notes"), notes))


def _title(case: Case, plan: Plan) -> str:
    """Return the title of the remedy that has helped, '' for none."""
    return plain(plan.wording.title(case.helped)) if case.helped else ""
