"""How a case is found by its code, and the page with the box for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response

from ..http.code_throttle import Keys, Throttled
from ..i18n.languages import shown_wait
from ..i18n.messages import N_
from ..services import services, storage
from ..store.cases import Case, EndedCase, UnknownCode
from ..store.codes import MAX_TYPED_LENGTH, MalformedCode, parse_code
from ..web.pages import page
from ..web.site import Site

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
