"""What this process rests on, part by part, each ``ok``, ``degraded`` or ``down``.

The wizard needs neither a database nor Redis, so without them a process is degraded, and is still
the right one to ask.  It is down where portals are configured and none of them can be shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ..services import Services
from ..store import Database, DatabaseUnavailable

STATES: Final = ("ok", "degraded", "down")
Part = dict[str, Any]


def read_parts(made: Services) -> dict[str, Part]:
    """Return the parts that are configured, by name, with what an operator wants to know."""
    portals, redis = made.portals, made.redis
    parts: dict[str, Part] = {}
    if made.storage:
        parts["database"] = _database(made.storage.database)
    if portals.path:
        state = "down" if not portals.all() else "degraded" if portals.faulty else "ok"
        parts["portals"] = {"status": state, "loaded": len(portals.all())}
    if redis:
        parts["redis"] = {"status": "ok" if redis.answers() else "degraded"}
    return parts


def worst_of(parts: Iterable[Part]) -> str:
    """Return the state of the whole."""
    return max((part["status"] for part in parts), key=STATES.index, default=STATES[0])


def _database(database: Database) -> Part:
    try:
        return {"status": "ok", "revision": database.revision()}
    except DatabaseUnavailable:
        return {"status": "degraded", "revision": None}
