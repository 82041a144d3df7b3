"""Errors in the visitor's language: a page, or problem details (RFC 9457) for a program."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException

from ..i18n.messages import N_
from ..store import DatabaseUnavailable
from .pages import page
from .site import Site, visitor_site

PROBLEM: Final = "application/problem+json"
BLANK: Final = "about:blank"
"""The type of a problem that says no more than its status (RFC 9457 section 4.2.1)."""


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its status, its title and, where the API says no more, a message."""

    status: int
    title: str
    message: str = ""


KINDS: Final[Mapping[str, Kind]] = {
    "no-object": Kind(422, N_("The request contains no JSON object")),
    "bad-facts": Kind(422, N_("We can't use some of the facts you sent")),
    "bad-text": Kind(422, N_("We can't use the text you sent")),
    "too-large": Kind(
        413,
        N_("What you sent is too large"),
        N_(
            "The limits are 64 KB for facts, 256 KB for a text, 1 MB for a request with a "
            "text, and 4 MB for one with a file."
        ),
    ),
    "too-many-requests": Kind(
        429,
        N_("Too many requests in a short time"),
        N_("Please try again in {seconds} s. The limit is {limit} requests in {window} s."),
    ),
}
"""The problems that the documents describe, by the id that ends their type."""
_PLAIN: Final = {
    404: Kind(404, N_("Not found"), N_("This API address doesn't exist.")),
    405: Kind(
        405, N_("Wrong request method"), N_("This API address needs a different request method.")
    ),
    408: Kind(
        408,
        N_("The request took too long"),
        N_("What you sent took too long to arrive. Please send it again."),
    ),
    503: Kind(
        503,
        N_("Not available right now"),
        N_("We're very busy right now. Please try again in a minute."),
    ),
    500: Kind(
        500,
        N_("Something went wrong on our side"),
        N_("It's not your fault. We haven't stored anything you sent. Please try again."),
    ),
}
_OTHER: Final = Kind(
    400,
    N_("This request isn't valid"),
    N_("Something you sent isn't right. Please check it and try again."),
)

RETRY_AFTER: Final = "60"
"""Seconds after which somebody may try again whom a busy server, or one without its database,
refused."""

REFUSED = "thongthu.refused"
"""The key of a WSGI environment under which the server says with which status to refuse a request.

The server has no translations, so the response to an upload that stalled is made here.
"""

_TEXTS = {
    400: (
        N_("This form has expired"),
        N_(
            "This page was open for too long, or you had already sent the form. This "
            "time, nothing was changed. Please reload the page."
        ),
    ),
    403: (
        N_("This page is only for helpdesk leads"),
        N_(
            "Only leads can see the overview and the audit log. You can do everything "
            "else as before."
        ),
    ),
    404: (
        N_("This page doesn't exist"),
        N_("The link may be incomplete. You can start again: it only takes a few questions."),
    ),
    405: (
        N_("This page can't be opened directly"),
        N_("Please go to the start page. It only takes a few questions."),
    ),
    408: (
        N_("What you sent took too long to reach us"),
        N_(
            "The connection was too slow or was cut off. Please go back and send your "
            "text again. The part with the error is enough."
        ),
    ),
    413: (
        N_("That was too much text"),
        N_(
            "That was too long. For an address or domain, enter just one. For a returned "
            "email, the few lines with the error are enough. Please go back and try "
            "again."
        ),
    ),
    414: (
        N_("This link is too long"),
        N_("Something may have been pasted into the link twice. Please go to the start page."),
    ),
    421: (
        N_("We can't make links for this web address"),
        N_(
            "This server isn't set up for the address you used. Whoever runs the server "
            "can set PUBLIC_URL or ALLOWED_HOSTS. The questions and steps still work."
        ),
    ),
    503: (
        N_("Not available right now"),
        N_("The helpdesk's data isn't available right now. Please try again in a minute."),
    ),
    500: (
        N_("Something went wrong on our side"),
        N_("It's not your fault. We haven't stored anything you typed. Please try again."),
    ),
}


def reply(
    value: Any, site: Site, status: int = 200, mimetype: str = "application/json"
) -> Response:
    """Return a response with a JSON value."""
    # A text may hold lone surrogates, which UTF-8 cannot encode.
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    response = Response(body, status, mimetype=mimetype)
    response.headers["Content-Language"] = site.language.audience
    return response


def refuse(site: Site, name: str, errors: Mapping[str, str]) -> Response:
    """Return a problem of one of the kinds.

    :param errors: what is wrong, by the name of a fact or ``request``, in the site's language
    """
    return _problem(site, KINDS[name], f"{site.api_docs()}#problem-{name}", errors)


def refuse_status(site: Site, status: int) -> Response:
    """Return the problem for a status of HTTP: 400 or more."""
    name = next((name for name, kind in KINDS.items() if kind.status == status != 422), None)
    if name:
        return refuse(site, name, {"request": site.language.gettext(KINDS[name].message)})
    kind = _PLAIN.get(status) or (_PLAIN[500] if status >= 500 else _OTHER)
    errors = {"request": site.language.gettext(kind.message)}
    return _problem(site, Kind(status, kind.title), BLANK, errors)


def _problem(site: Site, kind: Kind, link: str, errors: Mapping[str, str]) -> Response:
    problem = {
        "type": link,
        "title": site.language.gettext(kind.title),
        "status": kind.status,
        "detail": " ".join(
            text if key == "request" else f"{key}: {text}" for key, text in errors.items()
        ),
        "errors": dict(errors),
    }
    return reply(problem, site, kind.status, PROBLEM)


def install(app: Flask) -> None:
    """Answer every error with a page, or with problem details below ``/api/``."""

    @app.before_request
    def refuse_early() -> None:
        if status := request.environ.get(REFUSED):
            abort(status)

    app.register_error_handler(HTTPException, lambda error: _respond(error.code or 500, error))
    app.register_error_handler(DatabaseUnavailable, lambda error: _respond(503))

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        # Where it happened, never what was typed: messages of exceptions may quote it.
        frames = traceback.extract_tb(error.__traceback__)
        where = " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames[-6:]))
        app.logger.error("%s at %s", type(error).__name__, where)
        return _respond(500)


def _respond(code: int, error: HTTPException | None = None) -> Response:
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
    if code == 503:
        response.headers["Retry-After"] = RETRY_AFTER
    if code == 405 and error is not None:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ["GET"])
    return response
