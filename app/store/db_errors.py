"""Classify database errors: a wrong statement, a refusal, or an outage."""

from __future__ import annotations

from sqlalchemy import exc

from . import sqlite

MISTAKES = (exc.DataError, exc.IntegrityError, exc.NotSupportedError, exc.ProgrammingError)
"""Errors of a healthy database about the statement."""
SETUP_ERRORS = {"42P01", "42703", "42501", "3F000"}
"""SQLSTATEs of a missing table, column, schema or privilege: the set-up is at fault."""
REFUSALS = {"40": "busy", "53100": "full", "55P03": "busy", "57014": "busy"}
"""SQLSTATEs, or their classes, of a server that can do other things: rolled back because of other
writers, its disk is full, a lock or the statement took too long (PostgreSQL's manual, appendix A).
"""


def is_statement_error(fault: Exception) -> bool:
    """Return whether the statement is at fault and the database is healthy."""
    return isinstance(fault, MISTAKES) and _state(fault) not in SETUP_ERRORS


def refusal_of(fault: Exception) -> str:
    """Return why a healthy database refused: ``busy``, ``full``, or '' if it is not healthy."""
    state = _state(fault)
    refused = REFUSALS.get(state) or REFUSALS.get(state[:2])
    return refused or sqlite.refusal_of(getattr(fault, "orig", None))


def describe(fault: Exception) -> str:
    """Describe an error for the log, without values: a message may quote the statement."""
    if not isinstance(fault, exc.DBAPIError):
        return str(fault)
    if fault.statement is None:  # it failed to connect
        return str(fault.orig).partition("\n")[0]
    return getattr(fault.orig, "sqlite_errorname", type(fault.orig).__name__)


def _state(fault: Exception) -> str:
    return getattr(getattr(fault, "orig", None), "sqlstate", None) or ""
