"""The JSON way in."""

from .docs import api_docs
from .views import api

__all__ = ["api", "api_docs"]
