"""Bounded cache of finished pages, before Flask.

A page is a function of its URL: no cookie and no header except Accept-Encoding changes it, and only
responses with ``Cache-Control: public`` are stored.  The cache is emptied every day, because pages
say when a fact is out of date.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import date
from threading import Lock
from typing import Any

from .portal_prefix import OWN_NETWORK_KEY
from .responses import choose_coding

ONLY_IF_CACHED = "thongthu.only_if_cached"
"""Key of a WSGI environment that asks for a cached page or else ``NotCached``."""

Key = tuple[str, str, str]
Response = tuple[str, list[tuple[str, str]], bytes]
MAX_QUERY_LENGTH = 500
"""Characters of a query; pages of longer ones are not stored."""


class NotCached(Exception):
    """The page is not in the cache, and only a cached page was asked for."""


class PageCache:
    """WSGI middleware that serves repeated GETs from an LRU cache."""

    def __init__(self, app: Callable[..., Iterable[bytes]], size: int) -> None:
        self.app = app
        self.size = size
        self._pages: OrderedDict[Key, Response] = OrderedDict()
        self._lock = Lock()
        self._day = date.today()
        self._generation = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        key = self._key(environ)
        page, generation = self._find(key) if key else (None, 0)
        if page is None:
            if ONLY_IF_CACHED in environ:
                raise NotCached
            if key is None:
                return self.app(environ, start)
            page = self._render(environ)
            self._store(key, page, generation)
        status, headers, body = page
        start(status, list(headers))
        return [body]

    def _key(self, environ: dict[str, Any]) -> Key | None:
        """Return the key of a request, None if its response is never stored."""
        query = environ.get("QUERY_STRING", "")
        # A redirect may depend on the client's network, and CORS headers on the Origin.
        personal = OWN_NETWORK_KEY in environ or "HTTP_ORIGIN" in environ
        if personal or not self.size or environ["REQUEST_METHOD"] != "GET":
            return None
        if len(query) > MAX_QUERY_LENGTH:
            return None
        coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        return environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), query, coding

    def _find(self, key: Key) -> tuple[Response | None, int]:
        """Return a cached page, or None, and the generation, which a new page is stored for."""
        with self._lock:
            if self._day != date.today():
                self._drop_all()
                self._day = date.today()
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page, self._generation

    def clear(self) -> None:
        """Drop every page, because portals have changed."""
        with self._lock:
            self._drop_all()

    def _drop_all(self) -> None:
        self._pages.clear()
        self._generation += 1

    def _render(self, environ: dict[str, Any]) -> Response:
        started: list[Any] = []

        def capture(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            started[:] = [status, headers]

        chunks = self.app(environ, capture)
        try:
            body = b"".join(chunks)
        finally:
            if close := getattr(chunks, "close", None):
                close()
        return started[0], started[1], body

    def _store(self, key: Key, page: Response, generation: int) -> None:
        status, headers, _ = page
        control = next((v for name, v in headers if name.lower() == "cache-control"), "")
        if not status.startswith("200") or "public" not in control:
            return
        with self._lock:
            if generation != self._generation:  # rendered before the cache was cleared
                return
            self._pages[key] = page
            if len(self._pages) > self.size:
                self._pages.popitem(last=False)
