"""Pages for developers: embedding and support links."""

from .views import developers

__all__ = ["developers"]
