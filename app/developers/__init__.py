"""Pages for those who build on the wizard: the API, embedding, support links."""

from . import portal_pages  # noqa: F401
from .views import developers

__all__ = ["developers"]
