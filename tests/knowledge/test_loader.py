"""Every mistake in the content is one line: file, row, key and what to do."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.knowledge import KnowledgeError, knowledge, loader
from app.knowledge.loader import FOLDER, load

LONGEST = 160
"""Characters of a line in a content file."""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "content", ignore=shutil.ignore_patterns("*.py", "__*"))
    return tmp_path / "content"


def test_the_shipped_content_loads(content: Path) -> None:
    assert load(content) == knowledge()


IDENTITY = "scenarios/40-identity.toml"
MISTAKES = [
    # A value, a key or a name that nothing else knows.
    (
        "stages.toml",
        'vpn = "yes"',
        'vpn = "maybe"',
        "stages.toml: line: row: when: vpn: no value 'maybe': use one of yes, no, unknown",
    ),
    (
        "stages.toml",
        'vpn = "yes"',
        'tunnel = "yes"',
        "stages.toml: line: row: when: unknown key 'tunnel'",
    ),
    (
        "stages.toml",
        'name = "standing"',
        'name = "line"',
        "stages.toml: line: the name is used twice",
    ),
    (
        "stages.toml",
        "connection = { not",
        "connection = { nor",
        "stages.toml: line: row: when: connection: unknown key 'nor'",
    ),
    (
        IDENTITY,
        '"match-sender"',
        '"dance"',
        "40-identity.toml: sender-elsewhere: remedies: no value 'dance': use one of",
    ),
    (
        IDENTITY,
        'stops = "server"',
        'stops = "pub"',
        "40-identity.toml: sender-elsewhere: stops: no value 'pub': use one of line, server",
    ),
    (
        IDENTITY,
        'refused = "yes"',
        'refused = "si"',
        "40-identity.toml: sender-elsewhere: refused: no value 'si': use one of no, maybe, yes",
    ),
    (
        IDENTITY,
        'refused = "yes"',
        'refused = { rain = "yes" }',
        "40-identity.toml: sender-elsewhere: refused: unknown key 'rain'",
    ),
    (
        IDENTITY,
        'cause = "identity"\n',
        "",
        "40-identity.toml: sender-elsewhere: key 'cause' is missing: add it",
    ),
    (
        IDENTITY,
        "sender-unclear",
        "sender-elsewhere",
        "40-identity.toml: id 'sender-elsewhere' is used twice",
    ),
    (IDENTITY, "[[scenario]]", "[[scene]]", "40-identity.toml: unknown key 'scene'"),
    (
        "remedies.toml",
        "works = 80",
        "works = 100",
        "remedies.toml: match-settings: works: write a number from 1 to 99, not 100",
    ),
    (
        "remedies.toml",
        'covers = ["use-login"',
        'covers = ["use-magic"',
        "remedies.toml: match-settings: covers: no value 'use-magic': use one of use-login",
    ),
    (
        "estimates.toml",
        "comes_anyway = 20",
        "comes_anyway = 0",
        "estimates.toml: comes_anyway: write a number from 1 to 99, not 0",
    ),
    (
        "estimates.toml",
        "page_seconds",
        "page_minutes",
        "estimates.toml: unknown key 'page_minutes': use one of page_seconds",
    ),
    (
        "questions.toml",
        "[question.given]\nrelay-denied",
        "[question.given]\nrelay-refused",
        "questions.toml: refused_by: weights: given: unknown key 'relay-refused'",
    ),
    (
        "remedies.toml",
        'title = "Check the u',
        'headline = "Check the u',
        "remedies.toml: fix-password: unknown key 'headline': use one of id, title, steps",
    ),
    (
        "remedies.toml",
        'needs = ["smtp-auth"]',
        'needs = ["magic"]',
        "remedies.toml: match-settings: needs: no value 'magic': use one of smtp-auth",
    ),
    (
        "remedies.toml",
        '{ acts = ["outgoing"',
        '{ acts = ["dance"',
        "remedies.toml: match-settings: steps: acts: no value 'dance': use one of outgoing",
    ),
    (
        "remedies.toml",
        "\nsettings = true",
        '\nsettings = "yes"',
        "remedies.toml: match-settings: settings: write true or false, not 'yes'",
    ),
    ("questions.toml", "seconds = 20", "toil = 1", "questions.toml: error: unknown key 'toil'"),
    (
        "questions.toml",
        "seconds = 20",
        'seconds = "1"',
        "questions.toml: error: seconds: write a whole number, not '1'",
    ),
    (
        "questions.toml",
        "own-server = 60\n",
        "",
        "questions.toml: refused_by: weights: key 'own-server' is missing",
    ),
    (
        "questions.toml",
        "own-server = 60\n",
        "own-server = -1\n",
        "questions.toml: refused_by: weights: none is below 0, and one is above: correct them",
    ),
    (
        "questions.toml",
        'needs = "account_domain"',
        'needs = "acount"',
        "questions.toml: recipient_domain: needs: no value 'acount': use one of error",
    ),
    (
        "questions.toml",
        'about = ["place"]',
        'about = ["places"]',
        "questions.toml: vpn: about: no value 'places': use one of error",
    ),
    (
        "questions.toml",
        '{ value = "no", text = "No"',
        '{ value = "yes", text = "No"',
        "questions.toml: vpn: choices: value 'yes' is used twice",
    ),
    (
        "questions.toml",
        '{ value = "same", text',
        '{ value = "sane", text',
        "questions.toml: recipient_domain: states: no value 'sane': use one of same",
    ),
    (
        "providers.toml",
        'sign_in = "oauth-only"',
        'signin = "x"',
        "providers.toml: outlook.com: unknown key 'signin'",
    ),
    (
        "providers.toml",
        'security = "tls"',
        'security = "ssl"',
        "providers.toml: gmail: outgoing: security: no value 'ssl': use one of none, starttls, tls",
    ),
    (
        "authorisations.toml",
        "ask = ",
        "asks = ",
        "authorisations.toml: smtp-auth: unknown key 'asks': use one of id, ask, without",
    ),
    ("article.toml", "source =", "source", "article.toml: "),
    ("article.toml", "today =", "tomorrow =", "article.toml: unknown key 'tomorrow'"),
    # A mail program in one file only, or wrong in form.
    (
        "questions.toml",
        '  { value = "iphone"',
        '  { value = "mutt", says = "You use Mutt." },\n  { value = "iphone"',
        "programs.toml: no program has the id 'mutt', which is a choice in questions.toml: add",
    ),
    (
        "programs.toml",
        'id = "iphone"',
        'id = "iphone-mail"',
        "questions.toml: program: choices: 'iphone-mail' of programs.toml is missing: add it",
    ),
    (
        "programs.toml",
        "anew = true",
        "new = true",
        "programs.toml: outlook-new: acts: server: unknown",
    ),
    (
        "programs.toml",
        '{ enter = "Host Name" }',
        "{ anew = true }",
        "programs.toml: apple-mail: acts: server: write one of go, press",
    ),
    (
        "programs.toml",
        'value = "address"',
        'value = "x"',
        "programs.toml: thunderbird: acts: from: value: no value 'x': use one of user, password",
    ),
    (
        "programs.toml",
        'for = "password"',
        'for = "passwort"',
        "programs.toml: outlook-classic: acts: login: for: no value 'passwort'",
    ),
    (
        "programs.toml",
        'order = ["outgoing"',
        'order = ["dance"',
        "programs.toml: outlook-classic: order: no value 'dance'",
    ),
    (
        "programs.toml",
        'covers = { login = ["user"',
        'covers = { login = ["dance"',
        "programs.toml: outlook-classic: covers: no value 'dance'",
    ),
    (
        "programs.toml",
        '"Tools" = "Công cụ"',
        '"Tool" = "Công cụ"',
        "programs.toml: thunderbird: labels: vi: no move names 'Tool': spell it as in `acts`",
    ),
    (
        "programs.toml",
        "checked = 2026-11-29\norder",
        "order",
        "programs.toml: outlook-classic: key 'source' or 'checked' is missing: say who",
    ),
    (
        "programs.toml",
        'platform = "windows"',
        'platform = "dos"',
        "programs.toml: outlook-classic: platform: no value 'dos': use one of windows, macos",
    ),
    (
        "programs.toml",
        'platform = "windows"\n',
        "",
        "programs.toml: outlook-classic: on: no value 'button': use one of",
    ),
    (
        "programs.toml",
        'platform = "ios"\nsource = """\\\n  P.A',
        'source = """\\\n  P.A',
        "programs.toml: outlook-mobile: platform: say what its windows are",
    ),
    (
        "programs.toml",
        "words = true",
        'words = true\nplatform = "windows"',
        "programs.toml: other: platform: remove it: it has no labels",
    ),
    (
        "programs.toml",
        '"Delete Account"], on = "button"',
        '"Delete Account"], on = "tab"',
        "programs.toml: iphone: on: no value 'tab': use one of row, button",
    ),
    (
        "programs.toml",
        '["More Settings", "Advanced"], on = ["button", "tab"]',
        '["More Settings", "Advanced"], on = ["row", "row", "tab"]',
        "programs.toml: outlook-classic: on: write it with `go`, a word for each of the last",
    ),
    ("programs.toml", "\nempty = ", "\nvoid = ", "programs.toml: sentences: unknown key 'void'"),
    # A text that stands once, for several places.
    (
        "remedies.toml",
        'worked = "@works-everywhere"',
        'worked = "@works"',
        "remedies.toml: texts: no value 'works': use one of other-port, app-password-first",
    ),
    (
        "remedies.toml",
        "[texts]\n",
        '[texts]\nspare = "x"\n',
        "remedies.toml: texts: 'spare' is not used: write \"@spare\", or remove it",
    ),
    # A fact in one file only.
    (
        "questions.toml",
        'fact = "vpn"',
        'fact = "no_such_fact"',
        "questions.toml: no_such_fact: fact: the table does not know it: add it with its values",
    ),
    (
        "questions.toml",
        'text = "Yes", says = "A VPN',
        'test = "Yes", says = "A VPN',
        "questions.toml: vpn: choices: unknown key 'test': use one of value, says",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "line"), MISTAKES)
