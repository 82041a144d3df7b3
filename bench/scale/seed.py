"""Fill a database as years of use would: cases, audit, notes, agents with sessions, counts."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any, Final

import psycopg
from flask import Flask

from app.desk.cookies import DeskSessions
from app.diagnosis import CHOICES
from app.knowledge import knowledge
from app.store.codes import ALPHABET, PAYLOAD_LENGTH, check_character
from app.store.database import read_url
from app.store.sessions import SESSION_LIFETIME, digest

PORTALS: Final = ("", "proseware")
"""Whose counts there are; all cases are those of the first."""
LEADS: Final = ("lead1", "lead2")
CASE_LIFETIME: Final = timedelta(days=30)
AUDIT_LIFETIME: Final = timedelta(days=365)
ENDS: Final = ("expired", "expired", "expired", "deleted")
STATUSES: Final = ("200", "303", "304", "404", "409", "422", "429", "503")
PLACES: Final = ("home", "work", "away", "mobile")
# Where they are is what the load answers.
FACTS: Final = "place=unknown&connection=other&account_domain=proseware.com&error=relay-denied"
KEY: Final = secrets.token_urlsafe(48)
"""What signs the cookies."""
Row = tuple[str | int | None, ...]


@dataclass(frozen=True)
class Size:
    """How much there is of everything."""

    cases: int = 1_000_000
    """All of them: the others have ended."""
    open: int = 50_000
    due: int = 10_000
    """Open, and made to expire under load: what the sweep then erases."""
    lines: int = 2
    """Of the audit, for each case."""
    days: int = 730
    agents: int = 200


@dataclass
class Desk:
    """What the load generator has to know of a database."""

    cookies: dict[str, str] = field(default_factory=dict)
    """The value of the session cookie of each agent and lead."""
    codes: dict[str, list[str]] = field(default_factory=dict)
    """The open cases that each agent has worked on, the last one first."""
    due: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)


def fill(url: str, size: Size) -> Desk:
    """Fill a database whose tables are there and empty; the same rows each time."""
    database = read_url(url)
    now, random, desk = datetime.now(UTC), Random(21), Desk()
    agents = [f"agent{number:03}" for number in range(size.agents)]
    codes = _codes(random, size.cases)
    ended = size.cases - size.open - size.due
    current = codes[ended : ended + size.open]
    # Each works on cases that nobody else has in hand.
    desk.codes = {name: current[at :: size.agents][::-1] for at, name in enumerate(agents)}
    desk.due = codes[ended + size.open :]
    owner = {code: name for name, own in desk.codes.items() for code in own}
    sessions = _Sessions(now)
    tables: dict[str, tuple[str, Iterable[Row]]] = {
        "secrets": ("name, value", [("cookies", KEY)]),
        "moments": ("name, at", [("sweep", _text(now))]),
        "agents": (
            "id, portal, name, role, added, password",
            _agents([*agents, *LEADS], now - timedelta(days=700)),
        ),
        "sessions": (
            "token, agent, begun, seen, expires",
            [sessions.begin(number) for number in range(1, len(agents) + len(LEADS) + 1)],
        ),
        "cases": (
            "code, portal, language, opened, expires, version, facts, outcome, ended",
            _cases(random, codes, ended, now),
        ),
        "audit": (
            "at, portal, agent, action, code",
            _audit(random, codes, agents, owner, ended, size.lines, now),
        ),
        "notes": (
            "code, written, agent, text",
            (
                (code, _text(now - timedelta(hours=1)), owner[code], "Called back, left a message.")
                for code in current[::3]
            ),
        ),
        "counts": ("day, portal, what, value, number", _counts(random, now.date(), size.days)),
    }
    write = _to_sqlite if database.get_backend_name() == "sqlite" else _to_postgresql
    desk.rows = write(url, tables)
    desk.cookies = dict(zip([*agents, *LEADS], sessions.cookies, strict=True))
    return desk


def _to_sqlite(url: str, tables: dict[str, tuple[str, Iterable[Row]]]) -> dict[str, int]:
    numbers = {}
    with closing(sqlite3.connect(str(read_url(url).database), isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for table, (columns, rows) in tables.items():
            marks = ", ".join("?" for _ in columns.split(","))
            insert = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
            numbers[table] = connection.executemany(insert, rows).rowcount
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
    return numbers


def _to_postgresql(url: str, tables: dict[str, tuple[str, Iterable[Row]]]) -> dict[str, int]:
    numbers = {}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET timezone TO 'UTC'")
        for table, (columns, rows) in tables.items():
            lines = ("\t".join(map(_field, row)) + "\n" for row in rows)
            with connection.cursor() as cursor:
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    while some := "".join(islice(lines, 5000)):
                        copy.write(some)
                numbers[table] = cursor.rowcount
        connection.execute("SELECT setval('agents_id_seq', (SELECT max(id) FROM agents))")
        connection.execute("VACUUM (ANALYZE)")  # as autovacuum would have done long ago
    return numbers


def _field(value: str | int | None) -> str:
    return r"\N" if value is None else str(value)


def _text(moment: datetime) -> str:
    """Write a moment as SQLAlchemy writes it to SQLite, which PostgreSQL reads as UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def _codes(random: Random, number: int) -> list[str]:
    payloads = dict.fromkeys(
        "".join(random.choices(ALPHABET, k=PAYLOAD_LENGTH)) for _ in range(number)
    )
    return [payload + check_character(payload) for payload in payloads]


