"""Commands: ``flask --app wsgi …``."""

from .commands import install

__all__ = ["install"]
