"""The wizard's pages: start, one question a page, plan."""

from .views import wizard

__all__ = ["wizard"]
