"""A real PgBouncer in transaction mode in front of a PostgreSQL, while tests need it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.server import HOST, PATIENCE, end, free_port
from tests.store.postgres import PostgresServer

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SIZE = 2
"""Connections to the database, fewer than the application opens to PgBouncer."""
# Each transaction gets another connection than the one before: what leaks from one is seen.
SETTINGS = """
[databases]
* = host={server.address} port={server.port}
[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {size}
server_round_robin = 1
server_login_retry = 1
"""


@contextmanager
def pooled(server: PostgresServer, url: str) -> Iterator[str]:
    """Yield the URL of a database behind PgBouncer; skip where there is none.

    :raise RuntimeError: it does not listen in time
    """
    if PROGRAM is None:
        reason = "NOT TESTED with PgBouncer: run tests/store/install as root"
        if os.environ.get("POSTGRES_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    port = free_port()
    # Not pytest's tmp_path: only root may enter that, and PgBouncer refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as directory:
        folder = Path(directory)
        folder.chmod(0o755)
        text = SETTINGS.format(server=server, host=HOST, port=port, folder=folder, size=SIZE)
        (folder / "pgbouncer.ini").write_text(text)
        (folder / "users").write_text('"tests" ""\n')
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [PROGRAM, folder / "pgbouncer.ini"], stdout=log, stderr=log, **server.account
            )
        try:
            _wait_until_it_listens(process, port, folder / "log")
            yield f"postgresql://tests@{HOST}:{port}/{url.rpartition('/')[2]}"
        finally:
            end(process)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as client:
            if client.connect_ex((HOST, port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PgBouncer does not listen:\n{log.read_text('utf-8')}")
        time.sleep(0.02)
