"""The terminal's way in."""

import json
import re
import shutil
from pathlib import Path

import pytest
from flask import Flask

from app.diagnosis import Facts
from tests.cases import CASES, Case
from tests.diagnosis.test_cases import merge_reading


@pytest.fixture
def run(app: Flask):
    runner = app.test_cli_runner()
    return lambda *args: runner.invoke(args=list(args))


def options(facts: Facts) -> list[str]:
    return [text for key, value in facts.pairs for text in (f"--{key.replace('_', '-')}", value)]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(run, case: Case, lang: str) -> None:
    result = run("diagnose", "--lang", lang, "--json", *options(merge_reading(case.answered)))
    assert result.exit_code == 0, result.output
    plan = json.loads(result.output)
    assert (plan["article_row"], plan["relay"], plan["refused"]) == (
        case.row,
        case.relay,
        case.refused,
    )
    assert plan["remedies"][0]["id"] == case.first[0]


def test_prose_has_the_plan_the_next_question_and_the_link(run) -> None:
    told = "--place away --connection other --account_domain proseware.com"
    text = run("diagnose", "--lang=en", *told.split(), "--recipient-domain=adatum.com").output
    assert "1. Check every outgoing setting, one by one (match-settings, " in text
    assert "? What does the error message say? (--error)" in text
    assert "Case 6 of 6" in text
    assert "/en/check?place=away&connection=other" in text
    assert "`" not in text


def test_several_recipients_and_what_was_tried(run) -> None:
    result = run(
        "diagnose",
        "--json",
        "--account-domain",
        "a.com",
        "--recipient-domain",
        "a.com",
        "--recipient-domain",
        "b.com",
        "--tried",
        "webmail",
        "--place",
        "work",
        "--connection",
        "other",
    )
    plan = json.loads(result.output)
    assert [r["refused"] for r in plan["recipients"]] == ["no", "maybe"]
    assert [r["id"] for r in plan["remedies"] if r["tried"]] == ["webmail"]


def test_a_bad_value_is_named(run) -> None:
    result = run("diagnose", "--lang", "en", "--port", "x")
    assert result.exit_code == 2
    assert "port: A port is a number" in result.output


SAID = (
    "Server: 'smtp.proseware.com', Protocol: SMTP, Server Response: '550 5.7.1 <pat@adatum.com>: "
    "Relay access denied', Port: 25, Secure(SSL): No, Server Error: 550, Error Number: 0x800CCC79"
)
SPOT = (
    "check?recipient_domain=adatum.com&server=smtp.proseware.com&port=25&security=none"
    "&error=relay-denied&refused_by=own-server&program=outlook-classic"
    "&reply_code=550&enhanced_status=5.7.1"
)


def test_an_error_is_read(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["read", "--lang", "en"], input=SAID)
    assert result.exit_code == 0, result.output
    first, *_, last = result.output.splitlines()
    assert re.fullmatch(r"relay-denied \(\d\d%\)", first)
    assert "- When the error appeared: Right away, while sending" in result.output
    assert "- Reply code: 550" in result.output
    assert "- Port: 25" in result.output
    assert "> smtp.proseware.com (server)" in result.output
    assert last == f"/en/{SPOT}"
    assert "`" not in result.output


def test_an_error_is_read_into_the_object_of_the_api(app: Flask) -> None:
    wide = ("\ufeff" + SAID).encode("utf-16-le")
    result = app.test_cli_runner().invoke(args=["read", "--json"], input=wide)
    said = json.loads(result.output)
    assert said["facts"]["reply_code"] == 550
    assert said["url"] == f"/vi/{SPOT}"


def test_no_error_is_no_failure_and_too_much_text_is_one(app: Flask) -> None:
    runner = app.test_cli_runner()
    nothing = runner.invoke(args=["read", "--lang", "en"], input="Dear Pat, see you at noon.")
    assert nothing.exit_code == 0
    assert nothing.output.startswith("none (")
    assert nothing.output.endswith("/en/check?error=none\n")
    long = runner.invoke(args=["read", "--lang", "en"], input="a" * 300_000)
    assert long.exit_code == 2
    assert "larger than 256 KB" in long.output


def test_table_check(run) -> None:
    result = run("table", "check")
    assert result.exit_code == 0, result.output
    assert "No faults found." in result.output


def test_table_check_fails_with_a_witness(run, monkeypatch) -> None:
    monkeypatch.setattr(
        "app.cli.commands.check_everything",
        lambda: (["…"], ["scenarios: no row answers: place=home"]),
    )
    result = run("table", "check")
    assert result.exit_code == 1
    assert "FAULT scenarios: no row answers: place=home" in result.output


