"""Codes that fit no case: whoever tries many of them has to wait, with every code."""

from __future__ import annotations

from flask import current_app, request

from .addresses import visitor_address
from .rates import Rate, key_of


class Guesses:
    """Counts misses only, so that people with a code of their own are never in the way.

    :param rate: None for no limit
    """

    def __init__(self, rate: Rate | None) -> None:
        self._rate = rate

    def wait(self, key: str) -> int:
        """Return how many seconds a key must wait, 0 for none."""
        return self._rate.wait(f"guess {key}") if self._rate else 0

    def missed(self, key: str) -> None:
        """Count a code that fits nothing."""
        if self._rate:
            self._rate.take(f"guess {key}")


def visitor_key() -> str:
    """Return what a visitor's requests are counted under: the address, kept for that alone."""
    return key_of(visitor_address(request.environ, current_app.extensions["trusted_proxies"]))
