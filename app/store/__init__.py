"""Storage of cases, agents, the audit log and counters; no Flask.

Everything goes through one ``Database``.  While it does not answer, whatever reads or writes raises
``DatabaseUnavailable``, which docstrings do not repeat; nothing that was acknowledged is lost.
"""

from .database import Database, DatabaseUnavailable

__all__ = ["Database", "DatabaseUnavailable"]
