"""What a provider puts into DNS so that email apps find its settings by themselves.

SRV: RFC 6186 section 3.1, RFC 8314 section 5.1.  PACC: draft-ietf-mailmaint-pacc.
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import Any, Final, NamedTuple

from ..knowledge import Provider

PACC_PATH: Final = "/.well-known/user-agent-configuration.json"
PACC_HOST: Final = "ua-auto-config."
AUTOCONFIG_HOST: Final = "autoconfig."
_SERVICES: Final = {
    ("smtp", "tls"): "_submissions",
    ("smtp", "starttls"): "_submission",
    ("imap", "tls"): "_imaps",
    ("imap", "starttls"): "_imap",
    ("pop3", "tls"): "_pop3s",
    ("pop3", "starttls"): "_pop3",
}
_IMPLICIT: Final = {"smtp": 465, "imap": 993, "pop3": 995}
"""The ports with TLS, which PACC implies."""


class DnsRecord(NamedTuple):
    """A record to set; ``for_what`` is ``srv``, ``autoconfig`` or ``pacc``."""

    name: str
    kind: str
    value: str
    for_what: str


def make_pacc(provider: Provider) -> bytes | None:
    """Return the document, the same bytes for the same settings; None where it cannot tell them.

    It has no ports, so only servers on the usual ports with TLS can be in it.
    """
    servers = [("smtp", o.server, o.port) for o in provider.outgoing if o.login]
    servers += [(i.protocol, i.server, i.port) for i in provider.incoming]
    hosts: dict[str, str] = {}
    for protocol, host, port in servers:
        if port == _IMPLICIT[protocol]:
            hosts.setdefault(protocol, host)
    if "smtp" not in hosts:
        return None
    document: dict[str, Any] = {
        "protocols": {protocol: {"host": host} for protocol, host in hosts.items()},
        "authentication": {"password": provider.sign_in != "oauth-only"},
        "info": {"provider": {"name": provider.name, "shortName": provider.name}},
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def dns_records(provider: Provider, domain: str, here: str) -> tuple[DnsRecord, ...]:
    """Return the records of one of a provider's mail domains.

    :param here: the host name of this server, which serves the documents; '' where it has none
    """
    records: dict[str, DnsRecord] = {}
    servers = [("smtp", o.security, o.server, o.port) for o in provider.outgoing if o.login]
    servers += [(i.protocol, i.security, i.server, i.port) for i in provider.incoming]
    for protocol, security, host, port in servers:
        if service := _SERVICES.get((protocol, security)):
            name, value = f"{service}._tcp.{domain}", f"0 1 {port} {host}."
            # The first of a kind is the one recommended.
            records.setdefault(name, DnsRecord(name, "SRV", value, "srv"))
    found = [*records.values()]
    if here and provider.incoming:
        found.append(DnsRecord(f"{AUTOCONFIG_HOST}{domain}", "CNAME", f"{here}.", "autoconfig"))
    if here and (document := make_pacc(provider)):
        digest = b64encode(sha256(document).digest()).decode("ascii")
        value = f'"v=UAAC1; a=sha256; d={digest}"'
        found.append(DnsRecord(f"{PACC_HOST}{domain}", "CNAME", f"{here}.", "pacc"))
        found.append(DnsRecord(f"_ua-auto-config.{domain}", "TXT", value, "pacc"))
    return tuple(found)
