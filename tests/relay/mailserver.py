"""Run a real mail server apart from the system's: with files, an address and ports of its own."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from ipaddress import IPv4Address
from pathlib import Path

from tests.relay.configuration import write_configuration
from tests.relay.policies import PASSWORD, POLICIES, USER

PATIENCE = 60.0


class MailServer:
    """A running server: one port a policy, one for POP3, and the mail it delivered."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # An address of this run's own, so that no other run can take a port between choice and use.
        self.address = str(IPv4Address("127.128.0.0") + os.getpid())
        self.pop3_port, *ports = _free_ports(self.address, 1 + len(POLICIES))
        self.ports = dict(zip(POLICIES, ports, strict=True))
        self.certificate = root / "server.pem"

    def delivered(self, message_id: str) -> bool:
        """Say whether the message stands in the mailbox now."""
        mails = (self.root / "mail").glob("new/*")
        return any(message_id in mail.read_text() for mail in mails)

    def wait_for_delivery(self, message_id: str) -> None:
        """Return once the message stands in the mailbox.

        :raise TimeoutError: if it does not get there.
        """
        _wait(lambda: self.delivered(message_id), f"delivery of {message_id}")

    def fetch_mail(self, line: str) -> None:
        """Log in to POP3 and look for mail (there is none), from the client address `line`."""
        with (
            socket.create_connection(
                (self.address, self.pop3_port), PATIENCE, (line, 0)
            ) as connection,
            connection.makefile("rw", newline="\r\n") as stream,
        ):
            for command in ("", f"USER {USER}\n", f"PASS {PASSWORD}\n", "STAT\n", "QUIT\n"):
                stream.write(command)
                stream.flush()
                reply = stream.readline()
                if not reply.startswith("+OK"):
                    raise ConnectionError(f"{command!r} was answered {reply!r}")


@contextmanager
def running() -> Iterator[MailServer]:
    """Start the servers, yield them when they answer, and leave no process and no file behind."""
    # Not pytest's tmp_path: only root may enter that, and Postfix works as a user of its own.
    with tempfile.TemporaryDirectory(prefix="relay-") as directory, ExitStack() as processes:
        root = Path(directory)
        server = MailServer(root)
        dovecot_version = _run("dovecot", "--version")
        write_configuration(root, server.address, server.ports, server.pop3_port, dovecot_version)
        _make_certificate(server)
        try:
            _start(server, processes)
        except (RuntimeError, TimeoutError) as error:
            error.add_note("".join(log.read_text() for log in root.glob("*.log")))
            raise
        yield server


def _start(server: MailServer, processes: ExitStack) -> None:
    root, conf = server.root, server.root / "conf"
    _run("postfix", "-c", conf, "check")
    # Dovecot first, so that it ends last: it waits for the smtpds that hold its login socket.
    processes.enter_context(_process(root, "dovecot", "-F", "-c", root / "dovecot.conf"))
    _wait(lambda: _answers(server.address, server.pop3_port), "Dovecot")
    daemons = _run("postconf", "-c", conf, "-h", "daemon_directory").strip()
    processes.enter_context(_process(root, f"{daemons}/master", "-s", "-c", conf))
    _wait(lambda: _answers(server.address, server.ports["strict"]), "Postfix")


def _make_certificate(server: MailServer) -> None:
    _run(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        *("-nodes", "-days", "1", "-subj", "/CN=mail.proseware.com"),
        *("-addext", f"subjectAltName=IP:{server.address}"),
        *("-keyout", server.certificate, "-out", server.certificate),
    )


def _run(*command: str | Path) -> str:
    """Run a command to its end and return what it printed.

    :raise RuntimeError: with what it said, if it fails.
    """
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def _process(root: Path, *command: str | Path) -> Iterator[None]:
    """Keep a server running for a while, then end it and wait for all its children."""
    with (root / "output.log").open("a") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
            _wait(lambda: not _members(process.pid), f"the end of {command[0]}")
        except (subprocess.TimeoutExpired, TimeoutError):
            os.killpg(process.pid, signal.SIGKILL)
            raise


def _members(group: int) -> list[str]:
    """Name the processes of a group that still run."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            name, _, rest = stat.read_text().rpartition(")")
            state, _, process_group, *_ = rest.split()
            # Z is dead: it only waits for its parent, which need not be us.
            if process_group == str(group) and state != "Z":
                members.append(name)
    return members


def _answers(address: str, port: int) -> bool:
    with suppress(OSError), socket.create_connection((address, port), 1) as connection:
        return bool(connection.recv(100))
    return False


def _free_ports(address: str, count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((address, 0))
        return [each.getsockname()[1] for each in sockets]


def _wait(happened: Callable[[], bool], what: str) -> None:
    """Return once something has happened.

    :raise TimeoutError: if it does not happen.
    """
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {PATIENCE:.0f} s in vain for {what}")
        time.sleep(0.02)
