"""Whose requests are counted together."""

from __future__ import annotations

from flask import current_app, request

from .addresses import visitor_address
from .rates import key_of


def visitor_key() -> str:
    """Return what a visitor's requests are counted under: the address, or its /64."""
    return key_of(visitor_address(request.environ, current_app.extensions["trusted_proxies"]))
