"""The file that Thunderbird and others look for to set an account up: config-v1.1.xml.

Format: github.com/thunderbird/autoconfig, docs/file-format, read 2026-11-24.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ..knowledge import Incoming, Outgoing, Provider

MIMETYPE = "text/xml"
_SOCKETS = {"tls": "SSL", "starttls": "STARTTLS", "none": "plain"}


def make_client_config(provider: Provider) -> bytes:
    """Return the XML file of a provider.

    It names the provider's own domains, also where another one was asked for.  The address stands
    in it as the placeholder that clients fill in themselves.  What is called ``password-cleartext``
    there goes through the encrypted connection.
    """
    root = Element("clientConfig", version="1.1")
    account = SubElement(root, "emailProvider", id=provider.domains[0])
    for name in provider.domains:
        SubElement(account, "domain").text = name
    SubElement(account, "displayName").text = provider.name
    SubElement(account, "displayShortName").text = provider.name
    ways = _authentication(provider)
    for incoming in provider.incoming:
        _server(account, "incomingServer", incoming.protocol, incoming, ways)
    for outgoing in (server for server in provider.outgoing if server.login):
        _server(account, "outgoingServer", "smtp", outgoing, ways)
    indent(root)
    text: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return text + b"\n"


def _authentication(provider: Provider) -> tuple[str, ...]:
    if provider.sign_in == "oauth-only":
        return ("OAuth2",)
    return ("OAuth2", "password-cleartext") if provider.oauth else ("password-cleartext",)


def _server(
    account: Element, tag: str, kind: str, server: Incoming | Outgoing, ways: tuple[str, ...]
) -> None:
    element = SubElement(account, tag, type=kind)
    SubElement(element, "hostname").text = server.server
    SubElement(element, "port").text = str(server.port)
    SubElement(element, "socketType").text = _SOCKETS[server.security]
    SubElement(element, "username").text = "%EMAILADDRESS%"
    for way in ways:
        SubElement(element, "authentication").text = way
