"""WSGI entry point: ``wsgi:app``."""

from app.server.application import app, start_threads

__all__ = ["app"]

start_threads()
