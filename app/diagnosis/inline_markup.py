"""Marks in a text that a person reads: what is a label, a value to enter, a word left in English.

``⟦Port⟧`` is a label as the program shows it, ``⟦en:Port⟧`` one shown in English on a page of
another language, ``⟨465⟩`` a value to enter and `` `STARTTLS` `` a protocol or program word.  None
of the brackets occurs in the content itself.  A page turns them into markup, plain text into
quotation marks.
"""

from __future__ import annotations

import re

LABEL = re.compile(r"⟦(?:([a-z]{2}):)?([^⟦⟧]*)⟧")
VALUE = re.compile(r"⟨([^⟨⟩]*)⟩")


def label(text: str, language: str | None = None) -> str:
    """Mark a label; ``language`` is given when it is not the page's own."""
    return f"⟦{language}:{text}⟧" if language else f"⟦{text}⟧"


def value(text: object) -> str:
    """Mark a value to enter."""
    return f"⟨{text}⟩"


def plain(text: str) -> str:
    """Return a text without marks, as one reads it out or puts it into JSON."""
    return VALUE.sub(r"\1", LABEL.sub(r"“\2”", text)).replace("`", "")
