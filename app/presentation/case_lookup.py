"""Find a case by the code that somebody typed, and say clearly why there is none."""

from __future__ import annotations

from typing import Final

from ..http.code_throttle import Keys, Throttled
from ..i18n.dates import shown_wait
from ..i18n.messages import N_
from ..services import services, storage
from ..store.cases import Case, EndedCase, UnknownCode
from ..store.codes import MalformedCode, parse_code
from ..web.site import Site

MISTYPED: Final = N_(
    "This is no code of ours: perhaps a sign was misheard. It has twelve signs, such as "
    "H2K-M4Q-R69-T34, or nine if it is an older one; please compare them one by one."
)
UNKNOWN: Final = N_(
    "There is no case with this code here. Please compare it once more; a code from another "
    "support page does not count here."
)
ENDED: Final = {
    "expired": N_("This case has expired: its time was up, and all it held was erased."),
    "deleted": N_("This case was deleted on request, and all it held was erased."),
}
TOO_MANY: Final = N_(
    "Too many codes that fit nothing came from here, so none is looked up for a while. Please wait "
    "{time}, and then try again."
)
SHORT: Final = N_(
    "A code has twelve signs (an older one nine), and this has {n}. Please compare them one by one."
)


class NotFound(Exception):
    """No case: ``message`` says why, in the site's language; ``status`` is that of the answer.

    ``wait`` is how many seconds to wait before another try, 0 for none.
    """

    def __init__(self, message: str, status: int, wait: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.wait = wait


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
        raise NotFound(_mistyped(site, fault), 422) from None
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


def _mistyped(site: Site, fault: MalformedCode) -> str:
    signs = fault.args[0] if fault.args else 0
    return site.language.gettext(SHORT if signs else MISTYPED).format(n=signs)
