"""Read the security log, whether or not it is written to standard error."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.http.security_log import LOGGER


@contextmanager
def listening(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, Any]]]:
    """Yield a list that holds the events of the block, without their time, once it has ended."""
    logger, events = logging.getLogger(LOGGER), list[dict[str, Any]]()
    handler = _Keep(events)
    logger.addHandler(handler)
    try:
        with caplog.at_level(logging.INFO, LOGGER):
            yield events
    finally:
        logger.removeHandler(handler)


class _Keep(logging.Handler):
    def __init__(self, events: list[dict[str, Any]]) -> None:
        super().__init__()
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        """Keep an event."""
        event = json.loads(record.getMessage())
        assert event.pop("time")
        self._events.append(event)
