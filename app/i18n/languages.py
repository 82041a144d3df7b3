"""The languages of the app: English is the source, every other one is a gettext catalogue.

A new language needs nothing but ``app/translations/<code>/LC_MESSAGES/messages.po``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from werkzeug.routing import BaseConverter

FOLDER = Path(__file__).parent.parent / "translations"
SOURCE = "en"
DEFAULT = "vi"


@dataclass(frozen=True, eq=False)
class Language:
    """A language with its own name, writing direction and translating functions."""

    code: str
    name: str
    direction: str
    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]


def source_language() -> Language:
    """Return English, whose texts stand in the code, the templates and the TOML files."""
    return _language(SOURCE, Catalog(locale=SOURCE))


def read_language(code: str, path: Path) -> Language:
    """Read one language from its catalogue; a text without translation stays English."""
    with path.open("rb") as file:
        return _language(code, read_po(file, locale=code))


def _language(code: str, catalogue: Catalog) -> Language:
    texts: dict[str, str | tuple[str, ...]] = {}
    for message in catalogue:
        if message.id and message.string and not message.fuzzy:
            key = message.id if isinstance(message.id, str) else message.id[0]
            string = message.string
            texts[key] = string if isinstance(string, str) else tuple(string)
    locale = Locale.parse(code)

    def gettext(text: str) -> str:
        found = texts.get(text, text)
        return found if isinstance(found, str) else found[0]

    choose_form = c2py(catalogue.plural_expr)

    def ngettext(one: str, many: str, count: int) -> str:
        found = texts.get(one)
        if isinstance(found, tuple) and all(found):
            return found[choose_form(count)]
        return one if count == 1 else many

    name = locale.get_display_name(locale) or code
    return Language(code, name[:1].upper() + name[1:], locale.text_direction, gettext, ngettext)


@cache
def languages() -> Mapping[str, Language]:
    """Return every language by its code, the default first."""
    found = {SOURCE: source_language()}
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        code = path.parent.parent.name
        found[code] = read_language(code, path)
    return dict(sorted(found.items(), key=lambda item: item[0] != DEFAULT))


def preferred(header: str, among: tuple[str, ...]) -> str:
    """Return the one of some language codes that an Accept-Language header asks for first.

    ``*`` and a header that names none of them get the first.
    """
    best, best_weight = among[0], 0.0
    for part in header[:500].split(","):
        tag, _, weight = part.partition(";q=")
        try:
            asked = float(weight) if weight else 1.0
        except ValueError:
            continue
        code = tag.strip().lower().partition("-")[0]
        if code in among and best_weight < asked <= 1:
            best, best_weight = code, asked
    return best


class LanguageConverter(BaseConverter):
    """The part of a URL that may be a language's code; which ones there are, the views know."""

    regex = "[a-z]{2,3}(?:-[a-z]{2,8})?"
