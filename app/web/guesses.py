"""Codes that fit no case: whoever tries many of them has to wait, with every code."""

from __future__ import annotations

from flask import current_app, request

from .addresses import visitor_address
from .rates import Rate, around, key_of

Who = tuple[str, ...]
"""What somebody's misses are counted under, the narrowest first."""


class Guesses:
    """Counts misses only, so that people with a code of their own are never in the way.

    :param rate: None for no limit
    :param wide: for the network around an address, where somebody may have many of them
    """

    def __init__(self, rate: Rate | None, wide: Rate | None) -> None:
        self._rates = tuple(one for one in (rate, wide) if one)

    def wait(self, who: Who) -> int:
        """Return how many seconds somebody must wait, 0 for none."""
        waits = (r.wait(f"guess {key}") for r, key in zip(self._rates, who, strict=False))
        return max(waits, default=0)

    def missed(self, who: Who) -> None:
        """Count a code that fits nothing."""
        for rate, key in zip(self._rates, who, strict=False):
            rate.take(f"guess {key}")


def visitor() -> Who:
    """Return what a visitor's misses are counted under: the address, and the network around it."""
    address = visitor_address(request.environ, current_app.extensions["trusted_proxies"])
    return key_of(address), around(address)


def visitor_key() -> str:
    """Return what a visitor's requests are counted under: the address, kept for that alone."""
    return visitor()[0]
