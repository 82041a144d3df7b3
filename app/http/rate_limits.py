"""Rate limits: so many requests in a window of time, by address and by the networks around it.

Requests are counted in this process, and in a Redis that others count in too where there is one.
"""

from __future__ import annotations

import logging
import os
import time
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Address, IPv6Network
from math import ceil
from threading import Lock
from typing import Any, Final

from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string

from ..store.circuit_breaker import CircuitBreaker
from .client_ip import Address

Clock = Callable[[], float]
Counted = tuple[int, float]
"""How often a key was counted in this window, and the seconds until the window ends."""

ROWS: Final = 4
COLUMNS: Final = 1 << 16
_DIGITS: Final = 2
"""Bytes of a digest that name a column: 256 to the second columns."""
_CELL: Final = "I"

PATIENCE: Final = 0.3
"""Seconds that Redis may take to answer before the request goes on without it."""
SLOW: Final = 0.1
"""Seconds after which its answer counts, and the next requests do without it all the same."""
PAUSE: Final = 30.0
"""Seconds in which a Redis that did not answer is not asked again."""

MEMORY: Final = "memory://"
STORAGES: Final = (MEMORY, "redis://", "rediss://", "redis+unix://")
IPV6_BITS: Final = (64, 48, 32)
"""The bits of an IPv6 address that are one household's or machine's (RFC 4291), those that one
customer may get (RFC 6177 section 2), and the fewest that a registry allocates to a provider.
"""
IPV4_BITS: Final = 24
WIDER: Final = (1, 10, 10_000)
"""How many times more may come from the network around an address, and from an IPv6 provider."""

log = logging.getLogger(__name__)


class CountMinSketch:
    """Counter of bounded memory: one megabyte, however many keys there are.

    A key is counted in one cell of each row, and its count is the least of its cells.  Keys that
    share cells may be counted too high, never too low, so no flood of keys hides one.  No key is
    kept.  (Cormode and Muthukrishnan, "An improved data stream summary", 2005, section 3;
    docs/decisions/rate-limit-memory.md.)

    :param window: seconds after which all counts begin anew
    :param clock: seconds of a clock that is never set
    """

    def __init__(self, window: float, clock: Clock = time.monotonic) -> None:
        self._window = window
        self._clock = clock
        self._key = os.urandom(16)  # nobody outside can tell which keys share cells
        self._lock = Lock()
        self._ends = float("-inf")

    def add(self, key: str, amount: int = 1) -> Counted:
        """Add to a key's count, 0 to only look at it."""
        digest = blake2b(key.encode(), digest_size=ROWS * _DIGITS, key=self._key).digest()
        cells = [
            row * COLUMNS + int.from_bytes(digest[row * _DIGITS : (row + 1) * _DIGITS])
            for row in range(ROWS)
        ]
        with self._lock:
            now = self._clock()
            if now >= self._ends:
                self._ends = now + self._window
                self._counts = array(_CELL, bytes(ROWS * COLUMNS * array(_CELL).itemsize))
            if amount:
                for cell in cells:
                    self._counts[cell] = max(0, self._counts[cell] + amount)
            return min(self._counts[cell] for cell in cells), self._ends - now


class RedisCounter:
    """Counter in Redis, with a circuit breaker: after a failure one request in ``PAUSE`` asks.

    :param uri: such as ``redis://host:6379/0``
    :raise ConfigurationError, ValueError: nothing can be reached under this address
    """

    def __init__(self, uri: str, clock: Clock = time.monotonic) -> None:
        self._storage = _open(uri)
        self._clock = clock
        self._breaker = CircuitBreaker(PAUSE, clock)

    def add(self, key: str, window: int, amount: int = 1) -> Counted | None:
        """Add to a key's count, 0 to only look at it; None while Redis is away.

        :param window: seconds after the first of its counts when a key's count begins anew
        """
        if not self._breaker.admit():
            return None
        begun = self._clock()
        try:
            # Also for 0: a full Redis can be read and not written, so is of no use.
            count = self._storage.incr(key, window, amount)
            # Nobody waits when a count is taken back, so one question is saved.
            left = self._storage.get_expiry(key) - time.time() if amount >= 0 else 0.0
        except StorageError as fault:
            self._pause(type(fault.__cause__).__name__)
            return None
        if self._clock() - begun > SLOW:
            self._pause("slow")
        elif self._breaker.succeed():
            log.warning("Redis is back")
        return count, left

    def answers(self) -> bool:
        """Return whether Redis answers at once."""
        return bool(self._storage.check())

    def _pause(self, reason: str) -> None:
        """Stop asking Redis for a while; a fault's message may hold an address: never log it."""
        if self._breaker.fail():
            log.error("Redis is away (%s): each process counts requests by itself", reason)


def _open(uri: str) -> Any:
    # Only here, since most installations need no Redis.
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError
    from redis.retry import Retry

    # Once more for a connection gone idle, but not for one that hangs.
    retry = Retry(NoBackoff(), 1, supported_errors=(ConnectionError,))
    return storage_from_string(
        uri,
        wrap_exceptions=True,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        retry=retry,  # type: ignore[arg-type] # the library hands it on as it is
    )


@dataclass(frozen=True)
class Allowance:
    """State of a limit after a request.

    ``limit`` requests in ``window`` seconds, ``count`` of them so far, and ``wait`` seconds until
    the window ends.
    """

    count: int
    limit: int
    window: int
    wait: int

    @property
    def allowed(self) -> bool:
        """Whether the request is within the limit."""
        return self.count <= self.limit

    @property
    def is_first_refusal(self) -> bool:
        """Whether it is the first beyond the limit: the one to log."""
        return self.count == self.limit + 1

    @property
    def remaining(self) -> int:
        """How many more requests are within the limit."""
        return max(0, self.limit - self.count)


