"""Bounded cache of finished pages, before Flask.

A page is a function of its URL: no cookie and no header except Accept-Encoding changes it, and only
responses with ``Cache-Control: public`` are stored.  The cache is emptied every day, because pages
say when a fact is out of date.

A page is compressed quickly when it is made, and as well as possible once it is asked for again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import date
from threading import Lock
from typing import Any, NamedTuple

from .portal_prefix import OWN_NETWORK_KEY
from .responses import choose_coding, compress_well

ONLY_IF_CACHED = "thongthu.only_if_cached"
"""Key of a WSGI environment that asks for a cached page or else ``NotCached``."""

Key = tuple[str, str, str]
"""Path, query, coding."""
MAX_QUERY_LENGTH = 500
"""Characters of a query; pages of longer ones are not stored."""


class Page(NamedTuple):
    """A finished page; ``quick``: it can be compressed better."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    quick: bool


class NotCached(Exception):
    """The page is not in the cache as it should be, and only a cached page was asked for."""


class PageCache:
    """WSGI middleware that serves repeated GETs from an LRU cache."""

    def __init__(self, app: Callable[..., Iterable[bytes]], size: int) -> None:
        self.app = app
        self.size = size
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._lock = Lock()
        self._compressing = Lock()
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
        elif key and page.quick and not self._compressing.locked():
            if ONLY_IF_CACHED in environ:  # it takes milliseconds: not in the event loop
                raise NotCached
            page = self._compress(key, page, generation)
        start(page.status, list(page.headers))
        return [page.body]

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

    def _find(self, key: Key) -> tuple[Page | None, int]:
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

    def _render(self, environ: dict[str, Any]) -> Page:
        started: list[Any] = []

        def capture(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            started[:] = [status, headers]

        chunks = self.app(environ, capture)
        try:
            body = b"".join(chunks)
        finally:
            if close := getattr(chunks, "close", None):
                close()
        status, headers = started
        return Page(status, headers, body, any(name == "Content-Encoding" for name, _ in headers))

    def _compress(self, key: Key, page: Page, generation: int) -> Page:
        """Return the smallest form of a page and keep it; while one is compressed, the quick one.

        One at a time, so that repeating requests takes no more than one core.
        """
        if self._compressing.acquire(blocking=False):
            try:
                body = compress_well(page.body, key[2])
                length = {"Content-Length": str(len(body))}
                headers = [(name, length.get(name, value)) for name, value in page.headers]
                page = Page(page.status, headers, body, quick=False)
                self._store(key, page, generation)
            finally:
                self._compressing.release()
        return page

    def _store(self, key: Key, page: Page, generation: int) -> None:
        control = next((v for name, v in page.headers if name.lower() == "cache-control"), "")
        if not page.status.startswith("200") or "public" not in control:
            return
        with self._lock:
            if generation != self._generation:  # rendered before the cache was cleared
                return
            self._pages[key] = page
            if len(self._pages) > self.size:
                self._pages.popitem(last=False)
