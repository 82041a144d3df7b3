"""Portals: the wizard inside an internet provider's own pages, from a file the operator writes."""

from .portal import Portal, PortalTheme
from .registry import PortalRegistry

__all__ = ["Portal", "PortalRegistry", "PortalTheme"]
