"""The helpdesk's desk: everything on one screen, for somebody with a caller on the phone.

The agent's language is the page's; what is read out to the caller stands in the caller's beside it.
Without a case the URL is the state, as in the wizard, and nothing is stored; a case keeps it in the
database.  Each form holds a token of its session, and is answered with 400 where that is wrong.
"""

from . import servers, views  # noqa: F401
from .access import desk
from .cookies import DeskSessions
from .insights import views as insights_views  # noqa: F401
from .sign_in import oidc_views, password_views  # noqa: F401

__all__ = ["DeskSessions", "desk"]
