"""The wizard's pages: start, what a paste says, one question a page, plan."""

from . import paste_views  # noqa: F401
from .views import wizard

__all__ = ["wizard"]
