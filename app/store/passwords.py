"""Passwords of agents: Argon2id, a least length, and a lock that grows with each wrong one."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, Connection, delete, select, update

from .adding import add_missing
from .schema import attempts

SHORTEST: Final = 12
LONGEST: Final = 256
FREE: Final = 5
"""Wrong passwords in a row before a name is locked."""
FIRST_LOCK: Final = timedelta(seconds=30)
LONGEST_LOCK: Final = timedelta(minutes=30)
FORGOTTEN: Final = timedelta(days=1)
"""After so long without a try, wrong passwords are forgotten."""


class Locked(Exception):
    """Too many wrong passwords; ``args[0]`` is how many seconds the name stays locked."""


def hash_password(password: str) -> str:
    """Return what is kept of a password.

    :raise ValueError: it is too short or too long
    """
    password = unicodedata.normalize("NFC", password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters")
    return _hasher().hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is the one kept; without one it takes as long, and is wrong."""
    if len(password) > LONGEST:
        return False
    try:
        _hasher().verify(kept or _nobodys(), unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def count_attempt(connection: Connection, portal: str, name: str, now: datetime) -> timedelta:
    """Count a try before it is known how it ends, so that many at once are no way around.

    Names that nobody has are counted alike: the answer does not tell who is an agent.  The time is
    returned that the name is locked for, unless the password is right.

    :raise Locked: the name may not be tried now
    """
    key = _key(portal, name)
    connection.execute(delete(attempts).where(key, attempts.c.locked_until <= now - FORGOTTEN))
    named, new = {"portal": portal, "name": _digest(name)}, {"failures": 0, "locked_until": now}
    row = None
    while row is None:  # it may be forgiven just after it was found to be there
        add_missing(connection, attempts, named, new)
        # Whoever else tries this name now waits here until this try is counted.
        row = connection.execute(select(attempts).where(key).with_for_update()).first()
    if row.failures and row.locked_until > now:
        raise Locked(int((row.locked_until - now).total_seconds()) + 1)
    failures = row.failures + 1
    over = failures - FREE
    lock = min(FIRST_LOCK * 2 ** min(over, 10), LONGEST_LOCK) if over >= 0 else timedelta(0)
    counted = {"failures": failures, "locked_until": now + lock}
    connection.execute(update(attempts).where(key).values(counted))
    return lock


def forgive(connection: Connection, portal: str, name: str) -> None:
    """Forget wrong passwords: the right one came, or somebody vouches for the name."""
    connection.execute(delete(attempts).where(_key(portal, name)))


def _key(portal: str, name: str) -> ColumnElement[bool]:
    return (attempts.c.portal == portal) & (attempts.c.name == _digest(name))


def _digest(name: str) -> str:
    # People type their password where the name belongs.
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # the library's choice: RFC 9106's second, 64 MiB


@cache
def _nobodys() -> str:
    return _hasher().hash("the password of nobody at all")
