"""ASGI entry point: ``app.server.asgi:app``."""

from __future__ import annotations

from functools import partial

from wsgi import app as wsgi_app

from ..presentation.paste_input import LARGEST_BODY
from ..settings import Settings
from .gateway import Gateway
from .listener import drop_unread
from .uploads import UploadLimits

_settings = Settings.from_environment()
app = Gateway(
    wsgi_app,
    _settings.web_threads,
    UploadLimits(LARGEST_BODY, patience=_settings.body_timeout),
    partial(drop_unread, _settings.send_timeout),
)
