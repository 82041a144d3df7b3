"""The least that Flask can do: what the pages are measured against."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask

from app.http.page_cache import ONLY_IF_CACHED, NotCached
from app.server.gateway import Gateway

app = Flask(__name__)


@app.get("/")
@app.get("/healthz")
def hello() -> str:
    """Say hello."""
    return "hello"


def uncached(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Say hello on a thread, as a page that is made anew.

    :raise NotCached: it was asked for from memory
    """
    if ONLY_IF_CACHED in environ:
        raise NotCached
    return app(environ, start)


behind_gateway = Gateway(uncached, threads=16)
"""The same behind what stands between granian and the application, as `make serve` has it."""
