"""ASGI entry point: ``app.server.asgi:app``, the WSGI application behind its gateway."""

from __future__ import annotations

import os

from wsgi import app as wsgi_app

from ..settings import Settings
from ..web.pastes import LARGEST_BODY
from .gateway import Gateway
from .uploads import UploadLimits

app = Gateway(
    wsgi_app,
    int(os.environ.get("WEB_THREADS", "16")),
    UploadLimits(LARGEST_BODY, patience=Settings.from_environment().body_timeout),
)
