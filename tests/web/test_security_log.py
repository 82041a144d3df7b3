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


def test_a_flood_of_one_event_is_counted_and_not_written() -> None:
    now = [0.0]
    burst = security_log.Burst(lambda: now[0])
    written = [burst.pass_on("a") for _ in range(security_log.BURST + 100)]
    assert written == [0] * security_log.BURST + [None] * 100
    assert burst.pass_on("b") == 0
    now[0] += security_log.MINUTE
    assert [burst.pass_on("a"), burst.pass_on("a")] == [100, 0]


def test_what_is_remembered_of_events_is_bounded() -> None:
    burst = security_log.Burst()
    for number in range(security_log.KINDS + 10):
        burst.pass_on(str(number))
    assert len(burst._seen) == security_log.KINDS