def test_table_draw(run) -> None:
    drawn = run("table", "draw", "--lang", "en", "--given", "error=relay-denied")
    assert drawn.output.startswith("<svg")
    assert "You're at work." in drawn.output
    assert run("table", "draw", "--format", "mermaid").output.startswith("flowchart LR")
    assert run("table", "draw", "--given", "place=moon").exit_code == 2


def test_catalogues_update_changes_nothing_when_all_is_fresh(run, tmp_path, monkeypatch) -> None:
    from app.i18n import catalogues, languages

    shutil.copytree(catalogues.FOLDER, tmp_path / "translations")
    for module in (catalogues, languages):
        monkeypatch.setattr(module, "FOLDER", tmp_path / "translations")
    monkeypatch.setattr(catalogues, "TEMPLATE", tmp_path / "translations" / "messages.pot")
    before = {path: path.read_bytes() for path in tmp_path.rglob("messages.po*")}
    (tmp_path / "translations" / "messages.pot").write_text("", "utf-8")
    assert run("catalogues", "update").output.splitlines()[0] == "messages.pot"
    assert {path: path.read_bytes() for path in tmp_path.rglob("messages.po*")} == before


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\0\xd8", b"\0" * 9000, bytes(range(256)) * 2000])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_whatever_is_read_there_is_an_answer(app: Flask, text: bytes, form: tuple[str]) -> None:
    result = app.test_cli_runner().invoke(args=["read", *form], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.output


def test_what_cannot_be_read_is_one_line(run) -> None:
    for file in ("/proc/self/mem", "/proc/self", "/nowhere", "a\udcff"):
        result = run("read", file)
        assert isinstance(result.exception, SystemExit)
        assert result.exit_code
        assert "Error: " in result.output


@pytest.mark.parametrize("value", ["", "\udcff", "\0", "\r\nx", "9" * 5000, "٤", "a" * 70_000])
def test_whatever_is_told_there_is_an_answer(run, value: str) -> None:
    for key in ("--place", "--port", "--account-domain", "--tried", "--reply-code", "--server"):
        for form in ((), ("--json",)):
            result = run("diagnose", key, value, *form)
            assert result.exception is None or isinstance(result.exception, SystemExit), key


def test_what_is_expected_of_the_questions(app: Flask) -> None:
    runner = app.test_cli_runner()
    start = runner.invoke(args=["table", "simulate", "--by-scenario"]).output
    known = runner.invoke(args=["table", "simulate", "--given", "error=mailbox-full"]).output
    numbers = re.compile(r"(\d+\.\d) \(mean\), (\d+) at most")
    mean, at_most = map(float, numbers.search(start).groups())
    assert 0 < mean <= at_most
    assert float(numbers.search(known)[1]) < mean, "who knows the error is asked less"
    assert re.search(r"silent-drop +\d+\.\d% of people, first fix right: 100%", start)
    wrong = runner.invoke(args=["table", "simulate", "--given", "error=none-such"])
    assert wrong.exit_code == 2
    assert "not a fact and its value" in wrong.output


def test_stories_are_played(app: Flask, tmp_path: Path) -> None:
    stories = tmp_path / "stories.jsonl"
    told = [
        {"paste": "550 5.7.1 Relaying denied", "answers": {"refused_by": "own-server"}},
        {"answers": {"error": "mailbox-full"}},
    ]
    stories.write_text("\n".join(map(json.dumps, told)), "utf-8")
    played = app.test_cli_runner().invoke(args=["table", "simulate", str(stories)])
    assert played.output.startswith("2 stories\n")
    assert "1 at most" in played.output
    assert "first fix right: 100.0%" in played.output
    stories.write_bytes(b"\xef\xbb\xbf\n" + json.dumps(told[1]).encode() + b"\n\n")
    played = app.test_cli_runner().invoke(args=["table", "simulate", str(stories)])
    assert "1 stories" in played.output
    wrong_lines = ("[]", "{", '{"paste": 3}', '{"answers": {"eror": "spam"}}', '{"answers": 3}')
    for line in (*wrong_lines, '{"answers": {"error": "x"}}', "[" * 100_000):
        stories.write_text(line, "utf-8")
        wrong = app.test_cli_runner().invoke(args=["table", "simulate", str(stories)])
        assert wrong.exit_code == 1
        assert "line 1: " in wrong.output
    stories.write_text("", "utf-8")
    assert app.test_cli_runner().invoke(args=["table", "simulate", str(stories)]).exit_code == 1