class Rate:
    """Rate limit for one kind of key, counted in this process, and in Redis where there is one.

    :param redis: None where each worker counts by itself
    :param workers: how many processes there are; without Redis each grants its share, at least one
    :param name: what it is counted under in Redis, besides the key
    """

    def __init__(
        self,
        limit: RateLimitItem,
        redis: RedisCounter | None = None,
        workers: int = 1,
        name: str = "",
        clock: Clock = time.monotonic,
    ) -> None:
        self.limit = limit
        self._share = max(1, limit.amount // workers)
        self._redis = redis
        self._name = name
        self._own = CountMinSketch(self.window, clock)

    @property
    def granted(self) -> int:
        """How many requests one key may send in a window, whichever process answers."""
        return self.limit.amount if self._redis else self._share

    @property
    def window(self) -> int:
        """How many seconds a request counts at most."""
        return self.limit.get_expiry()

    def take(self, key: str, amount: int = 1) -> Allowance:
        """Count one request, or some; a negative amount takes back what was counted."""
        counted, limit = self._own.add(key, amount), self._share
        if self._redis:
            name = self.limit.key_for("window", self._name, key)
            shared = self._redis.add(name, self.window, amount)
            if shared:
                # What was counted here while Redis was away, or has lost it, still counts.
                counted, limit = max(counted, shared), self.limit.amount
        count, left = counted
        return Allowance(count, limit, self.window, min(max(1, ceil(left)), self.window))

    def wait(self, key: str) -> int:
        """Return the seconds a key has to wait, 0 for none; nothing is counted."""
        allowance = self.take(key, 0)
        return 0 if allowance.remaining else allowance.wait


class NetworkRate:
    """Rate limits of an address and of the networks around it, which may send more.

    What an address sends beyond its own limit does not count for its network.

    :param rates: for each of ``network_keys``
    """

    def __init__(self, rates: Sequence[Rate]) -> None:
        self._rates = rates
        self.granted, self.window = rates[0].granted, rates[0].window

    def take(self, keys: Iterable[str]) -> Allowance:
        """Count one request; return the address's allowance, or the first that is used up."""
        allowances = []
        for rate, key in zip(self._rates, keys, strict=False):
            allowances.append(rate.take(key))
            if not allowances[-1].allowed:
                return allowances[-1]
        return allowances[0]

    def wait(self, keys: Iterable[str]) -> int:
        """Return the seconds a visitor has to wait, 0 for none; nothing is counted."""
        waits = (rate.wait(key) for rate, key in zip(self._rates, keys, strict=False))
        return next(filter(None, waits), 0)


class RateLimits:
    """Factory of the rate limits of one process.

    :param storage: ``memory://``, or where a Redis is that all rates share
    :param workers: how many processes one server has
    """

    def __init__(self, storage: str, workers: int) -> None:
        self.redis = None if storage.startswith(MEMORY) else RedisCounter(storage)
        self._workers = workers

    def rates(self, text: str, name: str, times: int = 1) -> list[Rate]:
        """Return the rates for an address and the networks around it; none for an empty text.

        :param text: a limit such as ``120 per minute``
        :param name: the setting that it stands in, and what it is counted under in Redis
        :param times: how many times more are let through
        :raise ValueError: it cannot be meant
        """
        if (limit := read_limit(text, name)) is None:
            return []
        more = [type(limit)(limit.amount * times * wider, limit.multiples) for wider in WIDER]
        return [Rate(each, self.redis, self._workers, name) for each in more]

    def network_rate(self, text: str, name: str, times: int = 1) -> NetworkRate | None:
        """Return these rates as one, None for an empty text.

        :raise: as ``rates``
        """
        rates = self.rates(text, name, times)
        return NetworkRate(rates) if rates else None


def network_keys(address: Address | None) -> tuple[str, ...]:
    """Return what a visitor is counted under: the address, then the networks around it.

    Of IPv6, a /64 is the address.  All visitors without an address are counted as one.
    """
    if address is None:
        return "untold", "untold"
    if isinstance(address, IPv6Address):
        return tuple(str(IPv6Network((int(address), bits), strict=False)) for bits in IPV6_BITS)
    return str(address), str(IPv4Network((int(address), IPV4_BITS), strict=False))


def read_limit(text: str, name: str = "RATE_LIMIT") -> RateLimitItem | None:
    """Return a limit such as ``120 per minute``, None for an empty text: no limit.

    :param name: the setting that it stands in
    :raise ValueError: it cannot be meant
    """
    if not text.strip():
        return None
    try:
        limits = parse_many(text)
    except ValueError:
        limits = []
    if len(limits) != 1 or limits[0].amount < 1:
        raise ValueError(f"{name} is like '120 per minute', or empty for none, not {text!r}")
    return limits[0]


def check_storage(uri: str) -> str:
    """Return the address of a storage that can be used; whether it answers is seen later.

    :raise ValueError: it is neither memory nor a Redis; it may hold a password, so is not quoted
    """
    try:
        if uri.startswith(STORAGES):
            RateLimits(uri, 1)
            return uri
    except (ConfigurationError, ValueError):
        pass
    raise ValueError("RATE_LIMIT_STORAGE is memory:// or like redis://host:6379/0")
