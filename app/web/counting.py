"""Count what is shown, without asking who sees it.

A page is mostly answered from memory, before Flask sees the request.  So a view says what its
answer is in a header that stays inside the house: the page cache keeps it with the page, and here,
outside of the cache, it is taken off and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

from flask import current_app
from werkzeug.wrappers import Response

from ..store.tally import Tally
from .mount import look_of

MARK: Final = "Thongthu-Seen"
COUNTED: Final = frozenset({("GET", "200"), ("GET", "302"), ("POST", "200"), ("POST", "303")})
"""Methods and statuses of answers whose mark counts: pages, and answers that lead on to one."""
UNCOUNTED: Final = ("/healthz", "/metrics")
RESPONSE: Final = "response"

Seen = tuple[str, str]
"""What was seen and its value, each a fixed word of ours: never something that was typed."""


class Counting:
    """WSGI middleware that takes the mark off every answer, and counts it."""

    def __init__(self, app: Callable[..., Iterable[bytes]], tally: Tally) -> None:
        self.app = app
        self.tally = tally

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in UNCOUNTED:
            return self.app(environ, start)

        def begin(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            kept = [header for header in headers if header[0] != MARK]
            mark = ""
            if len(kept) < len(headers) and (environ["REQUEST_METHOD"], status[:3]) in COUNTED:
                mark = " ".join(value for name, value in headers if name == MARK)
            look = look_of(environ)
            self.tally.add(look.portal.id if look else "", *_read(mark, status[:3]))
            return start(status, kept, exc_info)

        return self.app(environ, begin)


def mark(response: Response, *seen: Seen) -> None:
    """Say what an answer is, where anybody counts."""
    if seen and current_app.extensions["tally"] is not None:
        response.headers.add(MARK, " ".join(f"{what}={value}" for what, value in seen))


@lru_cache(maxsize=2048)
def _read(mark: str, status: str) -> tuple[Seen, ...]:
    pairs = (pair.partition("=") for pair in mark.split())
    return *((what, value) for what, _, value in pairs), (RESPONSE, status)
