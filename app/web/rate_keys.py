"""The keys under which a request is rate-limited."""

from __future__ import annotations

from flask import request

from ..http.client_ip import client_address
from ..http.rate_limits import network_keys
from ..services import services


def rate_keys() -> tuple[str, ...]:
    """Return what the request is counted under: the address, and the networks around it."""
    return network_keys(client_address(request.environ, services().settings.proxies))
