"""The short form of ``make scale``: nobody is refused, and nothing acknowledged is lost."""

from __future__ import annotations

import os

import pytest

from bench.scale.load import KINDS
from bench.scale.run import SMALL, measure, report
from tests.server.proxies import program_of


def test_nobody_is_refused_while_servers_restart_and_a_sweep_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    if program_of("nginx") is None:
        reason = "NOT TESTED at size: run tests/server/install as root"
        if os.environ.get("PROXY_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    result = measure(SMALL, print)
    report(result)  # which stands with a failure
    assert set(result.load.times) == set(KINDS), "everything was asked for"
    assert not result.load.refused
    assert not result.lost
    assert not result.unswept
    assert not [line for line in result.complaints if "Traceback" in line]
