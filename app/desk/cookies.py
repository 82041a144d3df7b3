"""The desk's cookies: a session's, and that of a device.  The wizard has none, by construction.

There is one for each language, on the path of that language's desk, so no other page of the site
ever gets it.  The session's is signed with a key that the database keeps, so all workers and
machines know it and nobody has to set it; they look once a minute whether it was changed.  By the
other one whoever has signed in with a device is known there, and not locked out.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from flask import Flask, Request, Response, after_this_request, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature

from ..i18n.languages import languages
from ..services import services, storage
from ..store import Database, DatabaseUnavailable
from ..store.agents import Agent
from ..store.keys import signing_keys
from ..store.sessions import DEVICE_LIFETIME
from ..store.sign_in_throttle import RowKey
from ..web.links import Links
from ..web.site import Site

COOKIE: Final = "desk"
DEVICE_COOKIE: Final = "desk-device"
SAFE: Final[dict[str, Any]] = {"secure": True, "httponly": True}
FRESH: Final = 60.0
"""Seconds that keys are kept in memory; shorter than ``keys.PROPAGATION``."""
_DESK: Final = re.compile(r"/[a-z-]+/desk(?:/|$)")


class DeskSessions(SecureCookieSessionInterface):
    """Flask's own signed cookie, for the desk, by HMAC-SHA-256.

    :param clock: tells seconds
    """

    digest_method = staticmethod(hashlib.sha256)

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stale = float("-inf")

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie; outside of the desk there is none, nor can there be."""
        kept = services(app).storage
        if kept is None or not _DESK.match(request.path):
            return None
        try:
            self._look_up_keys(app, kept.database)
        except DatabaseUnavailable:
            if not app.secret_key:
                return None
        signer = self.get_signing_serializer(app)
        text = request.cookies.get(self.get_cookie_name(app))
        try:
            # Of any age: how long a session lasts says the database, by one clock for all machines.
            return self.session_class(signer.loads(text) if signer and text else None)
        except BadSignature:
            return self.session_class()

    def _look_up_keys(self, app: Flask, database: Database) -> None:
        if (now := self._clock()) >= self._stale:
            keys = signing_keys(database, services(app).now())
            # In this order: at no moment a key that counts is in neither.
            app.config["SECRET_KEY_FALLBACKS"] = list(keys)
            app.secret_key = keys[0]
            self._stale = now + FRESH

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name(app, COOKIE)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookies when something has changed, or take them away when nothing is left."""
        if not session.modified:
            return
        signer = self.get_signing_serializer(app)
        text = signer.dumps(dict(session)) if session and signer else None
        name = cookie_name(app, COOKIE)
        for path in cookie_paths(request.script_root):
            # No Max-Age: it ends with the browser, and at the latest with the agent's shift.
            if text is None:
                response.delete_cookie(name, path, **SAFE, samesite="Lax")
            else:
                response.set_cookie(name, text, path=path, **SAFE, samesite="Lax")


def cookie_name(app: Flask, name: str) -> str:
    """Return the name of a cookie, with ``__Secure-`` where browsers come by https.

    Without it, whoever can write into plain HTTP could plant one.  ``__Host-`` asks for the path /,
    so the wizard would get the cookie too (draft-ietf-httpbis-rfc6265bis section 4.1.3).
    """
    by_tls = services(app).settings.public_url.startswith("https://")
    return f"__Secure-{name}" if by_tls else name


def cookie_paths(root: str) -> Iterator[str]:
    """Yield the paths of a desk, one in each language, below the root of its portal."""
    return (Links(language, root).desk() for language in languages().values())


def known_device(site: Site, name: str) -> RowKey | None:
    """Return the device that a request comes from, where this name has signed in there before.

    :raise DatabaseUnavailable: devices cannot be read
    """
    return storage().devices.find(site.portal_id, name, _token())


def remember_device(agent: Agent) -> None:
    """Remember the device of an agent who has signed in, and send it a new token.

    :raise DatabaseUnavailable: the token cannot be kept
    """
    token = storage().devices.remember(agent, _token())

    @after_this_request
    def send(response: Response) -> Response:
        name = cookie_name(current_app, DEVICE_COOKIE)
        for path in cookie_paths(request.script_root):
            response.set_cookie(name, token, DEVICE_LIFETIME, path=path, **SAFE, samesite="Strict")
        return response


def _token() -> str:
    return request.cookies.get(cookie_name(current_app, DEVICE_COOKIE), "")
