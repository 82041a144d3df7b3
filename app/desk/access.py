"""Who may see what of the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

View = TypeVar("View", bound=Callable[..., object])


def lead_only(view: View) -> View:
    """Let only leads see a view."""
    return view
