"""The door for WSGI servers: ``wsgi:app``."""

from app import create_app
from app.reload import on_hangup

app = create_app()
on_hangup(app.extensions["portals"].reload)
