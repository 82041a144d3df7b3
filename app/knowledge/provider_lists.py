"""Read lists of providers that other projects keep, each in its own form.

Read 2026-11-30: nodemailer's ``services.json`` (MIT-0), mutt-wizard's ``domains.csv`` (GPL-3.0),
and chatmail's provider database (MPL-2.0), a Markdown file a provider with YAML in front.  The data
are the operator's own copies; none of them is kept in this project.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from .client_config import (
    SOCKET_TYPES,
    BadFile,
    better_first,
    imap_first,
    plain_name,
    read_host,
    read_port,
)
from .model import Incoming, Outgoing, Provider

_BY_PORT: Final = {465: "tls", 587: "starttls", 993: "tls", 995: "tls", 143: "starttls"}
"""What a list means that names no encryption."""
BROKEN: Final = "BROKEN"


def read_nodemailer(content: bytes, checked: date) -> Iterator[Provider | BadFile]:
    """Yield the providers that have mail domains, or why one cannot be used."""
    for name, row in _mapping(_json(content)).items():
        if not (isinstance(row, dict) and row.get("domains")):
            continue  # a service for sending alone
        try:
            port = read_port(str(row.get("port", "")))
            security = "tls" if row.get("secure") is True else _BY_PORT.get(port, "")
            if security not in SOCKET_TYPES.values() or row.get("ignoreTLS"):
                raise BadFile("no encryption")
            server = Outgoing(read_host(_text(row.get("host"))), port, security)
            domains = tuple(read_host(_text(domain)) for domain in _list(row["domains"]))
            title = _text(row.get("description")) or name
            yield _provider(domains, title, f"nodemailer, {name}", checked, [server])
        except BadFile as fault:
            yield BadFile(f"{name[:60]}: {fault}")


def read_mutt_wizard(content: bytes, checked: date) -> Iterator[Provider | BadFile]:
    """Yield the providers, one a line, or why one cannot be used."""
    try:
        rows = list(csv.reader(content.decode("utf-8", "replace").splitlines()))
    except csv.Error:
        raise BadFile("no CSV") from None
    for row in rows:
        if len(row) < 5 or row[0].upper() == "ADDRESS":
            continue
        domain, imap, imap_port, smtp, smtp_port = (cell.strip() for cell in row[:5])
        try:
            name = read_host(domain.removeprefix("*@"))
            servers = (
                Outgoing(read_host(smtp), *_port_and_security(smtp_port)),
                Incoming("imap", read_host(imap), *_port_and_security(imap_port)),
            )
            yield _provider((name,), name, "mutt-wizard, domains.csv", checked, servers)
        except BadFile as fault:
            yield BadFile(f"{domain[:60]}: {fault}")


def read_chatmail(content: bytes, name: str, checked: date) -> Provider:
    """Return the provider of one file.

    :raise BadFile: it cannot be used, or is said to be broken
    """
    import yaml  # only for this command

    _, _, rest = content.decode("utf-8", "replace").partition("---")
    front, closed, _ = rest.partition("\n---")
    try:
        row = _mapping(yaml.safe_load(front) if closed else None)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise BadFile("no YAML in front") from None
    if row.get("status") == BROKEN:
        raise BadFile("said to be broken")
    servers: list[Outgoing | Incoming] = []
    for server in map(_mapping, _list(row.get("server"))):
        host, port = read_host(_text(server.get("hostname"))), read_port(str(server.get("port")))
        security, kind = SOCKET_TYPES.get(_text(server.get("socket"))), server.get("type")
        if security and kind == "smtp":
            servers.append(Outgoing(host, port, security))
        elif security and kind in ("imap", "pop3"):
            servers.append(Incoming(_text(kind), host, port, security))
    domains = tuple(read_host(_text(domain)) for domain in _list(row.get("domains")))
    title = _text(row.get("name"))
    return _provider(domains, title, f"chatmail/provider-db, {name}", checked, servers)


def _provider(
    domains: tuple[str, ...],
    name: str,
    source: str,
    checked: date,
    servers: Iterable[Outgoing | Incoming],
) -> Provider:
    """Return a provider; none of these lists tells which password a server takes."""
    servers = tuple(servers)
    outgoing = [server for server in servers if isinstance(server, Outgoing)]
    incoming = [server for server in servers if isinstance(server, Incoming)]
    if not domains or not outgoing:
        raise BadFile("no domain" if outgoing else "no outgoing server with encryption")
    return Provider(
        id=domains[0],
        name=plain_name(name) or domains[0],
        domains=tuple(dict.fromkeys(domains)),
        sign_in="unknown",
        outgoing=better_first(outgoing),
        source=source,
        checked=checked,
        incoming=imap_first(incoming),
    )


def _port_and_security(text: str) -> tuple[int, str]:
    port = read_port(text)
    if port not in _BY_PORT:
        raise BadFile(f"nothing is known of encryption on port {port}")
    return port, _BY_PORT[port]


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise BadFile("no JSON") from None


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadFile("it has another form")
    return value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
