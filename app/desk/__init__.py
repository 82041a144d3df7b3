"""The helpdesk's desk: everything on one screen, for somebody with a caller on the phone.

The agent's language is the page's; what is read out to the caller stands in the caller's beside it.
Without a case the URL is the state, as in the wizard, and nothing is stored; a case keeps it in the
database.
"""

from . import account  # noqa: F401
from .blueprint import desk
from .cases import case, overview  # noqa: F401
from .insights import metrics, views  # noqa: F401
from .screen import views as screen_views  # noqa: F401
from .sessions import DeskSessions
from .signing import password, provider  # noqa: F401

__all__ = ["DeskSessions", "desk"]
