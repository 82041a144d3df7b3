"""Pages for those who build on the wizard: the API, embedding, support links."""

from .views import developers

__all__ = ["developers"]
