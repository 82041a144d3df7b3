"""The languages of the app: English is the source, every other one is a gettext catalogue.

A catalogue whose language is not in ``PUBLISHED`` is a draft: its pages exist at their URLs, but
nothing links to them and no browser is sent there.  Days and moments are written as each language
does, in the time zone of the server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from werkzeug.http import parse_accept_header
from werkzeug.routing import BaseConverter

from ..knowledge.kept import kept

FOLDER: Final = Path(__file__).parent.parent / "translations"
SOURCE: Final = "en"
PUBLISHED: Final = ("vi", SOURCE)
"""The languages that are offered, in order; the first where a browser asks for none of them."""
DEFAULT: Final = PUBLISHED[0]
_ADDRESSED: Final = {"bạn": "anh/chị", "Bạn": "Anh/chị"}
"""How texts address their reader, and how an agent addresses a caller (in English both "you")."""


@dataclass(frozen=True, eq=False)
class Language:
    """A language with its own name, writing direction and translating functions.

    ``whole`` is false while some texts are not translated and appear in English.
    """

    code: str
    name: str
    direction: str
    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]
    whole: bool = True

    def spoken(self, text: str) -> str:
        """Return the translation of a text as an agent reads it out."""
        return read_out(self.gettext(text))

    @property
    def tag(self) -> str:
        """The value of a page's ``lang``: '' (unknown) for a page that mixes two languages."""
        return self.code if self.whole else ""

    @property
    def audience(self) -> str:
        """The value of ``Content-Language`` (RFC 9110 section 8.5): all languages of a page."""
        return self.code if self.whole else f"{self.code}, {SOURCE}"


def read_out(text: str) -> str:
    """Return a text as an agent reads it out: it addresses the caller, not a reader."""
    return re.sub(r"\b[Bb]ạn\b", lambda found: _ADDRESSED[found[0]], text)


Texts = dict[str, tuple[str, ...]]
"""Translations by the English text, each in all its forms."""


def read_language(code: str, path: Path) -> Language:
    """Read one language from its catalogue; a text without translation stays English.

    :raise ValueError: nothing is known of such a language
    """
    try:
        read = kept(path, (path, Path(__file__)), lambda: _read_texts(code, path))
        return _language(code, *read)
    except UnknownLocaleError:
        fault = f"app/translations/{code}: no known language: name the folder by its code, like fr"
        raise ValueError(fault) from None


def _read_texts(code: str, path: Path) -> tuple[Texts, str, bool]:
    """Return a catalogue's translations, its rule for plurals, and whether nothing is missing."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    messages = [message for message in catalogue if message.id]
    texts = {
        (message.id if isinstance(message.id, str) else message.id[0]): strings(message)
        for message in messages
        if is_translated(message)
    }
    return texts, catalogue.plural_expr, len(texts) == len(messages)


def _language(code: str, texts: Texts, plural: str, whole: bool) -> Language:
    locale = Locale.parse(code, sep="-")
    choose_form = c2py(plural)

    def gettext(text: str) -> str:
        return texts[text][0] if text in texts else text

    def ngettext(one: str, many: str, count: int) -> str:
        if one in texts:
            return texts[one][choose_form(count)]
        return one if count == 1 else many

    name = locale.get_display_name(locale) or code
    return Language(
        code,
        name[:1].upper() + name[1:],
        locale.text_direction,
        gettext,
        ngettext,
        whole=whole,
    )


def strings(message: Message) -> tuple[str, ...]:
    """Return the translation's forms: several where the text has a plural."""
    string = message.string
    return tuple(string) if isinstance(string, list | tuple) else (string or "",)


def is_translated(message: Message) -> bool:
    """Tell whether a text is translated in all its forms, and nobody marked it as fuzzy."""
    return all(strings(message)) and not message.fuzzy


def catalogue_files() -> Iterator[tuple[str, Path]]:
    """Yield the code and the catalogue of every language but English."""
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        yield path.parent.parent.name, path


@cache
def languages() -> Mapping[str, Language]:
    """Return every language by its code: the published ones in their order, then the drafts.

    :raise ValueError: a published one has no catalogue, or a catalogue no known language
    """
    read = {code: read_language(code, path) for code, path in catalogue_files()}
    read[SOURCE] = _language(SOURCE, {}, "n != 1", True)
    for code in PUBLISHED:
        if code not in read:
            raise ValueError(
                f"app/i18n/languages.py: PUBLISHED: {code!r} has no catalogue: add one"
            )
    return {code: read[code] for code in dict.fromkeys((*PUBLISHED, *read))}


@cache
def published() -> Mapping[str, Language]:
    """Return the languages that are offered, the default first."""
    return {code: languages()[code] for code in PUBLISHED}


def preferred(header: str, among: tuple[str, ...]) -> str:
    """Return the one of some language codes that an Accept-Language header asks for first.

    ``*`` and a header that names none of them get the first.
    """
    asked = parse_accept_header(header[:500])  # the heaviest first
    codes = (tag.lower().partition("-")[0] for tag, weight in asked if weight)
    return next((code for code in codes if code in among), among[0])


class LanguageConverter(BaseConverter):
    """The part of a URL that has the form of a language's code; the views look it up."""

    regex = "[a-z]{2,3}(?:-[a-z]{2,8})?"


def shown_day(day: date, language: str, length: str = "medium") -> str:
    """Return a day: ``25 Dec 2026``, or ``long``, ``25 December 2026``."""
    return format_date(day, length, locale=_locale(language))


def long_date(moment: datetime, language: str) -> str:
    """Return the day of a moment: ``25 December 2026``."""
    return shown_day(moment.astimezone().date(), language, "long")


def short_moment(moment: datetime, language: str) -> str:
    """Return a moment to the minute."""
    return format_datetime(moment.astimezone(), "short", locale=_locale(language))


def shown_wait(seconds: int, language: str) -> str:
    """Return how long somebody has to wait: ``45 seconds``, ``10 minutes``."""
    return format_timedelta(timedelta(seconds=seconds), threshold=2, locale=_locale(language))


def _locale(language: str) -> str:
    return "en_GB" if language == "en" else language.replace("-", "_")
