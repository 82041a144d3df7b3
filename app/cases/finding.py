"""Find a case by the code that somebody typed, and say clearly why there is none."""

from __future__ import annotations

from typing import Final

from flask import current_app

from ..store.cases import Case, Cases, EndedCase, UnknownCode
from ..store.codes import NotACode, read_code
from ..web.guesses import Guesses
from ..web.messages import N_
from ..web.site import Site

MISTYPED: Final = N_(
    "This is no code of ours: perhaps a sign was misheard. It has nine signs, such as "
    "H2K-M4Q-R69; please compare them one by one."
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
    "Too many codes that fit nothing came from here. Please wait {seconds} s, and then try again."
)


class NotFound(Exception):
    """No case: ``message`` says why, in the site's language; ``status`` is that of the answer."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def find_case(site: Site, typed: str, key: str, agent: str | None = None) -> Case:
    """Return the case of a code.

    :param key: who asks: what misses are counted under
    :param agent: an agent's name, for the audit; None for the person whose case it is
    :raise NotFound: there is none, or too many codes were tried
    :raise DatabaseAway: cases are not available just now
    """
    translate = site.language.gettext
    cases: Cases = current_app.extensions["cases"]
    guesses: Guesses = current_app.extensions["guesses"]
    if seconds := guesses.wait(key):
        raise NotFound(translate(TOO_MANY).format(seconds=seconds), 429)
    try:
        code = read_code(typed)
        if agent is None:
            return cases.find(site.portal_id, code)
        return cases.look(site.portal_id, code, agent)
    except NotACode:  # it was not looked up, so nothing was guessed
        raise NotFound(translate(MISTYPED), 422) from None
    except UnknownCode:
        guesses.missed(key)
        raise NotFound(translate(UNKNOWN), 404) from None
    except EndedCase as end:
        raise NotFound(translate(ENDED[end.args[0]]), 410) from None
