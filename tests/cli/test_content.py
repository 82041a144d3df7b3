"""The terminal brings in providers and lists old facts."""

from app import create_app
from app.cli.content import suggestions
from app.knowledge import knowledge
from app.knowledge.provider_table import read_providers
from app.services import services
from app.settings import Settings
from tests.knowledge.test_provider_import import entry, folder, smtp


def run(*words: str):
    return create_app(Settings()).test_cli_runner().invoke(args=list(words))


def test_providers_import_says_what_it_took_and_left(tmp_path) -> None:
    path = folder(tmp_path, a=entry(smtp()), b=entry(smtp()), c="no xml")
    to = tmp_path / "own.sqlite3"
    done = run("providers", "import", str(path), "--to", str(to))
    assert done.exit_code == 0
    assert "CONFLICT proseware.com: b.com.xml, but a.com.xml" in done.output
    assert "LEFT OUT c.com.xml: no XML" in done.output
    assert "1 providers with 1 domains" in done.output
    assert [provider.domains for provider in read_providers(to)] == [("proseware.com",)]


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


def test_weights_are_compared_with_what_was_counted(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/desk.sqlite3"
    app = create_app(Settings(database_url=url, page_cache=0))
    runner = app.test_cli_runner()
    assert runner.invoke(args=["knowledge", "weights"]).output == "Nothing has been counted yet.\n"
    client = app.test_client()
    for _ in range(3):
        client.get("/en/check?error=mailbox-full")
    client.get("/en/check?error=silent&place=away")
    client.get("/en/check?error=mailbox-full&tried=tell-recipient&failed=tell-recipient")
    client.get("/en/check?error=silent&worked=use-login")
    services(app).storage.counters.flush()
    said = runner.invoke(args=["knowledge", "weights"]).output.splitlines()
    assert "error=mailbox-full: weight: 1, suggested 75 (4 cases; few)" in said
    assert "place=away: weight: 15, suggested 100 (1 cases; few)" in said
    assert "tell-recipient: works: 70, suggested 0 (1 cases; few)" in said
    assert "use-login: works: 60, suggested 100 (1 cases; few)" in said
    missing = run("knowledge", "weights")
    assert missing.exit_code == 1
    assert "no database is set" in missing.output


def test_many_cases_are_not_called_few() -> None:
    totals = [("worked", "a", "wait", 20), ("not-worked", "b", "wait", 20)]
    (line,) = suggestions(knowledge(), totals)
    works = knowledge().remedies["wait"].works
    assert line == f"wait: works: {works}, suggested 50 (40 cases)"
