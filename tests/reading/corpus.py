"""The labelled texts, and the ways in which people spoil them when they paste."""

from __future__ import annotations

import csv
import html
import quopri
import textwrap
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
RELAY = "relay-denied"
CLOSE = ("authentication-required", "authentication-failed", "sender-not-allowed", "tls-required")
"""The four that are easily taken for one another."""


@dataclass(frozen=True)
class Case:
    """One text and what a person says that it says; ``refused_by`` and facts only of pastes."""

    reason: str
    text: str
    name: str
    refused_by: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@cache
def replies() -> tuple[Case, ...]:
    """Return single replies of servers."""
    with (FOLDER / "replies.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return tuple(
            Case(reason, reply.replace("\\n", "\n"), f"{number} {server}")
            for number, (reason, server, reply) in enumerate(rows, 2)
        )


@cache
def pastes(file: str = "held-out.toml") -> tuple[Case, ...]:
    """Return whole pastes: dialogs, returned mails, logs, with their facts."""
    rows = tomllib.loads((FOLDER / file).read_text("utf-8"))["paste"]
    return tuple(
        Case(row["reason"], row["text"], row["id"], row["refused_by"], row["facts"]) for row in rows
    )


@cache
def ordinary() -> tuple[Case, ...]:
    """Return texts that are no errors at all, and people's words that tell no reason."""
    rows = tomllib.loads((FOLDER / "ordinary.toml").read_text("utf-8"))["ordinary"]
    return tuple(
        Case(row.get("reason", "none"), row["text"], str(number)) for number, row in enumerate(rows)
    )


def _wrapped(text: str) -> str:
    lines = (line for part in text.split("\n") for line in textwrap.wrap(part, 38) or [""])
    return "\n".join(f"> {line}" for line in lines)


def _chatter(text: str) -> str:
    return f"Chào anh, em gửi mail thì bị báo thế này:\n\n{text}\n\nNhờ anh xem giúp em với ạ."


def _html(text: str) -> str:
    return f"<html><body><p>{html.escape(text)}</p></body></html>".replace("\n", "<br>\n")


def _quoted_printable(text: str) -> str:
    return quopri.encodestring(text.encode("utf-8")).decode("ascii")


def _full_width(text: str) -> str:
    table = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
    return text.translate(table)


def truncated(text: str) -> str:
    """Return the first 70% of a text."""
    return text[: int(len(text) * 0.7)]


SPOILT: Mapping[str, Callable[[str], str]] = {
    "wrapped and quoted": _wrapped,
    "chatter around": _chatter,
    "non-breaking spaces": lambda text: text.replace(" ", "\u00a0"),
    "zero-width characters": lambda text: "\u200b".join(text),
    "upper case": str.upper,
    "HTML": _html,
    "quoted-printable": _quoted_printable,
    "full width": _full_width,
}
