"""The helpdesk's desk: everything on one screen, cases, and what happens out there."""

from . import case_views, identity, signing  # noqa: F401
from .blueprint import desk
from .sessions import DeskSessions

__all__ = ["DeskSessions", "desk"]
