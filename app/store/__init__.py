"""What is kept: cases, the agents who look after them, an audit, and counts.

No Flask here.  Everything goes through one ``Database``, which may be away: then nothing is lost
that was acknowledged, and whoever asks is told so.
"""

from .database import Database, DatabaseUnavailable

__all__ = ["Database", "DatabaseUnavailable"]
