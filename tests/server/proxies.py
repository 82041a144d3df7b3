"""Run real proxies in front of the server, with the configurations that docs/proxies/ shows."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.browser.server import HOST, PATIENCE, ROOT, end, free_port

SHOWN = ROOT / "docs" / "proxies"
TAKES_OFF = re.compile(r'header_up -|del-header|underscores_in_headers|Forwarded ""')
"""The lines of the configurations that take a header off."""
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"


class Kind(NamedTuple):
    """A proxy: its program, its file in docs/proxies/, the arguments that run it with that file."""

    program: str
    file: str
    arguments: tuple[str, ...]


KINDS = {
    "nginx": Kind("nginx", "nginx.conf", ("-p", "{folder}", "-c", "{file}", "-g", "daemon off;")),
    "caddy": Kind("caddy", "Caddyfile", ("run", "--config", "{file}", "--adapter", "caddyfile")),
    "haproxy": Kind("haproxy", "haproxy.cfg", ("-f", "{file}")),
}


class Proxy(NamedTuple):
    """A running proxy: where it takes plain HTTP, and where TLS."""

    plain: int
    tls: int


def program_of(kind: str) -> str | None:
    """Return the path of a proxy's program, None when it is not installed."""
    return shutil.which(KINDS[kind].program, path=PATH)


def write_certificate(folder: Path) -> None:
    """Write a certificate for the loopback address, and its key, as the files call them."""
    certificate, key = folder / "wizard.crt", folder / "wizard.key"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    (folder / "wizard.pem").write_bytes(certificate.read_bytes() + key.read_bytes())


@contextmanager
def in_front(
    kind: str, port: int, folder: Path, careless: bool = False, second: int = 0
) -> Iterator[Proxy]:
    """Yield a proxy in front of the server at a port, and end it afterwards.

    :param careless: let it pass on the headers that docs/proxies/ has it take off, all but the one
        that the server reads
    :param second: the port of another server, for nginx
    :raise RuntimeError: it ends at once, or does not listen in time
    """
    write_certificate(folder)
    proxy = Proxy(free_port(), free_port())
    text = (SHOWN / KINDS[kind].file).read_text("utf-8")
    for shown, ours in (
        ("127.0.0.1:8000", f"{HOST}:{port}"),
        ("8080", proxy.plain),
        ("8443", proxy.tls),
    ):
        assert str(shown) in text
        text = text.replace(str(shown), str(ours))
    if second:
        (line,) = (line for line in text.splitlines() if f"server {HOST}:{port} " in line)
        text = text.replace(line, f"{line} {line.replace(str(port), str(second))}")
    if careless:
        lines = text.splitlines(keepends=True)
        text = "".join(line for line in lines if not TAKES_OFF.search(line))
        text = text.replace("\nhttp {", "\nhttp {\nunderscores_in_headers on;")
    (folder / KINDS[kind].file).write_text(text, "utf-8")
    values = {"folder": folder, "file": folder / KINDS[kind].file}
    command = [str(program_of(kind)), *(a.format_map(values) for a in KINDS[kind].arguments)]
    log = folder / "proxy.log"
    with log.open("wb") as output:
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | home, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while not all(_listens(number) for number in proxy):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{kind} does not run:\n{log.read_text('utf-8')}")
            time.sleep(0.02)
        yield proxy
    finally:
        end(process)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((HOST, port)) == 0