def _agents(names: list[str], added: datetime) -> Iterator[Row]:
    for number, name in enumerate(names, 1):
        yield number, "", name, "lead" if name in LEADS else "agent", _text(added), "not a hash"


class _Sessions:
    """Sessions that begin now, and their cookies."""

    def __init__(self, now: datetime) -> None:
        self._times = (_text(now), _text(now), _text(now + SESSION_LIFETIME))
        app = Flask(__name__)
        app.secret_key = KEY
        self._signer: Any = DeskSessions().get_signing_serializer(app)
        self.cookies: list[str] = []

    def begin(self, agent: int) -> Row:
        token = secrets.token_urlsafe(32)
        self.cookies.append(self._signer.dumps({"token": token, "csrf": token[::-1]}))
        return digest(token), agent, *self._times


def _cases(random: Random, codes: list[str], ended: int, now: datetime) -> Iterator[Row]:
    """Yield the ended cases, oldest first, then those that are open."""
    for number, code in enumerate(codes):
        if number < ended:
            expired = now - CASE_LIFETIME * (0.97 * (1 - number / ended))
            how = ENDS[number % len(ENDS)]
            opened = expired - CASE_LIFETIME
            yield code, "", "vi", _text(opened), _text(expired), 3, None, None, how
            continue
        expires = now + CASE_LIFETIME * random.uniform(0.01, 1)
        opened = expires - CASE_LIFETIME
        yield code, "", "vi", _text(opened), _text(expires), 1, FACTS, "open", None


def _audit(
    random: Random,
    codes: list[str],
    agents: list[str],
    owner: dict[str, str],
    ended: int,
    lines: int,
    now: datetime,
) -> Iterator[Row]:
    """Yield the lines of each case, in the order of time: opened, then seen or changed."""
    oldest = now - AUDIT_LIFETIME * 0.99
    for number, code in enumerate(codes):
        agent = owner.get(code) or random.choice(agents)
        at = _text(oldest + (now - oldest) * (number / len(codes)))
        for line in range(lines):
            last = "expired" if number < ended else "changed"
            action = "opened" if line == 0 else last if line == lines - 1 else "seen"
            yield at, "", agent if action != "expired" else "", action, code


def _counts(random: Random, today: date, days: int) -> Iterator[Row]:
    """Yield what a day counts of everything, for each day until yesterday."""
    content = knowledge()
    values = {
        "shown": content.questions,
        "answered": content.questions,
        "early": content.questions,
        "plan": ("settled",),
        "scenario": content.scenarios,
        "provider": [provider.id for provider in content.providers][:60],
        "lang": ("vi", "en"),
        "error": CHOICES["error"],
        "program": CHOICES["program"],
        "place": CHOICES["place"],
        "worked": content.remedies,
        "not-worked": content.remedies,
        "read": CHOICES["error"],
        "case": ("opened",),
        "response": STATUSES,
    }
    pairs = [(what, each) for what, some in values.items() for each in some]
    for back in range(days, 0, -1):
        day = (today - timedelta(days=back)).isoformat()
        for portal in PORTALS:
            for what, value in pairs:
                yield day, portal, what, value, random.randrange(1, 500)
