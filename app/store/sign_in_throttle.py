"""Throttle wrong passwords: by device, by name and network, and by name over all networks.

This is the OWASP "device cookie" protocol: a browser in which the agent signed in before has a
limit of its own, so that nobody else can lock the agent out.  Unknown devices share two limits for
the name: a low one for each network, and a higher one for all networks together.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as random
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, select, update

from .schema import attempts, devices, secrets
from .upsert import insert_missing

FREE_ATTEMPTS: Final = 5
"""Wrong passwords in a row before the name is locked for that network or device."""
SHORTEST_LOCK: Final = timedelta(seconds=30)
LONGEST_LOCK: Final = timedelta(minutes=30)
ATTEMPT_LIFETIME: Final = timedelta(days=1)
"""How long after the last attempt wrong passwords count."""
BURST: Final = 100
"""Wrong passwords for one name from all networks before each attempt has to wait."""
REFILL: Final = timedelta(minutes=10)
"""Interval of one further attempt: 144 a day; one network alone can make 48."""
SKEW: Final = timedelta(minutes=1)
"""How far an attempt's time may lie before that of one already counted: it waited longer, or
reached another machine.  A larger difference means that the clock was set back.
"""
ALL_NETWORKS: Final = "*"
"""``place`` of all networks together."""
REAUTHENTICATION: Final = "signed-in"
"""``place`` of signed-in agents who are asked for their password again."""
DIGEST_KEY: Final = "attempts"
RowKey = dict[str, Any]


class SignInLocked(Exception):
    """Too many wrong passwords; ``args[0]`` is how many seconds to wait."""


def count_attempt(
    connection: Connection, portal: str, name: str, network: str, now: datetime
) -> timedelta:
    """Count an attempt from an unknown device.

    It is counted before the password is checked, so that parallel attempts cannot pass the limit.
    Unknown names are counted too, so that the response does not reveal who is an agent.

    :param network: of the client, any text
    :return: how long the name is locked if the password is wrong
    :raise SignInLocked: the name is locked for this network
    """
    local, total = _keys(connection, portal, name, network)
    lock = count(connection, attempts, local, now)
    _take_token(connection, total, now)
    return lock


def reauthentication_key(connection: Connection, portal: str, name: str) -> RowKey:
    """Return the key of the attempts of a signed-in agent to confirm their password."""
    return _keys(connection, portal, name, "")[1] | {"place": REAUTHENTICATION}


def reset_network(connection: Connection, portal: str, name: str, network: str) -> None:
    """Clear the attempts from a network after the right password.

    Of the attempts from all networks only this one is taken back: the others may be an attack.
    """
    local, total = _keys(connection, portal, name, network)
    connection.execute(delete(attempts).filter_by(**local))
    until = connection.scalar(select(attempts.c.locked_until).filter_by(**total))
    if until is not None:
        back = update(attempts).filter_by(**total)
        connection.execute(back.values(locked_until=until - REFILL))


def reset_name(connection: Connection, portal: str, name: str) -> None:
    """Clear all wrong passwords of a name, except those on known devices."""
    key, _ = _keys(connection, portal, name, "")
    connection.execute(delete(attempts).filter_by(portal=portal, name=key["name"]))


def count(connection: Connection, table: Table, key: RowKey, now: datetime) -> timedelta:
    """Count an attempt from a known device, or another one with a limit of its own.

    :param key: of the row of ``devices`` or ``attempts``
    :return: how long it is locked if the password is wrong
    :raise SignInLocked: it is locked
    """
    row = _row(connection, table, key, now)
    failures = 0 if row.locked_until <= now - ATTEMPT_LIFETIME else row.failures
    # A lock that ends later than its own length from now was set before the clock was set back.
    if (before := _lock(failures)) and now < row.locked_until <= now + before + SKEW:
        raise SignInLocked(_seconds(row.locked_until - now))
    lock = _lock(failures + 1)
    counted = {"failures": failures + 1, "locked_until": now + lock}
    connection.execute(update(table).filter_by(**key).values(counted))
    return lock


def _take_token(connection: Connection, key: RowKey, now: datetime) -> None:
    """Take one attempt from the limit for all networks.

    This is the generic cell rate algorithm (ITU-T I.371), whose whole state is one moment: when the
    limit is full again.
    """
    until = _row(connection, attempts, key, now).locked_until
    full = now + BURST * REFILL
    # Later than that it was written before the clock was set back: allow one, then wait.
    until = max(until, now) if until <= full + SKEW else full - REFILL
    wait = until + REFILL - full
    if wait > timedelta(0):
        raise SignInLocked(_seconds(wait))
    taken = update(attempts).filter_by(**key)
    connection.execute(taken.values(locked_until=until + REFILL))


def _lock(failures: int) -> timedelta:
    over = failures - FREE_ATTEMPTS
    return min(SHORTEST_LOCK * 2 ** min(over, 10), LONGEST_LOCK) if over >= 0 else timedelta(0)


def _seconds(wait: timedelta) -> int:
    return int(wait.total_seconds()) + 1


def _row(connection: Connection, table: Table, key: RowKey, now: datetime) -> Any:
    """Return the row of a key, locked for update; insert it if missing."""
    chosen = select(table).filter_by(**key).with_for_update()
    while True:  # another process may delete it after it was found
        if table is attempts:
            insert_missing(connection, attempts, key, {"failures": 0, "locked_until": now})
        if row := connection.execute(chosen).first():
            return row
        if table is devices:  # just removed; the next attempt comes from an unknown device
            raise SignInLocked(1)


def _keys(connection: Connection, portal: str, name: str, network: str) -> tuple[RowKey, RowKey]:
    """Return the keys of a name in one network and in all networks.

    A typed name may be a password, and a network is personal data: only a keyed digest is stored,
    so short that many texts share it.
    """
    secret = _secret(connection)
    of_name = {"portal": portal, "name": _digest(secret, "name", name, 6)}
    place = _digest(secret, "network", network, 4)
    return of_name | {"place": place}, of_name | {"place": ALL_NETWORKS}


def _digest(secret: str, kind: str, text: str, digits: int) -> str:
    message = f"{kind} {text}".encode("utf-8", "surrogatepass")
    return hmac.digest(secret.encode(), message, hashlib.sha256).hex()[:digits]


def _secret(connection: Connection) -> str:
    chosen = select(secrets.c.value).where(secrets.c.name == DIGEST_KEY)
    secret = connection.scalar(chosen)
    if secret is None:
        drawn = {"value": random.token_urlsafe(48)}
        insert_missing(connection, secrets, {"name": DIGEST_KEY}, drawn)
        secret = connection.execute(chosen).scalar_one()
    return str(secret)
