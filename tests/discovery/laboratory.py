"""A piece of internet on this machine: a DNS server, web servers, mail servers good and bad.

Each host has a loopback address of its own and serves the real ports under others, which only
``LabNetwork`` knows: no root and no network namespace is needed.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, ip_network
from pathlib import Path
from typing import Any

import dns.resolver
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from app.discovery.network import Names, Network

PATIENCE = 20.0
Body = bytes | str
"""What a path answers: a document, or ``drip``, ``hang``, ``huge``, or where a redirect leads."""


class LabNetwork(Network):
    """The network of the laboratory: real ports under other numbers, and slower, if asked for."""

    def __init__(self, lab: Laboratory, own: bool = True, delay: float = 0) -> None:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], lab.dns_port
        networks = [ip_network(lab.network)] if own else []
        super().__init__(Names(resolver), networks, lab.tls)
        self.lab = lab
        self.delay = delay
        self.connections: list[tuple[str, int]] = []

    def _open(self, address: str, port: int, patience: float) -> socket.socket:
        self.connections.append((address, port))
        there, real = self.lab.moved.get((address, port), (address, self.lab.ports[port]))
        return super()._open(there, real, patience)


@dataclass
class Laboratory:
    """What is running, and how to add hosts to it."""

    folder: Path
    stack: ExitStack
    dns_port: int = 0
    ports: Mapping[int, int] = field(default_factory=dict)
    moved: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    pages: dict[tuple[str, str], tuple[int, Body]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The paths that web servers were asked for."""
    zone: Mapping[str, str] = field(default_factory=dict)
    """The addresses by name."""
    commands: list[str] = field(default_factory=list)
    """The commands that mail servers got."""

    def __post_init__(self) -> None:
        # Addresses of this process's own, so that no other run can be in the way.
        self._base = IPv4Address("127.64.0.0") + (os.getpid() % 8192) * 256
        self.network = f"{self._base}/24"
        self._next = 1
        self.authority = trustme.CA()
        self.tls = ssl.create_default_context()
        self.authority.configure_trust(self.tls)
        self.certificate_file = self.folder / "authority.pem"
        self.authority.cert_pem.write_to_path(str(self.certificate_file))

    def address(self) -> str:
        """Return an address that nobody has."""
        self._next += 1
        return str(self._base + self._next)

    def web(self, *names: str, certificate: str = "") -> str:
        """Start an HTTPS server for some names and return its address; pages are added later."""
        address = self.address()
        server = _WebServer((address, self.ports[443]), _handler(self))
        context = self.certificate(certificate or names[0], *names[1:])
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        _serve(server, self.stack)
        return address

    def mail(
        self,
        name: str,
        *,
        auth: bool = True,
        starttls: bool = True,
        certificate: str = "",
        refusal: str = "",
    ) -> str:
        """Start an outgoing server on 465 and 587 and return its address.

        :param refusal: what it answers to every recipient, without asking for a sign-in
        """
        address = self.address()
        context = self.certificate(certificate or name)
        for port, settings in (
            (465, {"ssl_context": context, "auth_require_tls": False}),
            (587, {"tls_context": context if starttls else None}),
        ):
            handler = _Handler(self.commands, auth, refusal)
            controller = _Controller(
                handler,
                hostname=address,
                port=self.ports[port],
                authenticator=_accept if auth else None,
                auth_exclude_mechanism=[] if auth else ["LOGIN", "PLAIN"],
                **settings,
            )
            controller.start()
            self.stack.callback(controller.stop)
        return address

    def talker(self, answer: bytes, port: int = 587, every: float = 0) -> str:
        """Start a server that says something, once or again and again, and never listens."""
        address = self.address()
        listener = socket.create_server((address, self.ports[port]))
        self.stack.callback(listener.close)

        def talk(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                while True:
                    connection.sendall(answer)
                    if not every:
                        connection.recv(1000)
                        break
                    time.sleep(every)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=talk, args=listener.accept()[:1], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return address

    def black_hole(self, *ports: int) -> str:
        """Return an address at which connections are neither made nor refused."""
        address = self.address()
        for port in ports:
            full = self.stack.enter_context(socket.socket())
            full.bind((address, self.ports[port]))
            full.listen(0)
            for _ in range(3):  # a full queue drops what knocks
                one = self.stack.enter_context(socket.socket())
                one.setblocking(False)
                with suppress(BlockingIOError):
                    one.connect((address, self.ports[port]))
        return address

    def certificate(self, *names: str) -> ssl.SSLContext:
        """Return a server's context, with a certificate for these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*names).configure_cert(context)
        return context

    def publish(self, zone: str, port: int = 0) -> None:
        """Start the DNS server, authoritative for everything: ``zone`` has all there is."""
        self.dns_port = port or _free_port()
        head = "$ORIGIN .\n$TTL 60\n@ SOA ns.lab. root.lab. 1 60 60 60 60\n@ NS ns.lab.\n"
        (self.folder / "root.zone").write_text(head + zone)
        self.zone = dict(re.findall(r"^(\S+)\. A (\S+)$", zone, re.MULTILINE))
        (self.folder / "knot.conf").write_text(
            f"server:\n  listen: 127.0.0.1@{self.dns_port}\n  rundir: {self.folder}\n"
            f"database:\n  storage: {self.folder}\n"
            "log:\n  - target: stderr\n    any: warning\n"
            f"zone:\n  - domain: .\n    file: {self.folder / 'root.zone'}\n"
            "    zonefile-sync: -1\n    journal-content: none\n"
        )
        output = self.stack.enter_context((self.folder / "knot.log").open("wb"))
        process = subprocess.Popen(
            ["knotd", "-c", self.folder / "knot.conf"], stdout=output, stderr=output
        )
        self.stack.callback(_end, process)
        self._wait_for_dns()

    def _wait_for_dns(self) -> None:
        names = LabNetwork(self).names
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError):
                if names.txt("ready.lab").records:
                    return
        raise TimeoutError((self.folder / "knot.log").read_text())


@contextmanager
def laboratory(folder: Path, real: bool = False) -> Iterator[Laboratory]:
    """Yield a laboratory without hosts, and end all that was started in it.

    :param real: with the ports' real numbers, which takes a network of its own
    """
    with ExitStack() as stack:
        ports = {port: port if real else _free_port() for port in (25, 443, 465, 587)}
        yield Laboratory(folder, stack, ports=ports)


class _WebServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


def _handler(lab: Laboratory) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            lab.asked.append(f"{self.headers['Host']}{self.path}")
            key = (self.headers["Host"], self.path.partition("?")[0])
            status, body = lab.pages.get(key, (404, b""))
            if body == "hang":
                time.sleep(PATIENCE)
            if body == "drip":
                self._drip()
                return
            self.send_response(status)
            if isinstance(body, str) and body != "huge":
                self.send_header("Location", body)
                body = b""
            content = b"x" * 200_000 if body == "huge" else body
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)  # type: ignore[arg-type]

        def _drip(self) -> None:
            with suppress(OSError):
                self.send_response(200)
                self.end_headers()
                for _ in range(int(PATIENCE / 0.2)):
                    self.wfile.write(b" ")
                    time.sleep(0.2)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


class _Controller(Controller):
    def __init__(self, handler: Any, *, tls_context: Any = None, **settings: Any) -> None:
        self._tls_context = tls_context
        super().__init__(handler, **settings)

    def factory(self) -> SMTP:
        """Return the server of one connection."""
        return SMTP(self.handler, tls_context=self._tls_context, **self.SMTP_kwargs)


class _Handler:
    """Notes what it is told, and takes mail only after a sign-in, or from everybody."""

    def __init__(self, commands: list[str], auth: bool, refusal: str = "") -> None:
        self._commands = commands
        self._auth = auth and not refusal
        self._refusal = refusal

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self._commands.append(f"EHLO {hostname}")
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self._commands.append("MAIL")
        if self._auth and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address or "<>"  # the library takes the null sender for none
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self._commands.append("RCPT")
        envelope.rcpt_tos.append(address)
        return self._refusal or "250 OK"

    async def handle_DATA(self, *_: Any) -> str:
        self._commands.append("DATA")
        return "250 OK"


def _accept(*_: Any) -> AuthResult:
    return AuthResult(success=True)


def _serve(server: ThreadingHTTPServer, stack: ExitStack) -> None:
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(PATIENCE)
