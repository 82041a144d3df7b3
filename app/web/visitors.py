"""Whose requests are counted together."""

from __future__ import annotations

from flask import current_app, request

from .addresses import visitor_address
from .rates import around, key_of


def visitor_keys() -> tuple[str, ...]:
    """Return what the request is counted under: the address, and the networks around it."""
    address = visitor_address(request.environ, current_app.extensions["trusted_proxies"])
    return key_of(address), *around(address)
