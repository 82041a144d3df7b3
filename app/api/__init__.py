"""The JSON way in."""

from .views import api

__all__ = ["api"]
