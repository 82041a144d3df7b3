"""A signed cookie on the desk's pages only: the wizard has none, by construction.

There is one for each language, on the path of that language's desk, so no other page of the site
ever gets it.  It is signed with a key that the database keeps, so all workers and machines know it
and nobody has to set it; they look once a minute whether it was changed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Final

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

from ..store import Database, DatabaseAway
from ..store.keys import signing_keys
from ..web.languages import languages

COOKIE: Final = "desk"
FRESH: Final = 60.0
"""Seconds that keys are kept in memory; shorter than ``keys.HANDOVER``."""
_DESK: Final = re.compile(r"/[a-z-]+/desk(?:/|$)")


class DeskSessions(SecureCookieSessionInterface):
    """Flask's own signed cookie, for the desk.

    :param clock: tells seconds
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stale = float("-inf")

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie; outside of the desk there is none, nor can there be."""
        database = app.extensions["database"]
        if database is None or not _DESK.match(request.path):
            return None
        try:
            self._look_up_keys(app, database)
        except DatabaseAway:
            if not app.secret_key:
                return None
        return super().open_session(app, request)

    def _look_up_keys(self, app: Flask, database: Database) -> None:
        if (now := self._clock()) >= self._stale:
            keys = signing_keys(database, app.extensions["now"]())
            # In this order: at no moment a key that counts is in neither.
            app.config["SECRET_KEY_FALLBACKS"] = list(keys)
            app.secret_key = keys[0]
            self._stale = now + FRESH

    def get_cookie_name(self, app: Flask) -> str:
        """Return the name of the cookie."""
        return COOKIE

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookies when something has changed, or take them away when nothing is left."""
        if not session.modified:
            return
        signer = self.get_signing_serializer(app)
        text = signer.dumps(dict(session)) if session and signer else None
        usual: dict[str, Any] = {"secure": True, "httponly": True, "samesite": "Lax"}
        for code in languages():
            path = f"{request.script_root}/{code}/desk"
            # No Max-Age: it ends with the browser, and at the latest with the agent's shift.
            if text is None:
                response.delete_cookie(COOKIE, path, **usual)
            else:
                response.set_cookie(COOKIE, text, path=path, **usual)
