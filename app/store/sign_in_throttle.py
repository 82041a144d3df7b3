"""Throttle wrong passwords: by device, by name and network, and by name over all networks.

The OWASP "device cookie" protocol: whoever has signed in with a browser before is throttled there
alone, so nobody else can lock them out.  Everybody else shares what is left for the name: little
from each network, and a wider limit over all of them, which bounds what many networks can guess.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, delete, select, update

from .schema import attempts, devices, secrets
from .upsert import insert_missing

FREE: Final = 5
"""Wrong passwords in a row from one network, or one device, before the name is locked there."""
FIRST_LOCK: Final = timedelta(seconds=30)
LONGEST_LOCK: Final = timedelta(minutes=30)
FORGOTTEN: Final = timedelta(days=1)
"""After so long without a try, wrong passwords are forgotten."""
BURST: Final = 100
"""Wrong passwords for one name from all networks together, until each has to wait."""
REFILL: Final = timedelta(minutes=10)
"""How often one more of them comes free: 144 a day; one network that never rests makes 48."""
SKEW: Final = timedelta(minutes=1)
"""By how much the moment of a try may be before that of one counted already: it waited for its
turn longer, or came to another machine.  Only what is further back was told by a clock set back.
"""
EVERYWHERE: Final = "*"
"""The place of all networks together."""
HERE: Final = "signed-in"
"""The place of somebody who is signed in, and is asked for the password once more."""
KEY: Final = "attempts"
Key = dict[str, Any]


class Locked(Exception):
    """Too many wrong passwords; ``args[0]`` is how many seconds nobody may try from there."""


def count_attempt(
    connection: Connection, portal: str, name: str, network: str, now: datetime
) -> timedelta:
    """Count a try from a browser that has not signed in with this name before.

    It is counted before it is known how it ends, so that many at once are no way around.  Names
    that nobody has are counted alike: the answer does not tell who is an agent.

    :param network: where it comes from, as a text of any form
    :return: how long the name is locked there, unless the password is right
    :raise Locked: the name may not be tried from there now
    """
    near, wide = _keys(connection, portal, name, network)
    lock = _count(connection, attempts, near, now)
    row = _row(connection, attempts, wide, now)
    _take_one(connection, wide, row.locked_until, now)
    return lock


def count_on_device(connection: Connection, key: Key, now: datetime) -> timedelta:
    """Count a try from a known device, against that device alone.

    :param key: of the device's row
    :return: how long the device is locked, unless the password is right
    :raise Locked: it may not try now
    """
    return _count(connection, devices, key, now)


def count_here(connection: Connection, portal: str, name: str, now: datetime) -> None:
    """Count a try of somebody who is signed in to tell the password once more.

    :raise Locked: too many wrong ones were told
    """
    _count(connection, attempts, _here(connection, portal, name), now)


def forgive_here(connection: Connection, portal: str, name: str) -> None:
    """Forget the tries of somebody who is signed in: the right password came."""
    connection.execute(delete(attempts).where(_is(attempts, _here(connection, portal, name))))


def forgive(connection: Connection, portal: str, name: str, network: str) -> None:
    """Forget what came from a network: the right password did.

    Of the tries over all networks only this one is taken back: somebody else made the others.
    """
    near, wide = _keys(connection, portal, name, network)
    connection.execute(delete(attempts).where(_is(attempts, near)))
    until = connection.execute(select(attempts.c.locked_until).where(_is(attempts, wide))).scalar()
    if until is not None:
        back = update(attempts).where(_is(attempts, wide))
        connection.execute(back.values(locked_until=until - REFILL))


def forgive_device(connection: Connection, key: Key) -> None:
    """Forget the wrong passwords of a device."""
    connection.execute(update(devices).where(_is(devices, key)).values(failures=0))


def forget(connection: Connection, portal: str, name: str) -> None:
    """Forget all wrong passwords of a name, wherever they came from; known devices are left."""
    named = _keys(connection, portal, name, "")[0]
    del named["place"]
    connection.execute(delete(attempts).where(_is(attempts, named)))


def _count(connection: Connection, table: Table, key: Key, now: datetime) -> timedelta:
    row = _row(connection, table, key, now)
    failures = 0 if row.locked_until <= now - FORGOTTEN else row.failures
    # A lock that ends later than its own length from now was begun by a clock that has gone back.
    if (before := _lock(failures)) and now < row.locked_until <= now + before + SKEW:
        raise Locked(_seconds(row.locked_until - now))
    lock = _lock(failures + 1)
    counted = {"failures": failures + 1, "locked_until": now + lock}
    connection.execute(update(table).where(_is(table, key)).values(counted))
    return lock


def _take_one(connection: Connection, key: Key, until: datetime, now: datetime) -> None:
    """Take one of the tries over all networks; ``until`` is when all of them are there again.

    This is the generic cell rate algorithm (ITU-T I.371), of which one moment is the whole state.
    """
    full = now + BURST * REFILL
    # Further away than that it was written by a clock that has gone back: one more, then it waits.
    until = max(until, now) if until <= full + SKEW else full - REFILL
    wait = until + REFILL - full
    if wait > timedelta(0):
        raise Locked(_seconds(wait))
    connection.execute(
        update(attempts).where(_is(attempts, key)).values(locked_until=until + REFILL)
    )


def _lock(failures: int) -> timedelta:
    over = failures - FREE
    return min(FIRST_LOCK * 2 ** min(over, 10), LONGEST_LOCK) if over >= 0 else timedelta(0)


def _seconds(wait: timedelta) -> int:
    return int(wait.total_seconds()) + 1


def _row(connection: Connection, table: Table, key: Key, now: datetime) -> Any:
    """Return the row of a key, which whoever else counts there waits for."""
    row = None
    while row is None:  # it may be forgiven just after it was found to be there
        if table is attempts:
            insert_missing(connection, attempts, key, {"failures": 0, "locked_until": now})
        row = connection.execute(select(table).where(_is(table, key)).with_for_update()).first()
        if row is None and table is not attempts:
            raise Locked(1)  # the device was forgotten just now; the next try is an unknown one's
    return row


def _is(table: Table, key: Mapping[str, Any]) -> Any:
    return and_(*(table.c[name] == value for name, value in key.items()))


def _keys(connection: Connection, portal: str, name: str, network: str) -> tuple[Key, Key]:
    """Return the keys of a name in a network, and of it everywhere.

    People type their password where the name belongs, and a network is somebody's: so what is kept
    is a keyed digest, and so little of it that many texts have the same one.
    """
    secret = _secret(connection)
    named = {"portal": portal, "name": _digest(secret, "name", name, 6)}
    place = _digest(secret, "network", network, 4)
    return named | {"place": place}, named | {"place": EVERYWHERE}


def _here(connection: Connection, portal: str, name: str) -> Key:
    return _keys(connection, portal, name, "")[1] | {"place": HERE}


def _digest(secret: str, kind: str, text: str, digits: int) -> str:
    told = f"{kind} {text}".encode("utf-8", "surrogatepass")
    return hmac.digest(secret.encode(), told, hashlib.sha256).hex()[:digits]


def _secret(connection: Connection) -> str:
    chosen = select(secrets.c.value).where(secrets.c.name == KEY)
    secret = connection.execute(chosen).scalar()
    if secret is None:
        insert_missing(connection, secrets, {"name": KEY}, {"value": random.token_urlsafe(48)})
        secret = connection.execute(chosen).scalar_one()
    return str(secret)
