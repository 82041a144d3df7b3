"""Erased data leaves no bytes in the database's files."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import insert, text

from app import create_app
from app.diagnosis import Facts
from app.services import services
from app.settings import Settings
from app.store import Database, secure_erase
from app.store.cases import Cases
from app.store.retention import erase
from app.store.schema import cases, notes
from app.store.sqlite import LOCK_TIMEOUT
from tests.browser.server import serving
from tests.desk.test_kill import open_case
from tests.store.fixtures import Clock, hash_quickly
from tests.store.postgres import PostgresServer
from tests.store.stream import ROOT, keep
from tests.store.test_cases import DAY, FACTS

NOTE = "NOTE-THAT-WAS-ERASED"
FACT = "fact-that-was-erased.example"
MARKERS = (NOTE, FACT)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store" / "desk.sqlite3"


@pytest.fixture
def opened(file: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{file}")) as database:
        yield database


@pytest.fixture
def kept(opened: Database, clock: Clock) -> Cases:
    return Cases(opened, 30 * DAY, clock)


def traces(file: Path, *markers: str) -> list[str]:
    """Return which texts stand in any file of the database: its own, -wal, -shm, journals."""
    data = b"".join(each.read_bytes() for each in sorted(file.parent.iterdir()))
    return [marker for marker in markers or MARKERS if marker.encode() in data]


def fill(cases: Cases) -> str:
    """Open a case with a note and a fact that has changed since, and return its code."""
    case = cases.open("", "vi", Facts(account_domain=FACT))
    case = cases.change(case, "lan", NOTE)
    return cases.change(case, "lan", facts=FACTS).code


def test_a_deleted_case_leaves_no_trace(kept: Cases, file: Path) -> None:
    code = fill(kept)
    assert NOTE in traces(file)
    with closing(Database(f"sqlite:///{file}")) as other:  # another worker, which does nothing
        keep(other, "idle")
        kept.delete("", code)
        assert traces(file) == []


def test_an_expired_case_leaves_no_trace(kept: Cases, file: Path, clock: Clock) -> None:
    fill(kept)
    with closing(Database(f"sqlite:///{file}")) as other:
        keep(other, "idle")
        for _ in range(15):
            clock.moment += 2 * DAY
            kept.sweep()
        assert traces(file) == []


def test_a_changed_fact_leaves_no_trace_after_the_next_sweep(kept: Cases, file: Path) -> None:
    fill(kept)
    kept.sweep()
    assert traces(file) == [NOTE]


def test_an_address_in_a_note_is_never_written(kept: Cases, file: Path) -> None:
    case = kept.open("", "vi", FACTS)
    kept.change(case, "lan", "call lan.nguyen@adatum.com")
    assert traces(file, "lan.nguyen", "@adatum.com") == ["@adatum.com"]


def test_a_removed_agent_leaves_no_trace(file: Path, monkeypatch) -> None:
    hash_quickly(monkeypatch)
    app = create_app(Settings(database_url=f"sqlite:///{file}"))
    with closing(services(app).storage.database):
        for name in ("lan", "thanh-who-left"):
            services(app).storage.agents.add("", name, "agent", "correct horse battery")
        run = app.test_cli_runner().invoke
        assert run(args=["agents", "remove", "thanh-who-left"]).exit_code == 0
        assert traces(file, "thanh-who-left", "lan") == ["lan"]


def test_a_sweep_of_many_cases_leaves_no_trace(kept: Cases, file: Path, opened: Database) -> None:
    draw = random.Random(3)  # with it, SQLite 3.40 leaves two copies behind until it is rewritten
    living: dict[str, set[str]] = {}
    gone: set[str] = set()
    now = Clock().moment
    case = {"portal": "", "language": "vi", "version": 1, "outcome": "open"}
    case |= {"opened": now, "expires": now + DAY}
    note = {"written": now, "agent": "lan"}
    with opened.writing() as connection:
        for number in range(6000):
            marker = f"marker-{number:05}"
            text = marker + "z" * draw.choice((5, 100, 300, 500, 1900))
            if not living or draw.random() < 0.4:
                code = f"{draw.randrange(10**9):09}"
                connection.execute(insert(cases).values(case | {"code": code, "facts": text}))
            else:
                code = draw.choice(list(living))
                connection.execute(insert(notes).values(note | {"code": code, "text": text}))
            living.setdefault(code, set()).add(marker)
            if draw.random() < 0.3:
                code = draw.choice(list(living))
                erase(connection, [code], "deleted")
                gone |= living.pop(code)
    opened.secure_erase.after_erase()
    kept.sweep()
    assert len(gone) > 1000
    found = set(re.findall("marker-[0-9]{5}", file.read_bytes().decode("latin-1")))
    assert found == set().union(*living.values())


@pytest.mark.parametrize("after", ["a change", "a sweep"])
def test_a_long_read_delays_the_erasure(
    kept: Cases, file: Path, opened: Database, after: str
) -> None:
    code = fill(kept)
    with closing(Database(f"sqlite:///{file}")) as other:
        with other.reading() as connection:
            connection.execute(text("SELECT * FROM notes")).all()
            before = time.monotonic()
            kept.delete("", code)
            assert time.monotonic() - before < LOCK_TIMEOUT, "it waits for no reader"
            assert NOTE in traces(file)
        keep(opened, "anything") if after == "a change" else kept.sweep()
        assert traces(file) == []


ERASE = """
import os, signal, sys
from datetime import timedelta
from app.store import Database, sqlite
from app.store.cases import Cases
if sys.argv[3] == "kill":
    sqlite.truncate_log = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
