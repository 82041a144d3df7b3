"""The snippet that embeds a portal's wizard, as the form on the developers' page has it."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from ..diagnosis import Facts, read_facts
from ..diagnosis.facts import flat_values
from ..i18n.messages import N_, PROBLEMS
from ..web.links import NOTHING

LONGEST: Final = 2_000
"""Characters of a field that are read; a query with every fact is shorter."""
BAD_COLOUR: Final = N_("Enter a colour such as #7a2048.")
_COLOUR: Final = re.compile(r"#?([0-9a-fA-F]{6})")


@dataclass(frozen=True)
class Snippet:
    """What the element's attributes say.

    ``language`` is a code, '' for the browser's own; ``accent`` six hexadecimal digits, '' for the
    portal's; ``title`` the frame's name, '' for ours.
    """

    language: str = ""
    accent: str = ""
    facts: Facts = NOTHING
    title: str = ""


def read_snippet(
    given: Mapping[str, str], languages: Container[str], default: str
) -> tuple[Snippet, dict[str, tuple[str, str]]]:
    """Read the form: ``lang``, ``accent``, ``answers`` (a query string of facts), ``title``.

    :param languages: codes of those that the portal has
    :param default: the language where the form was not sent
    :return: what could be read, and per wrong field a message to translate, and the fact that it
        is about, '' for none
    """
    problems: dict[str, tuple[str, str]] = {}
    language = given.get("lang", default)
    colour = given.get("accent", "").strip()[:LONGEST]
    accent = _COLOUR.fullmatch(colour)
    if colour and not accent:
        problems["accent"] = BAD_COLOUR, ""
    answers = parse_qs(given.get("answers", "").strip().removeprefix("?")[:LONGEST])
    facts, wrong = read_facts(flat_values(answers, ()))
    for fact, code in wrong.items():
        problems.setdefault("answers", (PROBLEMS[code], fact))
    language = language if language in languages else ""
    title = " ".join(given.get("title", "")[:LONGEST].split())
    return Snippet(language, accent[1].lower() if accent else "", facts, title), problems
