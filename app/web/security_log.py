"""Security log: sign-ins, refusals and limit hits, as one JSON object a line.

No personal data: an event and its fields are fixed words, numbers and portal ids, never a name, an
address of the network or anything that was typed (OWASP ASVS 5.0, V16.2.5).
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

LOGGER: Final = "thongthu.security"
"""The name of Python's logger; an operator may hang handlers of their own on it."""


def install() -> None:
    """Write events to standard error, unless an operator's logging configuration handles them."""
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.INFO)
    if not logger.hasHandlers():
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        logger.addHandler(handler)
        logger.propagate = False


def record(event: str, /, **fields: str | int | bool) -> None:
    """Write an event.

    :param event: what happened, a fixed word such as ``sign-in-refused``
    :param fields: what belongs to it: fixed words, numbers, ids; never anything that was typed
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    told = {"time": now, "event": event, **fields}
    logging.getLogger(LOGGER).info(json.dumps(told, ensure_ascii=True))
