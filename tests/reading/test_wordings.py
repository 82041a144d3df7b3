"""Words and rules are data; a mistake in them is named."""

import shutil
from pathlib import Path

import pytest

from app.knowledge import KnowledgeError
from app.knowledge.wordings import FOLDER, REASONS, load_wordings, wordings
from app.reading.classify import CONTEXT


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "reading")
    return tmp_path / "reading"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("rules.toml", 'reason = "relay-denied"', 'reason = "rain"', "no value 'rain': use one of"),
        (
            "rules.toml",
            'all = ["relay", "deny"]',
            'all = ["relay", "dney"]',
            "'dney' has no phrases",
        ),
        (
            "rules.toml",
            "[[rule]]",
            '[[rule]]\nreason = "spam"\nsays = "x"\nweight = 1\n[[rule]]',
            "the rule has no condition",
        ),
        ("codes.toml", "relay-denied = 8", "relay = 8", "unknown key 'relay': use one of"),
        ("languages/vi.toml", "[labels]", "[labels", "vi.toml"),
    ],
)
def test_a_fault_is_named(content: Path, file: str, old: str, new: str, message: str) -> None:
    path = content / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(KnowledgeError, match=message):
        load_wordings(content)


def test_every_reason_has_words_of_its_own() -> None:
    spoken = {rule.reason for rule in wordings().rules}
    assert set(REASONS) - {"none"} == spoken


def test_every_idea_is_used() -> None:
    """A misspelt idea in a language's file would have no effect."""
    known = wordings()
    used = {idea for rule in known.rules for idea in (*rule.ideas, *rule.none)}
    assert set(known.ideas) <= used | set(CONTEXT) | {"protocol"}


def test_a_language_is_added_without_code(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (content / "languages" / "nl.toml").write_text(
        '[labels]\nport = ["poort"]\n[values]\nyes = ["ja"]\n[words]\nrelay = ["doorsturen"]\n',
        "utf-8",
    )
    loaded = load_wordings(content)
    assert loaded.labels["poort"] == "port"
    assert "doorsturen" in loaded.ideas["relay"]
    assert "relaying" in loaded.ideas["relay"]
