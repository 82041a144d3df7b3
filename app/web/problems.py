"""Responses of the JSON API: an object, or problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Response

from ..i18n.messages import N_
from .site import Site

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
    "no-object": Kind(422, N_("The request holds no JSON object")),
    "bad-facts": Kind(422, N_("Some facts cannot be taken")),
    "bad-text": Kind(422, N_("The text cannot be taken")),
    "too-large": Kind(
        413,
        N_("The request is too large"),
        N_("Facts may have 64 KB. A text may have 256 KB, its whole request 1 MB."),
    ),
    "too-many-requests": Kind(
        429,
        N_("Too many requests in a short time"),
        N_("Please wait {seconds} s, and then go on. {limit} requests in {window} s are fine."),
    ),
}
"""The problems that the documents describe, by the id that ends their type."""
_PLAIN: Final = {
    404: Kind(404, N_("Not found"), N_("There is nothing at this address of the API.")),
    405: Kind(405, N_("Wrong method"), N_("This address of the API takes another method.")),
    408: Kind(
        408,
        N_("Not received in time"),
        N_("The request did not arrive in time. Please send it once more."),
    ),
    503: Kind(
        503,
        N_("Not available just now"),
        N_("Too much arrives at once just now. Please try again in a minute."),
    ),
    500: Kind(
        500,
        N_("Something broke on our side"),
        N_("It was not your doing, and nothing of what you sent is kept. Please try again."),
    ),
}
_OTHER: Final = Kind(400, N_("Not understood"), N_("This request cannot be understood."))


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
