"""The page to return to after signing in: one of the desk's, by its canonical path and query.

The requested path is never repeated.  It is matched against the desk's pages and written anew, so
no dot segment, no control character and no address that was typed is left in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs

from ...diagnosis import read_facts
from ...diagnosis.facts import flat_values
from ...i18n.languages import languages
from ...knowledge import knowledge
from ...store.codes import MalformedCode, parse_code

HOME: Final = "desk"
CASES: Final = "desk/cases"
LONGEST: Final = 4000
"""Characters of an address that are read; no set of answers comes near it."""
_DAYS: Final = ("7", "30", "90", "365")
_PLAIN: Final = ("desk/audit", "desk/account")
_COUNTED: Final = ("desk/insights", "desk/insights.csv")
_FORMS: Final = {
    "desk/cases/new": HOME,
    "desk/account/password": "desk/account",
    "desk/account/end": "desk/account",
}
"""Where a form is sent to, and the page that it stands on."""
_OF_CASE: Final = ("outcome", "delete")
Query = Mapping[str, Sequence[str]]


def canonical_place(wanted: str) -> str:
    """Return the page of the desk that is meant, below the language; the desk itself for none.

    :param wanted: a path below the language, maybe with a query, as anybody may have written it
    """
    path, _, text = wanted.partition("?")
    query = parse_qs(text) if len(text) < LONGEST else {}
    path = _FORMS.get(path, path)
    if path == HOME:
        return _with(HOME, _facts(query), *_seen(query))
    if path in _COUNTED:
        return _with(path, *_words(query, "days", _DAYS))
    if path in (*_PLAIN, CASES):
        return path
    folder, _, rest = path.partition(f"{CASES}/")
    code, _, form = rest.partition("/")
    if folder or form not in ("", *_OF_CASE):
        return HOME
    try:
        return _with(f"{CASES}/{parse_code(code)}", *_seen(query))
    except MalformedCode:
        return CASES if rest else HOME


def _facts(query: Query) -> str:
    values = {name: list(given) for name, given in query.items()}
    return read_facts(flat_values(values, knowledge().remedies))[0].query()


def _seen(query: Query) -> list[str]:
    """Return what a screen shows besides its facts."""
    return [
        *_words(query, "caller", languages()),
        *_words(query, "ask", knowledge().questions),
        *_words(query, "keys", ("off",)),
    ]


def _words(query: Query, name: str, known: Sequence[str] | Mapping[str, object]) -> list[str]:
    value = query.get(name, [""])[0]
    return [f"{name}={value}"] if value in known else []


def _with(path: str, *pairs: str) -> str:
    query = "&".join(pair for pair in pairs if pair)
    return f"{path}?{query}" if query else path
