"""Throttle visitors and agents who try invalid codes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Final

from ..store import DatabaseUnavailable
from ..store.cases import UnknownCode
from ..store.counts import CodeBudget
from .rate_limits import Allowance, Rate
from .security_log import record

LOCKS: Final = 64
"""Networks whose codes are looked up at the same time, at most."""
MAX_WAIT: Final = 2.0
"""Seconds to wait for the look-up before."""

Taken = tuple[Rate, str, Allowance]
Keys = tuple[str, ...]
"""The keys that a client's misses are counted under, the narrowest first."""


class Throttled(Exception):
    """Too many misses came from there; ``args[0]`` is how many seconds to wait."""


@dataclass(eq=False)
class CodeThrottle:
    """Counts misses, which are codes of no case; valid codes are never counted.

    While the service's budget lasts, only clients with many misses have to wait.  Once it is used
    up, also visitors with a few misses within a day (docs/cases.md has the arithmetic).

    :param usual: for an address or an agent, and the networks around an address; none for no limit
    :param strict: likewise, for visitors once the budget is used up
    """

    usual: Sequence[Rate]
    strict: Sequence[Rate] = ()
    budget: CodeBudget | None = None

    def __post_init__(self) -> None:
        self._locks = [Lock() for _ in range(LOCKS)]

    @contextmanager
    def trying(self, keys: Keys, portal: str, agent: bool = False) -> Iterator[None]:
        """Look a code up in the block.  It counts as a miss if the block ends in ``UnknownCode``.

        :param agent: an agent asks, who has signed in: no attack on the service is in their way
        :raise Throttled: too many misses came from there, so none is looked up
        :raise DatabaseUnavailable: it does not answer
        """
        usual = list(zip(self.usual, keys, strict=False))
        strict = list(zip(() if agent else self.strict, keys, strict=False))
        taken: list[Taken] = []
        used_up = False
        with self._one_at_a_time(keys):
            # Counted before it is known how it ends: another process may be asked at once.
            try:
                _take(usual, taken)
                # Only asked where it matters: an agent asks with each page of a case.
                used_up = bool(strict and self.budget and not self.budget.remaining())
                if used_up:
                    _take(strict, taken)
                yield
            except UnknownCode:
                for rate, key in () if used_up else strict:
                    rate.take(key)
                if any(not allowance.remaining for _, _, allowance in taken):
                    record("limit-hit", limit="guess", portal=portal)
                if self.budget and self.budget.spend():
                    record("limit-hit", limit="code-budget", amount=self.budget.amount)
                taken.clear()
                raise
            finally:
                for rate, key, _ in taken:
                    rate.take(key, -1)

    @contextmanager
    def _one_at_a_time(self, keys: Keys) -> Iterator[None]:
        """Serialise look-ups of one network, so that none is refused for another's pending count.

        :raise DatabaseUnavailable: the one before does not come to its end
        """
        lock = self._locks[hash(keys[:2][-1]) % LOCKS]
        if not lock.acquire(timeout=MAX_WAIT):
            raise DatabaseUnavailable
        try:
            yield
        finally:
            lock.release()


def _take(pairs: Sequence[tuple[Rate, str]], taken: list[Taken]) -> None:
    """Count a miss with each rate, and add to what was taken.

    The widest network comes first: one that is refused cannot fill Redis with its addresses.

    :raise Throttled: one of them has had its last
    """
    for rate, key in reversed(pairs):
        allowance = rate.take(key)
        taken.append((rate, key, allowance))
        if not allowance.allowed:
            raise Throttled(allowance.wait)
