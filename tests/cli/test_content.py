"""The terminal brings in providers and lists old facts."""

import json

from app import create_app
from app.settings import Settings
from tests.knowledge.test_ispdb import entry, folder, smtp


def run(*words: str):
    return create_app(Settings()).test_cli_runner().invoke(args=list(words))


def test_providers_import_says_what_it_took_and_left(tmp_path) -> None:
    path = folder(tmp_path, a=entry(smtp()), b=entry(smtp()), c="no xml")
    to = tmp_path / "own.json"
    done = run("providers", "import", str(path), "--to", str(to))
    assert done.exit_code == 0
    assert "CONFLICT proseware.com: b.com.xml, but a.com.xml" in done.output
    assert "LEFT OUT c.com.xml: no XML" in done.output
    assert "1 providers with 1 domains" in done.output
    assert json.loads(to.read_text())[0]["domains"] == ["proseware.com"]


def test_providers_import_leaves_the_file_alone_when_nothing_can_be_used(tmp_path) -> None:
    to = tmp_path / "own.json"
    to.write_text("[]")
    done = run("providers", "import", str(folder(tmp_path, a="no xml")), "--to", str(to))
    assert done.exit_code == 1
    assert "No usable provider found" in done.output
    assert to.read_text() == "[]"
    (tmp_path / "x.zip").write_text("x")
    assert run("providers", "import", str(tmp_path / "x.zip"), "--to", str(to)).exit_code == 1


def test_knowledge_check_lists_what_is_old() -> None:
    old = run("knowledge", "check", "--on", "2028-01-01").output
    assert "2026-11-23 provider gmail (Thunderbird ISPDB" in old
    assert "program thunderbird, labels" in old
    young = run("knowledge", "check", "--on", "2026-12-01").output
    assert "provider gmail (" not in young
    assert "no day   provider gmail, note" in young
