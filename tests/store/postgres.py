"""A real PostgreSQL on loopback, with files and an address of its own, while tests need it.

It keeps what it acknowledges whatever ends its processes. ``fsync`` is off, which only a power cut
could tell, except where a test turns it on.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

PATIENCE = 60.0
PROGRAMS = ("initdb", "postgres")
ROLE = "tests"


class PostgresServer:
    """A server that can be taken away in the middle of its work, and started again."""

    def __init__(self, folder: Path, programs: dict[str, str], **settings: str) -> None:
        # An address of this run's own, so that nobody takes the port while the server is away.
        self.address = str(IPv4Address("127.192.0.0") + os.getpid())
        with socket.create_server((self.address, 0)) as listener:
            self.port: int = listener.getsockname()[1]
        self._folder = folder
        self._log = folder / "server.log"
        self._programs = programs
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._databases: list[str] = []
        self.account: dict[str, Any] = {}
        if os.geteuid() == 0:  # which PostgreSQL refuses to run as
            user = _account()
            os.chown(folder, user.pw_uid, user.pw_gid)
            self.account = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._as: dict[str, Any] = {"cwd": folder} | self.account
        made = subprocess.run(
            [
                programs["initdb"],
                "-D",
                folder / "data",
                "-U",
                ROLE,
                "--auth=trust",
                "--no-sync",
                "--data-checksums",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ],
            capture_output=True,
            text=True,
            **self._as,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stdout}{made.stderr}")
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.write("fsync = off\n")

    def start(self) -> None:
        """Start the server, unless it runs, and return when it answers.

        :raise RuntimeError: it ends at once, or does not answer in time
        """
        if self._process:
            return
        settings = {
            "listen_addresses": self.address,
            "port": self.port,
            "unix_socket_directories": "",
            "shared_buffers": "16MB",
            "timezone": "Asia/Ho_Chi_Minh",  # no test may rest on a server in UTC
            **self._settings,
        }
        options = [text for key, value in settings.items() for text in ("-c", f"{key}={value}")]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [self._programs["postgres"], "-D", self._folder / "data", *options],
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self._as,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not answer:\n{self._log.read_text('utf-8')}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End every process of the server with SIGKILL, as a power cut does, if it runs."""
        if self._process is None:
            return
        main, self._process = self._process, None
        family = _stop(main)
        for pid in family:
            os.kill(pid, signal.SIGKILL)
        main.wait()
        deadline = time.monotonic() + PATIENCE
        while any(_runs(pid) for pid in family):
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {PATIENCE:.0f} s in vain for the end of PostgreSQL")
            time.sleep(0.01)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let every process of the server stand still meanwhile: nothing is said, none is gone."""
        assert self._process
        family = _stop(self._process)
        try:
            for pid in family:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in family:
                os.kill(pid, signal.SIGCONT)

    def program(self, name: str) -> str:
        """Return where another program of the same version is."""
        return str(Path(self._programs["postgres"]).resolve().parent / name)

    def new_url(self, template: str = "template1", *, lasting: bool = False) -> str:
        """Make a database and return where it is, as DATABASE_URL tells it.

        :param template: the database to copy, an empty one by default
        :param lasting: do not let ``clear`` take it away
        """
        name = f"desk{next(self._numbers)}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        if not lasting:
            self._databases.append(name)
        return f"postgresql://{ROLE}@{self.address}:{self.port}/{name}"

    def clear(self) -> None:
        """Take away every database: PostgreSQL looks after each of their files when it starts."""
        self.start()
        with self._connect() as connection:
            while self._databases:
                connection.execute(f"DROP DATABASE {self._databases.pop()} WITH (FORCE)")

    def folder_of(self, url: str) -> Path:
        """Return the folder of a database's files, once all that it holds is in them."""
        self.checkpoint()
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT pg_relation_filepath('pg_class')").fetchone()
        assert row
        file: Path = self._folder / "data" / row[0]
        return file.parent

    @contextmanager
    def tls(self, certificate: Path, key: Path) -> Iterator[None]:
        """Let the server offer TLS meanwhile."""
        for end, file in (("crt", certificate), ("key", key)):
            made = self._folder / "data" / f"server.{end}"
            shutil.copyfile(file, made)
            made.chmod(0o600)
            if self.account:
                os.chown(made, self.account["user"], self.account["group"])
        with self.turned_on("ssl"):
            yield

    @contextmanager
    def turned_on(self, name: str) -> Iterator[None]:
        """Turn one of the server's settings on meanwhile."""
        self._turn(name, "on")
        try:
            yield
        finally:
            self._turn(name, "off")

    def _turn(self, name: str, value: str) -> None:
        with self._connect() as connection:
            connection.execute(f"ALTER SYSTEM SET {name} = {value}")
            connection.execute("SELECT pg_reload_conf()")
        deadline = time.monotonic() + PATIENCE
        while self.setting(name) != value:
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {PATIENCE:.0f} s in vain for {name} = {value}")
            time.sleep(0.02)

    def checkpoint(self) -> None:
        """Let the server write what it holds in memory to its files."""
        with self._connect() as connection:
            connection.execute("CHECKPOINT")

    def setting(self, name: str) -> str:
        """Return one of the server's settings."""
        with self._connect() as connection:
            row = connection.execute(f"SHOW {name}").fetchone()
            assert row
            return str(row[0])

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=self.address,
            port=self.port,
            user=ROLE,
            dbname="postgres",
            autocommit=True,
            connect_timeout=3,
        )


@contextmanager
def running(**settings: str) -> Iterator[PostgresServer]:
    """Run a PostgreSQL; where there is none, skip, or fail if POSTGRES_TESTS=required.

    :param settings: of the server, in place of those that suit the tests
    """
    programs = _find_programs()
    if not programs:
        reason = "NOT TESTED with a real PostgreSQL: run tests/store/install as root"
        if os.environ.get("POSTGRES_TESTS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    # Not pytest's tmp_path: only root may enter that, and PostgreSQL works as a user of its own.
    with tempfile.TemporaryDirectory(prefix="postgres-") as directory:
        server = PostgresServer(Path(directory), programs, **settings)
        try:
            server.start()
            yield server
        finally:
            server.kill()


def _find_programs() -> dict[str, str]:
    """Return where initdb and postgres stand, of one version; nothing where they do not."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    newest = sorted(debian, key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))])[::-1]
    for place in (*map(str, newest), os.environ["PATH"]):
        found = {program: shutil.which(program, path=place) for program in PROGRAMS}
        if all(found.values()):
            return {program: str(path) for program, path in found.items()}
    return {}


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def processes_below(parent: int) -> list[int]:
    """Return the processes that one process has started and that are there yet."""
    return [pid for pid, stat in _processes() if stat[1] == str(parent)]


def _stop(main: subprocess.Popen[bytes]) -> list[int]:
    """Stop the first process of a server, and return all that it has."""
    # Each process of PostgreSQL's has a group of its own; stopped, the first makes no new one,
    # and none of its dead ones gives its number away.
    main.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, main.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    return [*processes_below(main.pid), main.pid]


def _runs(process: int) -> bool:
    # Z is dead: it only waits for its parent, which need not be us.
    return any(pid == process and stat[0] != "Z" for pid, stat in _processes())


def _processes() -> Iterator[tuple[int, list[str]]]:
    """Yield every process with its state, its parent, and so on."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = file.read_text().rpartition(")")[2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield int(file.parent.name), rest.split()
