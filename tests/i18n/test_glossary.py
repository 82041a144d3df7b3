"""What people read keeps to docs/glossary.md: no word of its column "never" stands in a text."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment

from app.i18n.languages import catalogue_files, languages, read_out
from app.i18n.languages import strings as forms
from app.knowledge import knowledge

ROOT = Path(__file__).parent.parent.parent
GLOSSARY = ROOT / "docs" / "glossary.md"
TERMINAL = [*(ROOT / "app" / "cli").glob("*.py")]


def never() -> list[str]:
    rows = [line.split("|") for line in GLOSSARY.read_text("utf-8").splitlines() if line[:1] == "|"]
    cells = [cells[4] for cells in rows[2:]]
    return [word.strip() for cell in cells for word in cell.split(",") if word.strip()]


def labels() -> set[str]:
    """Return what email apps call things, which is quoted as they show it."""
    found = set()
    for program in knowledge().programs.known.values():
        found |= {label for _, label in program.named()}
        found |= {shown for told in program.labels.values() for shown in told.values()}
    return found


def texts() -> Iterator[tuple[str, str]]:
    """Yield (where it stands, text) for all that people read."""
    for code, path in catalogue_files():
        with path.open("rb") as file:
            for message in read_po(file, locale=code):
                english = message.id if isinstance(message.id, tuple) else (message.id,)
                yield from ((f"{code}: {english[0]}", text) for text in english)
                yield from ((f"{code}: {english[0]}", text) for text in forms(message))
    for path in (ROOT / "templates").rglob("*.*"):
        tokens = Environment().lex(path.read_text("utf-8"))
        markup = "".join(value for _, kind, value in tokens if kind == "data")
        yield path.name, re.sub(r"<[^>]*>?|[\w-]+=\"", " ", markup)
    for path in TERMINAL:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
                yield path.name, node.value


def found_in(text: str, words: list[str], quoted: set[str]) -> list[str]:
    for label in sorted(quoted, key=len, reverse=True):
        text = re.sub(rf"(?<=[`“( ]){re.escape(label)}(?=[`”) ,.…])", " ", f" {text} ")
    text = re.sub(r"`[^`]*`|\{\w+\}", " ", text)
    return [w for w in words if re.search(rf"(?<!\w){re.escape(w)}(?!\w)", text, re.IGNORECASE)]


def test_no_text_has_a_word_that_the_glossary_forbids() -> None:
    words, quoted = never(), labels()
    quoted = {label for label in quoted if found_in(label, words, set())}
    faults = [(where, word) for where, text in texts() for word in found_in(text, words, quoted)]
    assert faults == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Đổi đường mạng rồi gửi lại.", "đường mạng"),
        ("Hãy thử lại.", "hãy"),
        ("Turn it off on your line.", "your line"),
        ("Switch login on.", "login"),
    ],
)
def test_a_forbidden_word_is_found(text: str, word: str) -> None:
    assert word in found_in(text, never(), labels())


def test_a_label_of_an_email_app_may_be_quoted() -> None:
    assert found_in("Mở Máy chủ gửi thư (`Outgoing Server`).", never(), labels()) == []


def test_a_step_has_twenty_words_at_most() -> None:
    """Count syllables in Vietnamese, where 20 words have some 30 of them."""
    vietnamese = languages()["vi"].gettext
    for step in steps():
        assert len(step.split()) <= 20, step
        assert len(vietnamese(step).split()) <= 30, step


def steps() -> Iterator[str]:
    for remedy in knowledge().remedies.values():
        yield from (step.text for step in remedy.steps if step.text)
    for program in knowledge().programs.known.values():
        moves = (move for act in program.acts.values() for move in act)
        yield from (move.labels[0] for move in moves if move.kind == "say")
    yield from knowledge().programs.sentences.values()


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Bạn đang ở nhà.", "Anh/chị đang ở nhà."),
        ("Email của bạn đến nơi.", "Email của anh/chị đến nơi."),
        ("You're at home.", "You're at home."),
    ],
)
def test_an_agent_addresses_the_caller(text: str, spoken: str) -> None:
    assert read_out(text) == spoken
