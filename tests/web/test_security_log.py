"""The security log: one JSON object a line."""

from __future__ import annotations

import json
import logging

import pytest

from app.web import security_log


def test_an_event_is_one_json_object_on_one_line(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger(security_log.LOGGER)
    logger.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.INFO, security_log.LOGGER):
            security_log.record("limit-hit", limit="guess", portal="a\nb")
    finally:
        logger.removeHandler(caplog.handler)
    told = json.loads(caplog.messages[0])
    assert "\n" not in caplog.messages[0]
    assert told.pop("time").endswith("+00:00")
    assert told == {"event": "limit-hit", "limit": "guess", "portal": "a\nb"}
