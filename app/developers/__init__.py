"""Pages for those who build on the wizard."""

from .portal_pages import portal_pages

__all__ = ["portal_pages"]
