"""The security log: one JSON object a line."""

from __future__ import annotations

import json
import logging

import pytest

from app.http import security_log
from tests.securitylog import listening


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
    burst = security_log.BurstFilter(lambda: now[0])
    written = [burst.allow("a") for _ in range(security_log.MAX_PER_MINUTE + 100)]
    assert written == [True] * security_log.MAX_PER_MINUTE + [False] * 100
    assert burst.allow("b")
    assert burst.take_suppressed() == []
    now[0] += security_log.MINUTE
    assert burst.take_suppressed() == [("a", 100)]
    assert burst.take_suppressed() == []
    assert burst.allow("a")


def test_what_was_left_out_is_told_with_the_next_event(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    with pytest.MonkeyPatch.context() as patch, listening(caplog) as events:
        patch.setattr(security_log, "_filter", security_log.BurstFilter(lambda: now[0]))
        for _ in range(security_log.MAX_PER_MINUTE + 3):
            security_log.record("limit-hit", limit="guess")
        now[0] += security_log.MINUTE
        security_log.record("sign-out")
    flood = {"event": "limit-hit", "limit": "guess"}
    assert events == [flood] * security_log.MAX_PER_MINUTE + [
        flood | {"take_suppressed": 3},
        {"event": "sign-out"},
    ]


def test_what_is_remembered_of_events_is_bounded() -> None:
    burst = security_log.BurstFilter(lambda: 0.0)
    for number in range(security_log.MAX_KINDS + 10):
        burst.take_suppressed()
        burst.allow(str(number))
    assert len(burst._windows) <= security_log.MAX_KINDS + 1
