"""Answers to a service manager, a load balancer and Prometheus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, Response, abort, jsonify, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from ..http.client_ip import Network, Proxies, client_address, is_within, read_address
from ..http.security_log import record
from ..services import services
from .metrics import Totals
from .readiness import read_parts, worst_of

monitoring = Blueprint("monitoring", __name__)
PROXIED: Final = (
    "HTTP_CF_CONNECTING_IP",
    "HTTP_FORWARDED",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)
"""What a request carries that came through a proxy."""


@monitoring.get("/healthz")
def healthz() -> Response:
    """Tell that this process answers."""
    return Response("ok\n", mimetype="text/plain")


@monitoring.get("/readyz")
def readyz() -> Response:
    """Tell whether what this process rests on is there: 503 where nobody should be sent here.

    :raise 404: somebody else asks
    """
    _check_reader("readyz")
    parts = read_parts(services())
    status = worst_of(parts.values())
    response = jsonify({"status": status, **parts})
    response.status_code = 503 if status == "down" else 200
    return response


@monitoring.get("/metrics")
def metrics() -> Response:
    """Tell Prometheus the totals.

    :raise 404: somebody else asks
    """
    _check_reader("metrics")
    registry = CollectorRegistry()
    registry.register(Totals(services().storage, services().code_throttle.budget))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _check_reader(page: str) -> None:
    settings = services().settings
    allowed = may_read(request.environ, settings.metrics_from, settings.proxies)
    if request.script_root or not allowed:
        record("access-refused", portal="", agent=0, reason=page)
        abort(404)


def may_read(environ: Mapping[str, Any], allowed: Sequence[Network], proxies: Proxies) -> bool:
    """Tell whether a request comes from where metrics may be read.

    A proxy that nobody named makes the whole world look like a neighbour, so what it passes on is
    refused.
    """
    peer = read_address(environ.get("REMOTE_ADDR") or "")
    named = peer is not None and is_within(peer, proxies.networks)
    said = proxies.key in environ
    if any(name in environ for name in PROXIED) and not (named and said):
        return False
    address = client_address(environ, proxies)
    return address is not None and is_within(address, allowed)
