"""Collect every text of code, templates and content, and bring the catalogues up to date."""

from __future__ import annotations

import io
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from .languages import FOLDER

ROOT = Path(__file__).parent.parent.parent
TEMPLATE = FOLDER / "messages.pot"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_n": (1, 2),
    "N_": None,
    "translate": None,
    "gettext": None,
}
TRANSLATED = frozenset(
    {
        "title",
        "why",
        "aside",
        "text",
        "says",
        "short",
        "label",
        "how",
        "field",
        "same",
        "steps",
        "warning",
        "words",
        "worked",
        "no_relay",
        "relay_allowed",
        "relay_doubtful",
        "remedies",
        "today",
        "ask",
        "without",
        # What the moves of a program name, the entries of its lists, and our sentences around them.
        "go",
        "press",
        "enter",
        "choose",
        "tick",
        "untick",
        "switch",
        "pick",
        "empty",
        "say",
        "keep",
        "anew",
        "tls",
        "starttls",
        "password",
        "oauth",
        "user",
        "app-password",
        "address",
    }
)
"""The keys of the TOML files whose values people read."""
WIDTH = 100


def collect() -> Catalog:
    """Return every text of the source with the files it stands in."""
    catalogue = Catalog(
        charset="utf-8", header_comment="# Every text of the app. Made by `make catalogues`."
    )
    sources: tuple[tuple[str, str, Any], ...] = (
        ("app", "**/*.py", "python"),
        ("templates", "**/*.html", "jinja2.ext:babel_extract"),
        # Not the reader's rules: what they say is for editors and stands on no page.
        ("app/knowledge", "*.toml", extract_toml),
        ("app/knowledge/scenarios", "*.toml", extract_toml),
    )
    for folder, pattern, method in sources:
        for path in sorted((ROOT / folder).glob(pattern)):
            with path.open("rb") as file:
                for line, text, comments, _ in extract(method, file, KEYWORDS):
                    place = (path.relative_to(ROOT).as_posix(), line)
                    catalogue.add(text, locations=[place], auto_comments=comments)
    return catalogue


def extract_toml(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield the texts of a TOML file in Babel's form; line numbers would only make noise."""
    for text in _texts(tomllib.loads(file.read().decode("utf-8")), read=False):
        yield 0, "_", text, []


def _texts(value: Any, read: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            # A scenario's remedies are ids; the article's are a sentence.
            listed_ids = key == "remedies" and isinstance(inner, list)
            yield from _texts(inner, key in TRANSLATED and not listed_ids)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, read)
    elif read and isinstance(value, str) and value:
        yield value


def template_text(catalogue: Catalog) -> str:
    """Return the .pot file's text, the same for the same source whatever the day."""
    return _without_dates(_po_text(catalogue))


def update() -> list[str]:
    """Write the .pot and bring every catalogue up to date; return what was written."""
    collected = collect()
    TEMPLATE.write_text(template_text(collected), "utf-8")
    written = [TEMPLATE.name]
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        code = path.parent.parent.name
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code)
        catalogue.update(collected, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path.write_text(_without_dates(_po_text(catalogue)), "utf-8")
        written.append(f"{code}/{path.name}")
    return written


def faults() -> Iterator[str]:
    """Yield what is wrong with the catalogues: stale, missing, fuzzy, misfilled, not NFC."""
    collected = collect()
    if not TEMPLATE.exists() or TEMPLATE.read_text("utf-8") != template_text(collected):
        yield "messages.pot is stale: run `make catalogues`"
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.parent.name)
        for message in collected:
            if message.id:
                yield from _message_faults(path.parent.parent.name, catalogue, message.id)


def _message_faults(code: str, catalogue: Catalog, text: Any) -> Iterator[str]:
    one, forms = (text, (text,)) if isinstance(text, str) else (text[0], text)
    message = catalogue.get(one)
    if message is None or not message.string or not all(_strings(message.string)):
        yield f"{code}: no translation of {one!r}"
        return
    if message.fuzzy:
        yield f"{code}: fuzzy translation of {one!r}"
    for translated in _strings(message.string):
        if _placeholders(translated) != _placeholders(forms[-1]):
            yield f"{code}: other placeholders in the translation of {one!r}"
        if translated.count("`") != forms[-1].count("`"):
            yield f"{code}: other English words marked in the translation of {one!r}"
        if not unicodedata.is_normalized("NFC", translated):
            yield f"{code}: the translation of {one!r} is not NFC"


def _strings(string: Any) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def _placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}|%\(\w+\)s", text))


def _po_text(catalogue: Catalog) -> str:
    file = io.BytesIO()
    write_po(file, catalogue, width=WIDTH, sort_by_file=True, include_lineno=False)
    return file.getvalue().decode("utf-8")


def _without_dates(text: str) -> str:
    """Drop the header lines that change by themselves: the files must not churn."""
    volatile = (
        "Project-Id-Version",
        "Report-Msgid-Bugs-To",
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Generated-By",
    )
    lines = (
        line for line in text.splitlines() if not line.startswith(tuple(f'"{v}' for v in volatile))
    )
    return "\n".join(lines).rstrip() + "\n"
