"""Cases: what a person has told so far, kept under a code until it dies.

A case holds facts (domains only), the outcome and agents' notes.  When it ends, its code is left
for a while, so that whoever comes with it is told what became of it; all else is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from sqlalchemy import Connection, insert, select, update

from ..diagnosis import Facts, read_facts
from ..diagnosis.facts import flat_values
from ..knowledge import knowledge
from . import audit
from .clock_check import Watch
from .codes import draw_code
from .database import Database
from .redact_emails import redact_emails
from .retention import erase, sweep
from .schema import cases, notes

OUTCOMES: Final = ("open", "solved", "passed-on", "unsolved")
SEEN: Final = timedelta(hours=1)
"""Within it, an agent who looks once more at a case is no news."""
LONGEST_NOTE: Final = 2000


class UnknownCode(Exception):
    """There is no case of this code here; whether there is one elsewhere is not told."""


class EndedCase(Exception):
    """There was a case of this code; ``args[0]`` tells how it ended: ``expired``, ``deleted``."""


class StaleCase(Exception):
    """The case has changed since it was looked at, so the change was not made."""


@dataclass(frozen=True)
class CaseNote:
    """What an agent wrote down."""

    written: datetime
    agent: str
    text: str


@dataclass(frozen=True)
class Case:
    """A case as it is now; ``version`` counts its changes."""

    code: str
    portal: str
    language: str
    opened: datetime
    expires: datetime
    version: int
    facts: Facts
    outcome: str
    helped: str | None
    notes: tuple[CaseNote, ...] = ()


def utc_now() -> datetime:
    """Return the moment it is."""
    return datetime.now(UTC)


class Cases:
    """The cases of all portals.

    :param lifetime: how long a case is kept after it was opened
    :param draw: draws a code that cannot be guessed
    :param watch: tells whether the clock can be believed
    """

    def __init__(
        self,
        database: Database,
        lifetime: timedelta,
        now: Callable[[], datetime] = utc_now,
        draw: Callable[[], str] = draw_code,
        watch: Watch | None = None,
    ) -> None:
        self._database = database
        self._now = now
        self._draw = draw
        self._watch = watch or Watch()
        self.lifetime = lifetime

    def open(self, portal: str, language: str, facts: Facts, agent: str = "") -> Case:
        """Keep some facts and return the case with its new code.

        :param agent: who opens it; nobody of the desk when it is the person who needs help
        :raise DatabaseUnavailable: cases are not available just now
        """
        now = self._now()
        with self._database.writing() as connection:
            code = self._draw()
            while connection.execute(select(cases.c.code).where(cases.c.code == code)).first():
                code = self._draw()
            row = {
                "code": code,
                "portal": portal,
                "language": language,
                "opened": now,
                "expires": now + self.lifetime,
                "version": 1,
                "facts": facts.query(),
                "outcome": "open",
            }
            connection.execute(insert(cases).values(row))
            audit.write(connection, now, portal, agent, "opened", code)
            return _find(connection, portal, code, now)

    def find(self, portal: str, code: str) -> Case:
        """Return a case.

        :raise UnknownCode: this portal has none
        :raise EndedCase: it has had one
        :raise DatabaseUnavailable: cases are not available just now
        """
        with self._database.reading() as connection:
            return _find(connection, portal, code, self._now())

    def look(self, portal: str, code: str, agent: str) -> Case:
        """Return a case to an agent, and note that they have seen it, once an hour.

        :raise: as ``find``
        """
        now = self._now()
        with self._database.reading() as connection:
            case = _find(connection, portal, code, now)
            if audit.wrote(connection, agent, code, now - SEEN):
                return case
        with self._database.writing() as connection:
            case = _find(connection, portal, code, now, take=True)
            audit.write(connection, now, portal, agent, "seen", code)
        return case

    def change(self, case: Case, agent: str, note: str = "", **changes: Any) -> Case:
        """Change facts, outcome or what helped, add a note, and return the case as it is then.

        :param case: as it was looked at
        :raise StaleCase: somebody else has changed it meanwhile
        :raise: as ``find``
        """
        now = self._now()
        values = dict(changes)
        if "facts" in values:
            values["facts"] = values["facts"].query()
        with self._database.writing() as connection:
            taken = _find(connection, case.portal, case.code, now, take=True)
            if taken.version != case.version:
                raise StaleCase
            values["version"] = case.version + 1
            connection.execute(update(cases).where(cases.c.code == case.code).values(values))
            if note.strip():
                # PostgreSQL keeps no NUL in a text.
                note = note.replace("\0", "")
                text = redact_emails(note.strip())[:LONGEST_NOTE]
                told = {"code": case.code, "written": now, "agent": agent, "text": text}
                connection.execute(insert(notes).values(told))
            audit.write(connection, now, case.portal, agent, "changed", case.code)
            return _find(connection, case.portal, case.code, now)

    def end(self, portal: str, code: str, agent: str = "") -> None:
        """Erase a case before its time.

        :raise: as ``find``
        """
        now = self._now()
        with self._database.writing() as connection:
            _find(connection, portal, code, now, take=True)
            erase(connection, (code,), "deleted")
            audit.write(connection, now, portal, agent, "deleted", code)
        self._database.erased()

    def sweep(self, sure: bool = False) -> bool:
        """Erase what has expired, and forget what was kept for long enough.

        :param sure: whether somebody says that the clock is right
        :return: whether that was done; it is not while the clock is in doubt
        :raise DatabaseUnavailable: cases are not available just now
        """
        now = self._now()
        with self._database.writing() as connection:
            believed = self._watch.believes(connection, now, sure)
        if believed:
            sweep(self._database, now, self.lifetime)
        self._database.scrub()
        return believed


def _find(
    connection: Connection, portal: str, code: str, now: datetime, take: bool = False
) -> Case:
    chosen = select(cases).where(cases.c.code == code, cases.c.portal == portal)
    # Whoever writes takes the case first, so that nothing is added to what somebody else ends.
    row = connection.execute(chosen.with_for_update() if take else chosen).first()
    if row is None:
        raise UnknownCode
    if row.ended or row.expires <= now:
        raise EndedCase(row.ended or "expired")
    written = connection.execute(select(notes).where(notes.c.code == code).order_by(notes.c.id))
    return Case(
        row.code,
        row.portal,
        row.language,
        row.opened,
        row.expires,
        row.version,
        facts_of_query(row.facts),
        row.outcome,
        row.helped,
        tuple(CaseNote(note.written, note.agent, note.text) for note in written),
    )


def facts_of_query(query: str) -> Facts:
    """Return the facts of a canonical query string, without what the content no longer knows."""
    remedies = knowledge().remedies
    return read_facts(flat_values(parse_qs(query), remedies), frozenset(remedies))[0]
