"""The door for WSGI servers: ``wsgi:app``."""

from app import create_app

app = create_app()
