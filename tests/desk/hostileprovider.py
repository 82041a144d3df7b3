"""An OpenID provider on loopback that answers as a test tells it to, rightly or not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

DISCOVERY = "/.well-known/openid-configuration"
KEY = RSAKey.generate_key(2048, {"kid": "one"})


class HostileProvider(ThreadingHTTPServer):
    """Signs in whomever ``claims`` are about; ``answers`` take the place of its own by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.claims: dict[str, Any] = {"sub": "lan", "name": "Lan", "groups": ["helpdesk"]}
        self.id_token: str | None = None
        self.nonce = ""
        self.asked: list[str] = []
        self.answers: dict[str, tuple[int, dict[str, str], Any]] = {}
        self.discovery = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }

    def signed(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """Return an ID token for the sign-in that was begun last; None leaves a claim out."""
        now = int(time.time())
        told = {"iss": self.issuer, "aud": "desk", "iat": now, "exp": now + 60}
        claims = told | {"nonce": self.nonce} | self.claims | changes
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "one"} | (header or {}), kept, KEY)

    def answer(self, path: str) -> tuple[int, dict[str, str], Any]:
        """Return status, headers and body for a path."""
        if path in self.answers:
            return self.answers[path]
        own: dict[str, Any] = {
            DISCOVERY: self.discovery,
            "/keys": {"keys": [KEY.as_dict(private=False)]},
            "/userinfo": self.claims,
        }
        if path == "/token":
            token = self.id_token or self.signed()
            told = {"id_token": token, "access_token": "x", "token_type": "Bearer"}
            return 200, {"Content-Type": "application/json"}, told
        return (200, {}, own[path]) if path in own else (404, {}, "")


class _Handler(BaseHTTPRequestHandler):
    server: HostileProvider

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        status, headers, body = self.server.answer(path)
        told = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for header in (headers | {"Content-Length": str(len(told))}).items():
            self.send_header(*header)
        self.end_headers()
        self.wfile.write(told)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def running() -> Iterator[HostileProvider]:
    """Run a provider for the block."""
    with HostileProvider() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
