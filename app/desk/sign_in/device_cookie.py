"""The cookie of a device: whoever has signed in with it is known there, and not locked out."""

from __future__ import annotations

from flask import Response, after_this_request, current_app, request

from ...services import storage
from ...store.agents import Agent
from ...store.sessions import DEVICE_LIFETIME
from ...store.sign_in_throttle import RowKey
from ...web.site import Site
from ..session_cookie import cookie_name, cookie_paths

COOKIE = "desk-device"


def known_device(site: Site, name: str) -> RowKey | None:
    """Return the device that a request comes from, where this name has signed in there before.

    :raise DatabaseUnavailable: devices cannot be read
    """
    devices = storage().devices
    return devices.find(site.portal_id, name, _token())


def remember_device(agent: Agent) -> None:
    """Remember the device of an agent who has signed in, and send it a new token.

    :raise DatabaseUnavailable: the token cannot be kept
    """
    devices = storage().devices
    token = devices.remember(agent, _token())

    @after_this_request
    def send(response: Response) -> Response:
        for path in cookie_paths(request.script_root):
            response.set_cookie(
                cookie_name(current_app, COOKIE),
                token,
                max_age=DEVICE_LIFETIME,
                path=path,
                secure=True,
                httponly=True,
                samesite="Strict",
            )
        return response


def _token() -> str:
    return request.cookies.get(cookie_name(current_app, COOKIE), "")