database = Database(f"sqlite:///{sys.argv[1]}")
Cases(database, timedelta(days=3660)).delete("", sys.argv[2])
"""


def erase_elsewhere(file: Path, code: str, how: str) -> int:
    return subprocess.run([sys.executable, "-c", ERASE, file, code, how], cwd=ROOT).returncode


def test_a_process_killed_after_erasing_leaves_no_trace_for_long(file: Path) -> None:
    with closing(Database(f"sqlite:///{file}")) as database:
        code = fill(Cases(database, 3660 * DAY))
        # It is there in the log alone, as after kill -9 of everything.
        assert erase_elsewhere(file, code, "kill") == -signal.SIGKILL
        assert NOTE in traces(file)
        with closing(Database(f"sqlite:///{file}")) as next_one:
            keep(next_one, "anything")
            assert traces(file) == []


def test_a_process_that_ends_leaves_no_log(file: Path) -> None:
    with closing(Database(f"sqlite:///{file}")) as database:
        code = fill(Cases(database, 3660 * DAY))
    assert erase_elsewhere(file, code, "end") == 0
    assert traces(file) == []
    assert list(file.parent.iterdir()) == [file]


def test_a_server_that_ends_leaves_no_log(file: Path, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": f"sqlite:///{file}", "WEB_WORKERS": "2"}
    with serving(tmp_path / "output", None, **settings) as server:
        open_case(server.port)
        assert len(list(file.parent.iterdir())) == 3
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(("hours", "at_once"), [((0, 24), False), ((0, 0), True)])
def test_what_is_large_is_rewritten_at_night_or_by_hand(
    database: Database, monkeypatch, hours: tuple[int, int], at_once: bool
) -> None:
    rewritten: list[str] = []
    dialect = database.secure_erase._dialect
    rewrite = dialect.rewrite
    monkeypatch.setattr(dialect, "rewrite", lambda e: rewritten.append(str(e.url)) or rewrite(e))
    monkeypatch.setattr(secure_erase, "NIGHT", range(0))
    kept = Cases(database, 30 * DAY)
    monkeypatch.setattr(secure_erase, "LARGE", dialect.size(database._engine))
    fill(kept)
    kept.sweep()
    assert not rewritten
    monkeypatch.setattr(secure_erase, "NIGHT", range(*hours))
    kept.sweep(at_once=at_once)
    assert len(rewritten) == 1
    kept.sweep(at_once=at_once)
    assert len(rewritten) == 1, "nothing was erased meanwhile"


def test_postgresqls_files_hold_no_trace_after_a_sweep(
    postgres: PostgresServer, clock: Clock
) -> None:
    url = postgres.new_url()
    with closing(Database(url)) as database:
        cases = Cases(database, 30 * DAY, clock)
        living = cases.change(cases.open("", "vi", FACTS), "lan", "LIVING-NOTE")
        codes = [fill(cases) for _ in range(3)]
        codes += [cases.open("", "vi", Facts(account_domain=FACT)).code for _ in range(3)]
        with psycopg.connect(url) as planner:  # as autovacuum does by itself
            planner.execute("ANALYZE")
        folder = postgres.folder_of(url)
        assert traces(folder / "any") == list(MARKERS)
        for code in codes:
            cases.delete("", code)
        cases.sweep()
        postgres.checkpoint()
        assert traces(folder / "any", "LIVING-NOTE", *MARKERS) == ["LIVING-NOTE"]
        assert cases.find("", living.code).notes[0].text == "LIVING-NOTE"


def test_a_dump_of_postgresql_delays_the_erasure(
    postgres: PostgresServer, clock: Clock, caplog
) -> None:
    url = postgres.new_url()
    with closing(Database(url)) as database:
        cases = Cases(database, 30 * DAY, clock)
        cases.delete("", fill(cases))
        with psycopg.connect(url) as dump:  # as pg_dump holds them
            dump.execute("LOCK TABLE cases, notes IN ACCESS SHARE MODE")
            cases.sweep()
            assert cases.open("", "vi", FACTS)
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        cases.sweep()
        postgres.checkpoint()
        assert traces(postgres.folder_of(url) / "any") == []


def test_an_open_transaction_in_postgresql_delays_the_erasure(
    postgres: PostgresServer, clock: Clock
) -> None:
    url = postgres.new_url()
    with closing(Database(url)) as database:
        cases = Cases(database, 30 * DAY, clock)
        code = fill(cases)
        with psycopg.connect(url) as report:
            report.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            report.execute("SELECT * FROM counts")
            cases.delete("", code)
            cases.sweep()
            postgres.checkpoint()
            assert NOTE in traces(postgres.folder_of(url) / "any")
        cases.sweep()
        postgres.checkpoint()
        assert traces(postgres.folder_of(url) / "any") == []


def test_the_command_says_that_it_could_not_rewrite(postgres: PostgresServer) -> None:
    url = postgres.new_url()
    app = create_app(Settings(database_url=url))
    run = app.test_cli_runner().invoke
    with closing(services(app).storage.database):
        assert run(args=["database", "sweep", "--clock-is-right"]).exit_code == 0
        fill(services(app).storage.cases)
        services(app).storage.database.secure_erase.after_erase()
        with psycopg.connect(url) as reader:
            reader.execute("SELECT * FROM notes")
            refused = run(args=["database", "sweep", "--rewrite"])
        assert refused.exit_code == 1
        assert "stays in the files" in refused.output
        assert run(args=["database", "sweep", "--rewrite"]).exit_code == 0