def test_a_mistake_is_one_line(content: Path, file: str, old: str, new: str, line: str) -> None:
    path = content / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(KnowledgeError) as fault:
        load(content)
    assert str(fault.value).startswith(line)
    assert "\n" not in str(fault.value)


def test_only_an_unknown_condition_is_sent_to_the_variables(content: Path) -> None:
    path = content / "stages.toml"
    text = path.read_text("utf-8")
    condition = (
        '{ vpn = "yes", connection = { not = ["uncounted"] }, '
        'program = ["webmail", "program", "unknown"] }'
    )
    assert condition in text
    for new, told in (('{ tunnel = "yes" }', True), ('"yes"', False)):
        path.write_text(text.replace(condition, new, 1), "utf-8")
        with pytest.raises(KnowledgeError) as fault:
            load(content)
        assert str(fault.value).endswith("VARIABLES in app/knowledge/variables.py") == told


def test_a_fact_without_a_question_is_one_line(content: Path, monkeypatch) -> None:
    known = {**loader.FACT_OF, "no_such_fact": "no_such_fact"}
    monkeypatch.setattr(loader, "FACT_OF", known)
    with pytest.raises(
        KnowledgeError, match=r"questions\.toml: no question asks for 'no_such_fact'"
    ):
        load(content)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "    vpn: str | None = None\n",
            "",
            "questions.toml: vpn: Facts in app/diagnosis/facts.py has no such field: add it",
        ),
        (
            "    vpn: str | None = None\n",
            "    vpn: str | None = None\n    no_such_fact: str | None = None\n",
            "questions.toml: no question asks for 'no_such_fact', a field of Facts: add it",
        ),
    ],
)
def test_a_fact_without_field_or_question_stops_the_start(
    tmp_path: Path, old: str, new: str, line: str
) -> None:
    shutil.copytree(FOLDER.parent, tmp_path / "app", ignore=shutil.ignore_patterns("__*__"))
    (tmp_path / "app" / "__init__.py").touch()
    for part in ("knowledge", "diagnosis"):
        shutil.copy(FOLDER.parent / part / "__init__.py", tmp_path / "app" / part)
    facts = tmp_path / "app" / "diagnosis" / "facts.py"
    text = facts.read_text("utf-8")
    assert old in text
    facts.write_text(text.replace(old, new, 1), "utf-8")
    command = [sys.executable, "-c", "import app.diagnosis"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith(f": {line}")


@pytest.mark.parametrize("command", [["-m", "app.server"], ["-c", "import wsgi"]])
def test_a_mistake_stops_a_start_with_one_line(tmp_path: Path, command: list[str]) -> None:
    shutil.copytree(FOLDER.parent, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(FOLDER.parent.parent / "wsgi.py", tmp_path)
    (tmp_path / "app" / "knowledge" / "article.toml").unlink()
    done = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("article.toml: ")


def test_a_missing_file_is_one_line(content: Path) -> None:
    (content / "article.toml").unlink()
    with pytest.raises(KnowledgeError, match=r"^article\.toml: .*No such file"):
        load(content)


def test_no_line_of_the_content_is_long() -> None:
    long = [
        f"{path.relative_to(FOLDER)}:{number}"
        for path in sorted(FOLDER.rglob("*.toml"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert not long


def test_every_published_setting_names_its_source_and_day() -> None:
    for provider in knowledge().providers:
        assert provider.source
        assert provider.checked.year >= 2026
        assert all(outgoing.security in ("tls", "starttls") for outgoing in provider.outgoing)
        assert all(note.source for note in provider.notes)
