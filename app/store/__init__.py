"""Storage of cases, agents, the audit log and counters; no Flask.

Everything goes through one ``Database``.  While it is unavailable every call raises
``DatabaseUnavailable``; nothing that was acknowledged is lost.
"""

from .database import Database, DatabaseUnavailable

__all__ = ["Database", "DatabaseUnavailable"]
