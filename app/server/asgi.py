"""ASGI entry point: ``app.server.asgi:app``, the WSGI application behind its gateway."""

from __future__ import annotations

from wsgi import app as wsgi_app

from ..settings import Settings
from ..web.pastes import LARGEST_BODY
from .gateway import Gateway
from .uploads import UploadLimits

settings = Settings.from_environment()
app = Gateway(
    wsgi_app, settings.web_threads, UploadLimits(LARGEST_BODY, patience=settings.body_timeout)
)
