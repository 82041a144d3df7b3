"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

GOLDEN = Path(__file__).parent / "golden"

# No deadline: a slow machine is no fault.  Derandomised, so that a run tells about the commit.
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


@pytest.fixture
def golden() -> Callable[[str, Iterable[str]], None]:
    """Compare lines with a golden file; GOLDEN=write writes it anew, for a person to review."""

    def compare(name: str, lines: Iterable[str]) -> None:
        text = "\n".join(lines) + "\n"
        path = GOLDEN / name
        if os.environ.get("GOLDEN") == "write":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert text == path.read_text("utf-8")

    return compare
