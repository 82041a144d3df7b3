"""How often somebody may ask: a moving window for each key, kept in memory or in Redis."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import Any, Final

from limits import RateLimitItem, parse_many
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from .addresses import Address, IPv4Network, IPv6Address, IPv6Network

SCHEMES: Final = ("memory", "redis", "rediss", "redis+unix")
PATIENCE: Final = 0.3
"""Seconds that Redis may take to answer before the request goes on without it."""
PAUSE: Final = 30.0
"""Seconds in which a Redis that did not answer is not asked again."""
SITE_BITS: Final = 64
"""The bits of an IPv6 address that are one household's or machine's (RFC 6177, RFC 4291)."""

CUSTOMER_BITS: Final = 48
"""The bits of an IPv6 network that one customer may get (RFC 6177 section 2)."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Allowance:
    """What one request was told.

    ``limit`` requests in ``window`` seconds, ``remaining`` of them left now, and ``wait`` seconds
    until the next one comes free.
    """

    allowed: bool
    limit: int
    window: int
    remaining: int
    wait: int


class Rate:
    """Counts requests; without its storage it lets everybody through."""

    def __init__(
        self, limit: RateLimitItem, storage: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limit = limit
        self._limiter = MovingWindowRateLimiter(_open(storage))
        self._clock = clock
        self._asleep_until = float("-inf")
        self._lock = Lock()

    @property
    def window(self) -> int:
        """How many seconds a request counts."""
        return self.limit.get_expiry()

    def wait(self, key: str) -> int:
        """Return how many seconds a key has to wait, 0 when it need not; nothing is counted."""
        if self._clock() < self._asleep_until:
            return 0
        try:
            if self._limiter.test(self.limit, key):
                return 0
            reset = self._limiter.get_window_stats(self.limit, key).reset_time
        except StorageError as fault:
            self._rest(fault)
            return 0
        return min(max(1, ceil(reset - time.time())), self.window)

    def take(self, key: str) -> Allowance | None:
        """Count one request; None when the storage is away, so that nothing can be said."""
        if self._clock() < self._asleep_until:
            return None
        try:
            allowed = self._limiter.hit(self.limit, key)
            stats = self._limiter.get_window_stats(self.limit, key)
        except StorageError as fault:
            self._rest(fault)
            return None
        wait = max(1, ceil(stats.reset_time - time.time()))
        remaining = max(0, stats.remaining)
        return Allowance(allowed, self.limit.amount, self.window, remaining, min(wait, self.window))

    def _rest(self, fault: StorageError) -> None:
        """Leave the storage alone for a while, and say so once: an address may stand in a fault."""
        with self._lock:
            first = self._clock() >= self._asleep_until
            self._asleep_until = self._clock() + PAUSE
        if first:
            kind = type(fault.__cause__).__name__
            logger.error("No requests are counted for %d s: Redis is away (%s)", PAUSE, kind)


def key_of(address: Address | None) -> str:
    """Return what is counted together: an IPv4 address, an IPv6 network of 64 bits, the untold."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), SITE_BITS), strict=False))
    return str(address or "untold")


def around(address: Address | None) -> str:
    """Return the network around an address that one customer may have all of: a /24, a /48."""
    if address is None:
        return key_of(None)
    network = IPv6Network if isinstance(address, IPv6Address) else IPv4Network
    bits = CUSTOMER_BITS if isinstance(address, IPv6Address) else 24
    return str(network((int(address), bits), strict=False))


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
        if uri.partition("://")[0] in SCHEMES and "://" in uri:
            _open(uri)
            return uri
    except (ConfigurationError, ValueError):
        pass
    raise ValueError("RATE_LIMIT_STORAGE is memory:// or like redis://host:6379/0")


def _open(uri: str) -> Any:
    if uri.startswith("memory:"):
        return storage_from_string(uri)
    # Only here, since most installations need no Redis.
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return storage_from_string(
        uri,
        wrap_exceptions=True,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 1),  # type: ignore[arg-type] # one more for a connection gone idle
    )
