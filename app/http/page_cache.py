"""A bounded cache of finished pages, before Flask.

Safe because a page is a function of its URL alone: no cookie, no header but Accept-Encoding
changes it, and only answers that call themselves public are kept.  A page may say that a fact has
grown old, so nothing is kept into the next day.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import date
from threading import Lock
from typing import Any

from .compression import choose_coding
from .portal_prefix import OWN_NETWORK_KEY

ONLY_IF_CACHED = "thongthu.only_if_cached"
"""The key of a WSGI environment that asks for a page from memory, or else for ``NotCached``."""

Key = tuple[str, str, str]
Page = tuple[str, list[tuple[str, str]], bytes]
LONGEST_QUERY = 500
"""Longer queries, in characters, are never kept: no real answer set is that long."""


class NotCached(Exception):
    """The page is not in memory, and making it was not asked for."""


class PageCache:
    """WSGI middleware that answers a repeated GET from memory, least recently used out first."""

    def __init__(self, app: Callable[..., Iterable[bytes]], size: int) -> None:
        self.app = app
        self.size = size
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._lock = Lock()
        self._day = date.today()
        self._era = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        key = self._key(environ)
        page, began = self._find(key) if key else (None, 0)
        if page is None:
            if ONLY_IF_CACHED in environ:
                raise NotCached
            if key is None:
                return self.app(environ, start)
            page = self._fetch(environ)
            self._keep(key, page, began)
        status, headers, body = page
        start(status, list(headers))
        return [body]

    def _key(self, environ: dict[str, Any]) -> Key | None:
        """Return what the answer to a request is kept under, None where it never is."""
        query = environ.get("QUERY_STRING", "")
        # The way in may lead on for this visitor only, and an answer may be for one site's scripts.
        for_one = OWN_NETWORK_KEY in environ or "HTTP_ORIGIN" in environ
        if for_one or not self.size or environ["REQUEST_METHOD"] != "GET":
            return None
        if len(query) > LONGEST_QUERY:
            return None
        coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        return environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), query, coding

    def _find(self, key: Key) -> tuple[Page | None, int]:
        """Return a page, if it is kept, and the era: no later one keeps what was made in it."""
        with self._lock:
            if self._day != date.today():
                self._forget()
                self._day = date.today()
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page, self._era

    def clear(self) -> None:
        """Forget every page: what they were made from is no longer so."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._pages.clear()
        self._era += 1

    def _fetch(self, environ: dict[str, Any]) -> Page:
        answer: list[Any] = []

        def note(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            answer[:] = [status, headers]

        chunks = self.app(environ, note)
        try:
            body = b"".join(chunks)
        finally:
            if close := getattr(chunks, "close", None):
                close()
        return answer[0], answer[1], body

    def _keep(self, key: Key, page: Page, began: int) -> None:
        status, headers, _ = page
        control = next((v for name, v in headers if name.lower() == "cache-control"), "")
        if not status.startswith("200") or "public" not in control:
            return
        with self._lock:
            if began != self._era:  # it was made from what is no longer so
                return
            self._pages[key] = page
            if len(self._pages) > self.size:
                self._pages.popitem(last=False)
