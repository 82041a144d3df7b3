"""The JSON way in."""

from .docs_views import api_docs
from .views import api

__all__ = ["api", "api_docs"]
