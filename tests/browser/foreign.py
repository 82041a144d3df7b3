"""A foreign site: pages of somebody else's, with a policy of their own, on an origin of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

LOOPBACK = "127.0.0.1"


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, pages: Mapping[str, str], policy: str, *args, **kwargs) -> None:
        self.pages, self.policy = pages, policy
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        page = self.pages.get(self.path.partition("?")[0])
        self.send_response(200 if page is not None else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write((page or "").encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def foreign_site(port: int, pages: Mapping[str, str], policy: str) -> Iterator[str]:
    """Serve pages at ``http://localhost:port``, and yield that origin."""
    server = ThreadingHTTPServer((LOOPBACK, port), partial(_Handler, pages, policy))
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://localhost:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
