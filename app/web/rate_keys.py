"""The keys under which a request is rate-limited."""

from __future__ import annotations

from flask import request

from ..http.client_ip import client_address
from ..http.rate_limits import around, key_of
from ..services import services


def rate_keys() -> tuple[str, ...]:
    """Return what the request is counted under: the address, and the networks around it."""
    address = client_address(request.environ, services().settings.proxies)
    return key_of(address), *around(address)
