"""What a database's fault means: our mistake, another writer, or that it is away."""

from __future__ import annotations

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)

from .sqlite import is_busy

MISTAKES = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""What a database says that is well, about what it was asked."""
UNFIT = {"42P01", "42703", "42501", "3F000"}
"""It has no such table, column or schema, or we may not use it: no mistake of who asked."""
LOCKED = "55P03"
ROLLED_BACK = "40"
"""How the states begin of what writers did to each other."""


def is_mistake(fault: Exception) -> bool:
    """Tell whether it is about what was asked, and the database is well."""
    return isinstance(fault, MISTAKES) and _state(fault) not in UNFIT


def is_somebody_elses(fault: Exception) -> bool:
    """Tell whether somebody else was in the way, and the database is well."""
    state = _state(fault)
    busy = is_busy(getattr(fault, "orig", None))
    return busy or state == LOCKED or state.startswith(ROLLED_BACK)


def reason(fault: Exception) -> str:
    """Say what is wrong, without what was in hand: an answer to a statement may repeat it."""
    if not isinstance(fault, DBAPIError):
        return str(fault)
    if fault.statement is None:  # it was only to be reached
        return str(fault.orig).partition("\n")[0]
    return getattr(fault.orig, "sqlite_errorname", type(fault.orig).__name__)


def _state(fault: Exception) -> str:
    return getattr(getattr(fault, "orig", None), "sqlstate", None) or ""
