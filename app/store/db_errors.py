"""Classify database errors: a wrong statement, contention, or an outage."""

from __future__ import annotations

from sqlalchemy import exc

from .sqlite import is_busy

MISTAKES = (exc.DataError, exc.IntegrityError, exc.NotSupportedError, exc.ProgrammingError)
"""Errors of a healthy database about the statement."""
SETUP_ERRORS = {"42P01", "42703", "42501", "3F000"}
"""SQLSTATEs of a missing table, column, schema or privilege: the set-up is at fault."""
LOCKED = "55P03"
ROLLED_BACK = "40"
"""SQLSTATE class of transactions rolled back because of other writers."""


def is_statement_error(fault: Exception) -> bool:
    """Return whether the statement is at fault and the database is healthy."""
    return isinstance(fault, MISTAKES) and _state(fault) not in SETUP_ERRORS


def is_contention(fault: Exception) -> bool:
    """Return whether another writer is at fault and the database is healthy."""
    state = _state(fault)
    busy = is_busy(getattr(fault, "orig", None))
    return busy or state == LOCKED or state.startswith(ROLLED_BACK)


def describe(fault: Exception) -> str:
    """Describe an error for the log, without values: a message may quote the statement."""
    if not isinstance(fault, exc.DBAPIError):
        return str(fault)
    if fault.statement is None:  # it failed to connect
        return str(fault.orig).partition("\n")[0]
    return getattr(fault.orig, "sqlite_errorname", type(fault.orig).__name__)


def _state(fault: Exception) -> str:
    return getattr(getattr(fault, "orig", None), "sqlstate", None) or ""
