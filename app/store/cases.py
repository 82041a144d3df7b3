"""Cases: a person's facts, the outcome and agents' notes, found by a code until they expire.

Facts hold domains only.  When a case ends, everything but its code is erased; the code is kept for
a while, so that a page can say how the case ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from sqlalchemy import Connection, insert, select, update

from ..diagnosis import Facts, read_facts
from ..diagnosis.facts import flat_values
from ..knowledge import knowledge
from . import audit
from .codes import generate_code
from .database import Database
from .redact_emails import redact_emails
from .retention import ClockCheck, erase, sweep
from .schema import cases, notes

OUTCOMES: Final = ("open", "solved", "passed-on", "unsolved")
VIEW_INTERVAL: Final = timedelta(hours=1)
"""How often an agent's views of one case are recorded in the audit log."""
MAX_NOTE_LENGTH: Final = 2000


class UnknownCode(Exception):
    """No case of this portal has the code; one of another portal may."""


class EndedCase(Exception):
    """The case has ended; ``args[0]`` is ``expired`` or ``deleted``."""


class StaleCase(Exception):
    """The case was changed by somebody else since it was read; nothing was written."""


@dataclass(frozen=True)
class CaseNote:
    """Note by an agent."""

    written: datetime
    agent: str
    text: str


@dataclass(frozen=True)
class Case:
    """A case as it was read; ``version`` counts its changes."""

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
    """Return the current time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Cases:
    """The cases of all portals; whatever takes one or its code raises what ``find`` does.

    :param lifetime: how long a case is kept after it was opened
    :param new_code: returns a random code
    :param clock_check: decides whether a sweep may trust the clock
    :param count_lifetime: how long a sweep leaves counts by day and by week
    """

    database: Database
    lifetime: timedelta
    now: Callable[[], datetime] = utc_now
    new_code: Callable[[], str] = generate_code
    clock_check: ClockCheck = field(default_factory=ClockCheck)
    count_lifetime: timedelta = timedelta(days=800)

    def open(self, portal: str, language: str, facts: Facts, agent: str = "") -> Case:
        """Store facts and return the case with its new code.

        :param agent: who opens it; '' for the person with the problem
        """
        now = self.now()
        with self.database.writing() as connection:
            code = self.new_code()
            while connection.execute(select(cases.c.code).where(cases.c.code == code)).first():
                code = self.new_code()
            row = insert(cases).values(code=code, portal=portal, language=language, version=1)
            row = row.values(opened=now, expires=now + self.lifetime)
            connection.execute(row.values(facts=facts.query(), outcome="open"))
            audit.write(connection, now, portal, agent, "opened", code)
        return Case(code, portal, language, now, now + self.lifetime, 1, facts, "open", None)

    def find(self, portal: str, code: str) -> Case:
        """Return a case.

        :raise UnknownCode: this portal has none
        :raise EndedCase: the case has expired or was deleted
        """
        with self.database.reading() as connection:
            return _find(connection, portal, code, self.now())

    def view(self, portal: str, code: str, agent: str) -> Case:
        """Return a case, and record in the audit log that an agent viewed it, once an hour."""
        now = self.now()
        with self.database.reading() as connection:
            case = _find(connection, portal, code, now)
            if audit.has_entry(connection, agent, code, now - VIEW_INTERVAL):
                return case
        with self.database.writing() as connection:
            case = _find(connection, portal, code, now, lock=True)
            audit.write(connection, now, portal, agent, "seen", code)
        return case

    def change(self, case: Case, agent: str, note: str = "", **changes: Any) -> Case:
        """Change facts, outcome or the remedy that helped, add a note, and return the new state.

        :param case: the case as it was read
        :raise StaleCase: somebody else has changed it since
        """
        now, changes = self.now(), changes | {"version": case.version + 1}
        values = changes | ({"facts": changes["facts"].query()} if "facts" in changes else {})
        with self.database.writing() as connection:
            current = _find(connection, case.portal, case.code, now, lock=True)
            if current.version != case.version:
                raise StaleCase
            connection.execute(update(cases).where(cases.c.code == case.code).values(values))
            written = current.notes
            # PostgreSQL keeps no NUL in a text.
            if text := redact_emails(note.replace("\0", "").strip())[:MAX_NOTE_LENGTH]:
                added = CaseNote(now, agent, text)
                connection.execute(insert(notes).values(code=case.code, **asdict(added)))
                written += (added,)
            audit.write(connection, now, case.portal, agent, "changed", case.code)
        return replace(current, **changes, notes=written)

    def delete(self, portal: str, code: str, agent: str = "") -> None:
        """Erase a case before it expires."""
        now = self.now()
        with self.database.writing() as connection:
            _find(connection, portal, code, now, lock=True)
            erase(connection, (code,), "deleted")
            audit.write(connection, now, portal, agent, "deleted", code)
        self.database.secure_erase.after_erase()

    def sweep(self, sure: bool = False, at_once: bool = False) -> bool:
        """Erase expired cases, and delete rows that are past their retention.

        :param sure: the operator confirms that the clock is right
        :param at_once: remove what was erased from large files too, which else waits for the night
        :return: False if nothing was erased because the clock is not trusted
        """
        now = self.now()
        with self.database.writing() as connection:
            trusted = self.clock_check.accept(connection, now, sure)
        if trusted:
            sweep(self.database, now, self.lifetime, self.count_lifetime)
        self.database.secure_erase.rewrite(at_once)
        return trusted


def _find(
    connection: Connection, portal: str, code: str, now: datetime, lock: bool = False
) -> Case:
    chosen = select(cases).where(cases.c.code == code, cases.c.portal == portal)
    # A writer locks the row first, so that nothing is added to a case that is being deleted.
    row = connection.execute(chosen.with_for_update() if lock else chosen).first()
    if row is None:
        raise UnknownCode
    if row.ended or row.expires <= now:
        raise EndedCase(row.ended or "expired")
    columns = select(notes.c.written, notes.c.agent, notes.c.text)
    written = connection.execute(columns.where(notes.c.code == code).order_by(notes.c.id))
    remedies = knowledge().remedies  # those that no longer exist are left out
    given = flat_values(parse_qs(row.facts), remedies)
    # What was found had a right seal when it was kept.
    facts, _ = read_facts(given, frozenset(remedies), holds=lambda found: True)
    values = row._asdict() | {"facts": facts}
    del values["ended"]
    return Case(**values, notes=tuple(CaseNote(*note) for note in written))
