"""A real Thunderbird for the tests that need one, or the reason why there is none."""

import os
import shutil
from collections.abc import Iterator
from threading import Thread

import pytest
from werkzeug.serving import make_server

from app import create_app
from app.settings import Settings
from tests.device.thunderbird import PROGRAM, Thunderbird, running


@pytest.fixture(scope="session")
def thunderbird(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Thunderbird]:
    """Run Thunderbird; where there is none, skip, or fail if THUNDERBIRD_TESTS=required."""
    if not shutil.which(PROGRAM):
        reason = "NOT TESTED with a real Thunderbird: run tests/device/install as root"
        if os.environ.get("THUNDERBIRD_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    with running(tmp_path_factory.mktemp("thunderbird")) as program:
        yield program


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Serve the app on a free port of loopback, and return its address."""
    server = make_server("127.0.0.1", 0, create_app(Settings(page_cache=0)), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
