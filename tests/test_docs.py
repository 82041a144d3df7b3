"""What the documents say is so: targets, links, settings, commands."""

import re
import shlex
from dataclasses import fields
from pathlib import Path
from shutil import copytree
from zipfile import ZipFile

import pytest

from app import create_app
from app.knowledge import knowledge
from app.knowledge.programs import label_table
from app.portals.identity_provider import IdentityProvider
from app.settings import Settings
from tests.knowledge.test_provider_import import entry, smtp

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_points_to_is_there(document: Path) -> None:
    text = document.read_text("utf-8")
    for target in re.findall(r"`?\bmake ([a-z]+)`?(?=[` \n])", text):
        if target != "lists":  # "make alone lists ..."
            assert re.search(rf"^{target}:.*## ", MAKEFILE, re.MULTILINE), target
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert "://" in link or (document.parent / link).exists(), link


def test_every_target_has_its_line_of_help() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    public = set(phony.group(1).split()) - {"browser"}
    assert public == set(re.findall(r"^([a-z]+):.*## \S", MAKEFILE, re.MULTILINE))


def test_every_setting_is_in_the_readme() -> None:
    names = {setting.name for setting in fields(Settings)} - {"identity"}
    names |= {f"oidc_{setting.name}" for setting in fields(IdentityProvider)}
    for name in names:
        assert f"`{name.upper()}`" in README


def test_every_dependency_says_why_it_is_there() -> None:
    reasons = (ROOT / "docs/architecture.md").read_text("utf-8").lower()
    for name in ("requirements.txt", "requirements-dev.txt"):
        direct = (ROOT / name).read_text("utf-8").partition("# Brought by the above")[0]
        for line in direct.splitlines():
            if line and line[0] not in "#-":
                assert re.split("[=<>;\\[ ]", line)[0].lower() in reasons, line


def test_the_readmes_commands_work(tmp_path: Path, monkeypatch) -> None:
    with ZipFile(tmp_path / "autoconfig-master.zip", "w") as archive:
        archive.writestr("autoconfig-master/ispdb/proseware.com.xml", entry(smtp()))
    copytree(ROOT / "docs" / "portals", tmp_path / "docs" / "portals")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROVIDERS_FILE", str(tmp_path / "providers.json"))
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/desk.sqlite3"))
    runner = app.test_cli_runner()
    commands = re.findall(r"flask --app wsgi ((?:[^\n]*\\\n)*[^\n]*)", README)
    assert len(commands) >= 2
    for command in commands:
        result = runner.invoke(
            args=shlex.split(command.replace("\\\n", " ").strip("`"), comments=True),
            input="a password for the desk\n",
        )
        assert result.exit_code == 0, command


def test_the_table_of_labels_is_what_the_programs_say() -> None:
    text = (ROOT / "docs" / "programs.md").read_text("utf-8")
    table = text[text.index("| program |") :].strip()
    now = "\n".join(label_table(knowledge().programs))
    assert table == now, "docs/programs.md: replace the table by what `knowledge labels` prints"
