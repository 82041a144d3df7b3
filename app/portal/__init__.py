"""Portals: the wizard inside an internet provider's own pages, from a file the operator writes."""

from .book import PortalBook
from .fault import Fault
from .portal import Look, Portal

__all__ = ["Fault", "Look", "Portal", "PortalBook"]
