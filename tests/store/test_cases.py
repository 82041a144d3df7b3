"""Cases: stored, changed without lost updates, erased when they expire."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Event

import pytest
from sqlalchemy import event, select

from app.diagnosis import Facts
from app.store import Database, audit
from app.store.cases import Cases, EndedCase, StaleCase, UnknownCode
from app.store.schema import cases as table
from app.store.schema import notes
from tests.store.fixtures import Clock

DAY = timedelta(days=1)
FACTS = Facts(place="work", account_domain="proseware.com", port=25, tried=("use-login", "wait"))


def test_a_case_stores_its_facts(cases: Cases, clock: Clock) -> None:
    case = cases.open("", "vi", FACTS)
    assert cases.find("", case.code) == case
    assert case.facts == FACTS
    assert (case.language, case.outcome, case.version) == ("vi", "open", 1)
    assert case.opened == clock.moment
    assert case.expires == clock.moment + 30 * DAY


def test_a_removed_remedy_does_not_break_a_case(cases: Cases, database: Database) -> None:
    case = cases.open("", "vi", FACTS)
    with database.writing() as connection:
        old = "place=work&tried=use-login&tried=ask-the-oracle&colour=red"
        connection.execute(table.update().values(facts=old))
    assert cases.find("", case.code).facts == Facts(place="work", tried=("use-login",))


def test_changes_are_serialised(cases: Cases) -> None:
    first = cases.open("", "vi", FACTS)
    second = cases.change(first, "lan", facts=FACTS.but(place="home"))
    assert second.facts.place == "home"
    with pytest.raises(StaleCase):
        cases.change(first, "kim", outcome="solved", note="nothing of this is kept")
    third = cases.change(second, "kim", outcome="solved", helped="use-login", note=" call back ")
    assert (third.outcome, third.helped, third.version) == ("solved", "use-login", 3)
    assert [(note.agent, note.text) for note in third.notes] == [("kim", "call back")]
    assert cases.find("", first.code) == third


def test_of_two_concurrent_changes_one_is_refused_as_stale(cases: Cases) -> None:
    case = cases.open("", "vi", FACTS)

    def change(agent: str) -> str:
        try:
            cases.change(case, agent, outcome="solved")
        except StaleCase:
            return "stale"
        return "done"

    with ThreadPoolExecutor(8) as pool:
        said = Counter(pool.map(change, "abcdefgh"))
    assert said == {"done": 1, "stale": 7}
    assert cases.find("", case.code).version == 2


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("call lan@adatum.com at 5", "call @adatum.com at 5"),
        ("no address", "no address"),
        ("<kim.tran+x@mail.adatum.com>,pat@x.vn", "<@mail.adatum.com>,@x.vn"),
        ("ngân@thư.vn", "@thư.vn"),
        ("lan ＠ adatum.com", "@adatum.com"),
        ("lan＠adatum.com", "@adatum.com"),
        ("a" * 5000, "a" * 2000),
    ],
)
def test_a_note_holds_no_email_address(cases: Cases, said: str, kept: str) -> None:
    case = cases.change(cases.open("", "vi", FACTS), "lan", note=said)
    assert case.notes[0].text == kept


def test_a_long_note_without_blanks_takes_no_time(cases: Cases) -> None:
    case = cases.change(cases.open("", "vi", FACTS), "lan", note="a" * 200_000 + "@")
    assert case.notes[0].text == "@"


def test_another_portal_has_no_such_case(cases: Cases) -> None:
    case = cases.open("proseware", "vi", FACTS)
    for act in (cases.find, cases.delete):
        with pytest.raises(UnknownCode):
            act("", case.code)
    with pytest.raises(UnknownCode):
        cases.view("adatum", case.code, "lan")
    assert cases.find("proseware", case.code) == case


@pytest.mark.parametrize("swept", [False, True])
def test_an_ended_case_leaves_only_its_code(
    cases: Cases, clock: Clock, database: Database, swept: bool
) -> None:
    case = cases.change(cases.open("", "vi", FACTS), "lan", note="call back")
    other = cases.open("", "en", Facts())
    cases.delete("", other.code, "lan")
    clock.moment += 30 * DAY
    if swept:
        cases.sweep(sure=True)
        with database.reading() as connection:
            row = connection.execute(select(table).where(table.c.code == case.code)).one()
            assert (row.facts, row.outcome, row.helped) == (None, None, None)
            assert not connection.execute(select(notes)).all()
    with pytest.raises(EndedCase, match="expired"):
        cases.find("", case.code)
    with pytest.raises(EndedCase, match="expired"):
        cases.change(case, "lan", outcome="solved")
    with pytest.raises(EndedCase, match="deleted"):
        cases.find("", other.code)
    clock.moment += 30 * DAY
    cases.sweep(sure=True)
    with pytest.raises(UnknownCode):
        cases.find("", case.code)


def test_each_action_is_in_the_audit_log(cases: Cases, clock: Clock, database: Database) -> None:
    case = cases.open("", "vi", FACTS)
    for minutes in (0, 10, 49, 2):  # within an hour, to look once more is no news
        clock.moment += timedelta(minutes=minutes)
        cases.view("", case.code, "lan")
    cases.view("", case.code, "kim")
    case = cases.change(case, "kim", outcome="solved")
    assert audit.recent_codes(database, "", "lan", 5) == [case.code]
    cases.delete("", case.code, "kim")
    cases.open("proseware", "vi", FACTS)
    due = cases.open("", "vi", FACTS)
    clock.moment += 30 * DAY
    cases.sweep(sure=True)
    assert [(line.agent, line.action) for line in audit.read(database, "", 20)] == [
        ("", "expired"),
        ("", "opened"),
        ("kim", "deleted"),
        ("kim", "changed"),
        ("kim", "seen"),
        ("lan", "seen"),
        ("lan", "seen"),
        ("", "opened"),
    ]
    lines = audit.read(database, "", 20)
    assert all(later.at >= earlier.at for later, earlier in pairwise(lines))
    assert lines[0].code == due.code
    assert not audit.recent_codes(database, "", "lan", 5)
    clock.moment += audit.RETENTION
    cases.sweep(sure=True)
    assert not audit.read(database, "", 20)


def test_recent_cases_are_those_of_one_portal(cases: Cases, database: Database) -> None:
    here, there = cases.open("", "vi", FACTS), cases.open("proseware", "vi", FACTS)
    for case in (here, there):
        cases.view(case.portal, case.code, "lan")
    assert audit.recent_codes(database, "", "lan", 5) == [here.code]
    assert audit.recent_codes(database, "proseware", "lan", 5) == [there.code]


# two at once


def waits_for_lock(database: Database, cases: Cases, first, second) -> Exception | None:
    """Run a second action while a first one has locked the case, and return its result."""
    has_it, go_on = Event(), Event()

    def pause(connection, cursor, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE cases") and not has_it.is_set():
            has_it.set()
            go_on.wait(20)

    def see(connection, cursor, statement: str, *_: object) -> None:
        if has_it.is_set() and ("FOR UPDATE" in statement or statement == "BEGIN IMMEDIATE"):
            go_on.set()

    event.listen(database._engine, "before_cursor_execute", see)
    event.listen(database._engine, "after_cursor_execute", pause)
    with ThreadPoolExecutor(2) as pool:
        begun = pool.submit(first)
        assert has_it.wait(20)
        then = pool.submit(second)
        begun.result(20)
        return then.exception(20)


@pytest.mark.parametrize("how", ["ended", "swept"])
def test_no_note_survives_its_case(
    cases: Cases, clock: Clock, database: Database, how: str
) -> None:
    case = cases.open("", "vi", FACTS)
    late = Cases(database, 30 * DAY, lambda: clock.moment + 30 * DAY)
    ends = {"swept": lambda: late.sweep(sure=True), "ended": lambda: cases.delete("", case.code)}
    fault = waits_for_lock(
        database, cases, ends[how], lambda: cases.change(case, "lan", note="too late")
    )
    assert isinstance(fault, EndedCase)
    with database.reading() as connection:
        assert not connection.execute(select(notes)).all()


def test_a_note_added_before_the_deletion_is_deleted_too(cases: Cases, database: Database) -> None:
    case = cases.open("", "vi", FACTS)
    fault = waits_for_lock(
        database,
        cases,
        lambda: cases.change(case, "lan", note="just in time"),
        lambda: cases.delete("", case.code),
    )
    assert fault is None
    with database.reading() as connection:
        assert not connection.execute(select(notes)).all()


def test_a_case_is_deleted_once(cases: Cases, database: Database) -> None:
    case = cases.open("", "vi", FACTS)

    def end() -> None:
        cases.delete("", case.code, "lan")

    assert isinstance(waits_for_lock(database, cases, end, end), EndedCase)
    assert [line.action for line in audit.read(database, "", 9)] == ["deleted", "opened"]


def test_what_a_change_returns_is_what_is_kept(cases: Cases, clock: Clock) -> None:
    case = cases.open("", "vi", FACTS, "lan")
    assert cases.find("", case.code) == case
    clock.moment += DAY
    facts = FACTS.but(recipient_domain="adatum.com", tried=("use-login", "wait"))
    case = cases.change(
        case, "lan", "  call lan@adatum.com back\0  ", facts=facts, outcome="solved"
    )
    assert cases.find("", case.code) == case
    case = cases.change(case, "mai", " \0 ", helped="wait")
    assert cases.find("", case.code) == case
    assert [note.text for note in case.notes] == ["call @adatum.com back"]
