"""docs/security-asvs.md: every requirement once, and what it names is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/security-asvs.md").read_text("utf-8")
LEVELS = dict(
    line.split() for line in (ROOT / "tests/data/asvs-5.0-ids.txt").read_text("ascii").splitlines()
)
VERDICTS = ("met", "partly", "not met", "not applicable")
NAMED = re.compile(r"`((?:app|docs|static|templates|tests)/[\w./-]*)(?:::(\w+))?`")


class Row(NamedTuple):
    """A row of the table."""

    id: str
    level: str
    asks: str
    verdict: str
    where: str


ROWS = [
    Row(*(cell.strip() for cell in line.strip("|").split("|")))
    for line in PAGE.splitlines()
    if re.match(r"\| V\d", line)
]


def test_every_requirement_stands_there_once() -> None:
    assert [(row.id, row.level) for row in ROWS] == list(LEVELS.items())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_row_names_what_is_there(row: Row) -> None:
    assert row.verdict in VERDICTS
    assert 1 <= len(row.asks.split()) <= 12
    named = NAMED.findall(row.where)
    for path, test in named:
        assert (ROOT / path).exists(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text("utf-8"), test
    if row.verdict == "met":
        assert any(path.startswith("tests/") for path, _ in named) or "by review" in row.where


def test_the_numbers_at_its_head_are_right() -> None:
    counted = Counter((row.verdict, row.level) for row in ROWS)
    counted |= Counter({("all", level): n for level, n in Counter(LEVELS.values()).items()})
    for verdict in (*VERDICTS, "all"):
        numbers = [counted[verdict, level] for level in "12"]
        assert f"| {verdict} | {numbers[0]} | {numbers[1]} | {sum(numbers)} |" in PAGE
    assert f"all\n{len(ROWS)} requirements" in PAGE
