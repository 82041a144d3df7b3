"""The helpdesk's desk."""

from . import insights, metrics  # noqa: F401
from .blueprint import desk

__all__ = ["desk"]
