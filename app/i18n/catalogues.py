"""Bring the catalogues up to date with pybabel, and check them; ``babel.cfg`` says what is read."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from ..knowledge.rows import parse_toml
from .languages import FOLDER, PUBLISHED, catalogue_files, is_translated, strings

ROOT: Final = Path(__file__).parent.parent.parent
TEMPLATE: Final = FOLDER / "messages.pot"
EXTRACT: Final = (
    *("extract", "--mapping-file", "babel.cfg", "--ignore-dirs", ".* __* tests"),
    *("--keywords", "_n:1,2 N_ translate", "--omit-header", "--width", "100"),
    *("--sort-by-file", "--add-location", "file"),
)
UPDATE: Final = (
    *("update", "--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date"),
    *("--width", "100"),
)


def extract_content(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: dict[str, str]
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield the texts of a content file as Babel's extractors do; without line numbers.

    :param options: under ``keys``, the keys whose values people read
    """
    data = parse_toml(file.read().decode("utf-8"), file.name)
    for text in _texts(data, frozenset(options["keys"].split()), read=False):
        yield 0, "_", text, []


def _texts(value: Any, keys: frozenset[str], read: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            # A scenario's remedies are ids; the article's are a sentence.
            listed_ids = key == "remedies" and isinstance(inner, list)
            yield from _texts(inner, keys, key in keys and not listed_ids)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, keys, read)
    elif read and isinstance(value, str) and value:
        yield value


def update() -> list[str]:
    """Write messages.pot and bring every catalogue up to date; return what was written."""
    TEMPLATE.write_bytes(collect())
    _pybabel(*UPDATE, "--input-file", TEMPLATE, "--output-dir", FOLDER)
    return [TEMPLATE.name, *(f"{code}/{path.name}" for code, path in catalogue_files())]


@cache
def collect() -> bytes:
    """Return the content of messages.pot, as the sources are at the first call."""
    return _pybabel(*EXTRACT, "--output-file", "/dev/stdout", ".")


def _pybabel(*words: str | Path) -> bytes:
    # As a module, not as a script, so that babel.cfg can name an extractor of ours.
    command = [sys.executable, "-m", "babel.messages.frontend", "--quiet", *words]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout


def faults() -> Iterator[str]:
    """Yield what is wrong with the catalogues: stale, missing, fuzzy, misfilled, not NFC.

    What a draft still lacks is no fault.
    """
    if not TEMPLATE.exists() or TEMPLATE.read_bytes() != collect():
        yield "app/translations/messages.pot is stale: run `make catalogues`"
    wanted = [message.id for message in read_po(BytesIO(collect())) if message.id]
    for code, path in catalogue_files():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code)
        for text in wanted:
            for fault in _message_faults(catalogue, text, code in PUBLISHED):
                yield f"app/translations/{path.relative_to(FOLDER).as_posix()}: {fault}"


def _message_faults(catalogue: Catalog, text: Any, whole: bool) -> Iterator[str]:
    one, forms = (text, (text,)) if isinstance(text, str) else (text[0], text)
    message = catalogue.get(one)
    if message is None or not is_translated(message):
        if whole:
            state = "a fuzzy" if message and message.fuzzy else "no"
            yield f"{state} translation of {one!r}: write its msgstr"
        return
    for at, translated in enumerate(strings(message)):
        # The form for one may say "one" in place of the number; languages with one form cannot.
        like = forms if at == 0 and len(strings(message)) > 1 else forms[-1:]
        if _placeholders(translated) not in map(_placeholders, like):
            yield f"other placeholders in the translation of {one!r}: use those of the English"
        if translated.count("`") != forms[-1].count("`"):
            yield f"other English words marked in the translation of {one!r}: keep the backticks"
        if not unicodedata.is_normalized("NFC", translated):
            yield f"the translation of {one!r} is not NFC: type it with composed letters"


def progress() -> Iterator[str]:
    """Yield how far the translation of each draft is."""
    for code, path in catalogue_files():
        if code not in PUBLISHED:
            with path.open("rb") as file:
                messages = [message for message in read_po(file, locale=code) if message.id]
            done = sum(map(is_translated, messages))
            yield f"{code} is a draft: {done} of {len(messages)} texts are translated"


def _placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}|%\(\w+\)s", text))
