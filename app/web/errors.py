"""Errors in the visitor's language: a page, or problem details for a program."""

from __future__ import annotations

import traceback

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException

from ..i18n.messages import N_
from ..store import DatabaseUnavailable
from .pages import page
from .problems import refuse_status
from .site import visitor_site

REFUSED = "thongthu.refused"
"""The key of a WSGI environment under which the server says with which status to refuse a request.

The server has no translations, so the response to an upload that stalled is made here.
"""

_TEXTS = {
    400: (
        N_("This form does not count any more"),
        N_("It was too old, or was sent before. Nothing was changed; please open the page anew."),
    ),
    403: (
        N_("For those who lead the helpdesk"),
        N_("Insights and audit are theirs. Your work at the desk is not concerned."),
    ),
    404: (
        N_("This page does not exist"),
        N_("Perhaps the link was cut off. From the start, it takes only a few questions."),
    ),
    405: (
        N_("This page cannot be used like that"),
        N_("Please begin at the start; it takes only a few questions."),
    ),
    408: (
        N_("Your text did not arrive in time"),
        N_(
            "The connection was too slow, or broke off on the way. Please go back and send it once "
            "more; only the part with the error is enough."
        ),
    ),
    413: (
        N_("That was too much text"),
        N_(
            "One address or domain is enough. Of an error, paste only the lines around it, "
            "or the first page. Please go back and try again."
        ),
    ),
    414: (
        N_("This link is too long"),
        N_("Perhaps something was pasted into it twice. Please begin at the start."),
    ),
    421: (
        N_("No links can be made at this address"),
        N_(
            "They would begin with the name in your address bar, and that is not set as one of "
            "this server's. Whoever runs it can set PUBLIC_URL or ALLOWED_HOSTS. The questions and "
            "the steps work here as usual."
        ),
    ),
    503: (
        N_("Not available just now"),
        N_("What the desk keeps cannot be reached for the moment. Please try again in a minute."),
    ),
    500: (
        N_("Something broke on our side"),
        N_("It was not your doing, and nothing of what you typed is kept. Please try again."),
    ),
}


def install(app: Flask) -> None:
    """Answer every error with a page, or with problem details below ``/api/``."""

    @app.before_request
    def refuse_early() -> None:
        if status := request.environ.get(REFUSED):
            abort(status)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        return _respond(error.code or 500, error)

    @app.errorhandler(DatabaseUnavailable)
    def database_unavailable(error: DatabaseUnavailable) -> Response:
        return _respond(503, None)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        # Where it happened, never what was typed: messages of exceptions may quote it.
        frames = traceback.extract_tb(error.__traceback__)
        where = " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames[-6:]))
        app.logger.error("%s at %s", type(error).__name__, where)
        return _respond(500, None)


def _respond(code: int, error: HTTPException | None) -> Response:
    site = visitor_site()
    translate = site.language.gettext
    if request.path.startswith("/api/"):
        response = refuse_status(site, code)
    else:
        title, advice = _TEXTS.get(code, _TEXTS[404 if code < 500 else 500])
        values = {
            "here": site.start(),
            "at_desk": "/desk" in request.path,
            "code": code,
            "title": translate(title),
            "advice": translate(advice),
        }
        response = page(site, "shared/error.html", values, code)
    if code == 405 and error is not None:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ["GET"])
    return response
