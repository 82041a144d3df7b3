"""The helpdesk's desk: everything on one screen, for somebody with a caller on the phone.

The agent's language is the page's; what is read out to the caller stands in the caller's beside it.
The URL is the state, as in the wizard, and a POST only leads to another URL: nothing is stored.
"""

from . import views  # noqa: F401
from .blueprint import desk

__all__ = ["desk"]
