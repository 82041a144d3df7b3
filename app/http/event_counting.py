"""Count events, also of pages that are served from the page cache.

A view names the events of its response in an internal header.  The page cache stores it with the
page; this middleware, outside the cache, counts the events and removes the header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from werkzeug.wrappers import Response

from ..store.counter_buffer import CounterBuffer
from .portal_prefix import theme_of

EVENT_HEADER: Final = "Thongthu-Event"
COUNTED: Final = frozenset({("GET", "200"), ("GET", "302"), ("POST", "200"), ("POST", "303")})
"""Methods and statuses of responses whose events count: pages and redirects to pages."""
UNCOUNTED: Final = ("/healthz", "/readyz", "/metrics")
RESPONSE: Final = "response"

Event = tuple[str, str]
"""Event and value, both fixed words of ours, never user input."""


@dataclass(frozen=True)
class EventCounting:
    """WSGI middleware that counts the events of each response and its status."""

    app: Callable[..., Iterable[bytes]]
    counters: CounterBuffer | None

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in UNCOUNTED:
            return self.app(environ, start)

        def start_public(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            public = [header for header in headers if header[0] != EVENT_HEADER]
            events = ""
            if len(public) < len(headers) and (environ["REQUEST_METHOD"], status[:3]) in COUNTED:
                events = " ".join(value for name, value in headers if name == EVENT_HEADER)
            theme = theme_of(environ)
            if self.counters:
                self.counters.add(theme.portal.id if theme else "", *_read(events, status[:3]))
            return start(status, public, exc_info)

        return self.app(environ, start_public)


def record_event(response: Response, *events: Event) -> None:
    """Add events to a response, to be counted each time it is sent."""
    if events:
        response.headers.add(EVENT_HEADER, " ".join(f"{what}={value}" for what, value in events))


@lru_cache(maxsize=2048)
def _read(events: str, status: str) -> tuple[Event, ...]:
    pairs = (pair.partition("=") for pair in events.split())
    return *((what, value) for what, _, value in pairs), (RESPONSE, status)
