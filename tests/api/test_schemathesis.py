"""Schemathesis sends what the description allows, and what it does not, and believes no answer."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from werkzeug.serving import make_server

from app import create_app
from app.settings import Settings

MOST = 60
"""Invented requests for each operation, beside those for every rule of the description."""


@pytest.fixture
def address() -> Iterator[str]:
    """Serve an app without a limit on a free port of loopback, and return its address."""
    app = create_app(Settings(page_cache=0, rate_limit=""))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.no_cover
def test_the_server_does_what_it_says(address: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", "--generation-deterministic"),
            *("--max-examples", str(MOST), f"{address}/api/v1/openapi.json?lang=en"),
        ],
        cwd=tmp_path,  # it keeps what it has learnt where it is started
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Tested: 2" in run.stdout
