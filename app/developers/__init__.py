"""For developers of other programs: the API's description as a page."""

from .views import developers

__all__ = ["developers"]
