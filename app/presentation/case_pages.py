"""The pages of a person's own case, and how a case is found by its code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response

from ..diagnosis import Situation
from ..http.code_throttle import Keys, Throttled
from ..i18n.languages import long_date, shown_wait
from ..i18n.messages import N_
from ..services import services, storage
from ..store.cases import Case, EndedCase, UnknownCode
from ..store.codes import MAX_TYPED_LENGTH, MalformedCode, format_code, parse_code
from ..web.links import NOTHING, WizardState
from ..web.pages import page
from ..web.site import Site
from .pictures import draw_route
from .plan import make_plan
from .questions import answers_so_far

MISTYPED: Final = N_(
    "That code isn't right. A character may have been misheard. Codes have 12 "
    "characters, such as H2K-M4Q-R69-T34 (older ones have 9). Please check each "
    "character."
)
UNKNOWN: Final = N_(
    "We couldn't find this code. Please check it. Codes from another support page don't work here."
)
ENDED: Final = {
    "expired": N_("This code has expired. Everything saved under it was deleted."),
    "deleted": N_("This code was deleted on request, with everything saved under it."),
}
TOO_MANY: Final = N_("Too many wrong codes. Please try again in {time}.")
SHORT: Final = N_(
    "Codes have 12 characters (older ones have 9), but this one has {n}. Please "
    "check each character."
)

SPELLED: Final = {
    "F": N_("F as in Foxtrot"),
    "H": N_("H as in Hotel"),
    "K": N_("K as in Kilo"),
    "L": N_("L as in Lima"),
    "M": N_("M as in Mike"),
    "Q": N_("Q as in Quebec"),
    "R": N_("R as in Romeo"),
    "T": N_("T as in Tango"),
}


@dataclass(eq=False)
class NotFound(Exception):
    """No case: ``message`` says why, in the site's language; ``status`` is that of the answer.

    ``wait`` is how many seconds to wait before another try, 0 for none.
    """

    message: str
    status: int
    wait: int = 0


def find_case(site: Site, typed: str, keys: Keys, agent: str | None = None) -> Case:
    """Return the case of a code.

    :param keys: what misses are counted under
    :param agent: an agent's name, for the audit; None for the person whose case it is
    :raise NotFound: there is none, or too many codes were tried
    :raise DatabaseUnavailable: cases are not available just now
    """
    cases, throttle = storage().cases, services().code_throttle
    try:
        code = parse_code(typed)  # one that was mistyped is not looked up, so nothing is guessed
        with throttle.trying(keys, site.portal_id, agent=agent is not None):
            if agent is None:
                return cases.find(site.portal_id, code)
            return cases.view(site.portal_id, code, agent)
    except MalformedCode as fault:
        signs = fault.args[0] if fault.args else 0
        message = site.language.gettext(SHORT if signs else MISTYPED)
        raise NotFound(message.format(n=signs), 422) from None
    except Throttled as fault:
        message, wait = site.language.gettext(TOO_MANY), fault.args[0]
        time = shown_wait(wait, site.language.code)
        raise NotFound(message.format(time=time), 429, wait) from None
    except (UnknownCode, EndedCase) as fault:
        raise why_not(site, fault) from None


def why_not(site: Site, fault: UnknownCode | EndedCase) -> NotFound:
    """Return what to say of a code that leads to no case."""
    if isinstance(fault, EndedCase):
        return NotFound(site.language.gettext(ENDED[fault.args[0]]), 410)
    return NotFound(site.language.gettext(UNKNOWN), 404)


def spell(site: Site, code: str) -> str:
    """Return a code as one reads it out: each letter with a word that begins with it."""
    return ", ".join(site.language.gettext(SPELLED[c]) if c in SPELLED else c for c in code)


def offer_page(site: Site, state: WizardState, days: int) -> Response:
    """Show what a code does, with the button that makes one."""
    plan = make_plan(site, state.situation)
    values = {
        "answers": list(answers_so_far(site.language.code, state.facts)),
        "tried": [plan.wording.title(remedy) for remedy in state.facts.tried],
        "action": site.help(state),
        "back": site.check(state),
        "days": days,
        "here": site.help(state),
    }
    return page(site, "cases/help.html", values)


def case_page(site: Site, case: Case) -> Response:
    """Show a case to the person whose it is: the code, and what is known now."""
    facts, plan = case.facts, make_plan(site, Situation(case.facts))
    settled = plan.next.ready
    values = {
        "case": case,
        "code": format_code(case.code),
        "spelled": spell(site, case.code),
        "until": long_date(case.expires, site.language.code),
        "summary": plan.summary if settled else None,
        "tried": [plan.wording.title(remedy) for remedy in facts.tried],
        "left": plan.situation.questions_left,
        "go_on": site.check(WizardState(facts)),
        "answers": list(answers_so_far(site.language.code, facts)),
        "route": draw_route(facts, site.language.gettext, plan.diagnosis if settled else None),
        "here": site.case(case.code),
    }
    return page(site, "cases/case.html", values, keep=False)


def ask_page(site: Site, typed: str = "", fault: NotFound | None = None) -> Response:
    """Ask a person for a code; with a message when the one that was typed fits nothing."""
    return code_page(site, "cases/ask.html", typed, fault, {"here": site.enter_code()})


def code_page(
    site: Site, template: str, typed: str, fault: NotFound | None, values: Mapping[str, Any]
) -> Response:
    """Show a page with the box for a code, and what is wrong with the one that was typed."""
    box = {
        "typed": typed[:MAX_TYPED_LENGTH],
        "error": fault.message if fault else None,
        "wait": fault.wait if fault else 0,
    }
    response = page(site, template, {**box, **values}, fault.status if fault else 200, keep=False)
    if fault and fault.wait:
        response.headers["Retry-After"] = str(fault.wait)
    return response


def away_page(site: Site, state: WizardState | None = None, wait: int = 0) -> Response:
    """Say that cases cannot be had just now, and what helps meanwhile."""
    state = state or WizardState(NOTHING)
    values = {
        "wait": shown_wait(wait, site.language.code) if wait else "",
        "back": site.check(state) if state.facts != NOTHING else None,
        "sheet": site.sheet(state) if state.facts != NOTHING else None,
        "here": site.enter_code(),
    }
    response = page(site, "cases/unavailable.html", values, 429 if wait else 503, keep=False)
    response.headers["Retry-After"] = str(wait or 60)
    return response


def deleted_page(site: Site, state: WizardState) -> Response:
    """Say that a case is gone, and lead back to what the person has answered."""
    values = {"back": site.check(state), "here": site.enter_code()}
    return page(site, "cases/deleted.html", values, keep=False)
