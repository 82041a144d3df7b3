"""The helpdesk's desk: everything on one screen, for somebody with a caller on the phone.

The agent's language is the page's; what is read out to the caller stands in the caller's beside it.
Without a case the URL is the state, as in the wizard, and nothing is stored; a case keeps it in the
database.
"""

from . import case_screen, case_views, identity, insights, metrics, signing, views  # noqa: F401
from .blueprint import desk
from .sessions import DeskSessions

__all__ = ["DeskSessions", "desk"]
