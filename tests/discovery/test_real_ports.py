"""The production server finds settings as an operator runs it: real ports, the system's own DNS."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.discovery.laboratory import Laboratory

ROOT = Path(__file__).parent.parent.parent


def test_the_server_as_it_is_run(lab: Laboratory, tmp_path: Path) -> None:
    namespace = ["unshare", "--map-root-user", "--net", "--mount"]
    if subprocess.run([*namespace, "true"], capture_output=True).returncode:
        reason = "NOT TESTED with real ports: no network namespace can be made here"
        if os.environ.get("DISCOVERY_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    command = [*namespace, sys.executable, "-m", "tests.discovery.real_ports", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["auto.example True True", "nothing.example True False"]
    assert "example" not in (tmp_path / "server.log").read_text(), "a domain was logged"
