"""Count what is shown, without asking who sees it.

A page is mostly answered from memory, before Flask sees the request.  So a view says what its
answer is in a header that stays inside the house: the page cache keeps it with the page, and here,
outside of the cache, it is taken off and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

from werkzeug.wrappers import Response

from ..store.counter_buffer import CounterBuffer
from .portal_prefix import theme_of

EVENT_HEADER: Final = "Thongthu-Event"
COUNTED: Final = frozenset({("GET", "200"), ("GET", "302"), ("POST", "200"), ("POST", "303")})
"""Methods and statuses of answers whose events count: pages, and answers that lead on to one."""
UNCOUNTED: Final = ("/healthz", "/metrics")
RESPONSE: Final = "response"

Event = tuple[str, str]
"""What was seen and its value, each a fixed word of ours: never something that was typed."""


class EventCounting:
    """WSGI middleware that takes the events off every answer, and counts it."""

    def __init__(self, app: Callable[..., Iterable[bytes]], counters: CounterBuffer | None) -> None:
        self.app = app
        self.counters = counters

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in UNCOUNTED:
            return self.app(environ, start)

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            kept = [header for header in headers if header[0] != EVENT_HEADER]
            events = ""
            if len(kept) < len(headers) and (environ["REQUEST_METHOD"], status[:3]) in COUNTED:
                events = " ".join(value for name, value in headers if name == EVENT_HEADER)
            theme = theme_of(environ)
            if self.counters:
                self.counters.add(theme.portal.id if theme else "", *_read(events, status[:3]))
            return start(status, kept, exc_info)

        return self.app(environ, begin)


def record_event(response: Response, *seen: Event) -> None:
    """Say what an answer is, where anybody counts."""
    if seen:
        response.headers.add(EVENT_HEADER, " ".join(f"{what}={value}" for what, value in seen))


@lru_cache(maxsize=2048)
def _read(events: str, status: str) -> tuple[Event, ...]:
    pairs = (pair.partition("=") for pair in events.split())
    return *((what, value) for what, _, value in pairs), (RESPONSE, status)
