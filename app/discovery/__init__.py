"""Live discovery: which settings a mail domain publishes, and what its servers offer."""

from .background import TooMany
from .discovery import Discoveries, Discovery
from .network import Names, Network
from .seal import Seals
from .submission import Probe

__all__ = ["Discoveries", "Discovery", "Names", "Network", "Probe", "Seals", "TooMany"]
