"""The loader names file and row of everything that is wrong in form."""

import shutil
from pathlib import Path

import pytest

from app.knowledge import KnowledgeError, knowledge
from app.knowledge.loader import FOLDER, load


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "content", ignore=shutil.ignore_patterns("*.py", "__*"))
    return tmp_path / "content"


def test_the_shipped_content_loads(content: Path) -> None:
    assert load(content) == knowledge()


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("stages.toml", 'vpn = "yes"', 'vpn = "maybe"', "line: vpn has no value 'maybe'"),
        ("stages.toml", 'vpn = "yes"', 'tunnel = "yes"', "nothing is called 'tunnel'"),
        ("scenarios/40-identity.toml", '"match-sender"', '"dance"', "no remedy is called 'dance'"),
        ("scenarios/40-identity.toml", 'stops = "server"', 'stops = "pub"', "cannot stop at 'pub'"),
        ("scenarios/40-identity.toml", 'refused = "yes"', 'refused = "si"', "'si' is no verdict"),
        ("scenarios/40-identity.toml", 'cause = "identity"\n', "", "sender-elsewhere"),
        ("scenarios/40-identity.toml", "sender-unclear", "sender-elsewhere", "stands twice"),
        ("remedies.toml", 'title = "Check', 'headline = "Check', "remedies.toml: fix-password"),
        ("questions.toml", "effort = 1", "toil = 1", "questions.toml: error"),
        ("providers.toml", 'sign_in = "oauth-only"', 'signin = "x"', "outlook.com"),
        ("article.toml", "source =", "source", "article.toml"),
    ],
)
def test_a_fault_is_named(content: Path, file: str, old: str, new: str, message: str) -> None:
    path = content / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(KnowledgeError, match=message.replace(".", r"\.")):
        load(content)


def test_every_published_setting_names_its_source_and_day() -> None:
    for provider in knowledge().providers:
        assert provider.source
        assert provider.checked.year >= 2026
        assert all(outgoing.security in ("tls", "starttls") for outgoing in provider.outgoing)
        assert all(note.source for note in provider.notes)
