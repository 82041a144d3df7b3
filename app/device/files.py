"""The files that a device sets an account up from.

Configuration profile for iPhone, iPad and Mac: Apple's published schema,
github.com/apple/device-management, mdm/profiles, com.apple.mail.managed.yaml and TopLevel.yaml.
config-v1.1.xml, for Thunderbird and others: github.com/thunderbird/autoconfig, docs/file-format.
Both read 2026-11-24.
"""

from __future__ import annotations

import plistlib
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ..knowledge import Incoming, Outgoing, Provider
from ..knowledge.client_config import ADDRESS, LOCAL_PART

_TYPES = {"imap": "EmailTypeIMAP", "pop3": "EmailTypePOP"}
_OURS = "vn.thongthu.mail"
_SOCKETS = {"tls": "SSL", "starttls": "STARTTLS", "none": "plain"}


def make_profile(provider: Provider, title: str, description: str) -> bytes:
    """Return the profile as an XML property list, the same bytes for the same settings.

    It holds no address, user name or password: those keys are left out, so the device asks.

    :param provider: one with published servers for both ways
    :param title: what the device lists the profile under
    :param description: what it does, shown before it is installed
    """
    incoming, outgoing = provider.incoming[0], provider.outgoing[0]
    mail = {
        "EmailAccountDescription": provider.name,
        "EmailAccountType": _TYPES[incoming.protocol],
        "IncomingMailServerHostName": incoming.server,
        "IncomingMailServerPortNumber": incoming.port,
        "IncomingMailServerUseSSL": incoming.security != "none",
        "IncomingMailServerAuthentication": "EmailAuthPassword",
        "OutgoingMailServerHostName": outgoing.server,
        "OutgoingMailServerPortNumber": outgoing.port,
        # One switch for both kinds: the device takes STARTTLS where the port asks for it.
        "OutgoingMailServerUseSSL": outgoing.security != "none",
        "OutgoingMailServerAuthentication": "EmailAuthPassword",
        "OutgoingPasswordSameAsIncomingPassword": True,
    }
    payload = mail | _named("com.apple.mail.managed", f"{_OURS}.{provider.id}.account", mail)
    whole = {
        "PayloadContent": [payload],
        "PayloadDisplayName": title,
        "PayloadDescription": description,
        "PayloadRemovalDisallowed": False,
    }
    return plistlib.dumps(whole | _named("Configuration", f"{_OURS}.{provider.id}", whole))


def _named(kind: str, identifier: str, content: dict[str, Any]) -> dict[str, Any]:
    """Return the keys every payload has; the same content has the same UUID."""
    seed = plistlib.dumps(content).decode("utf-8")
    return {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier,
        "PayloadUUID": str(uuid5(NAMESPACE_URL, identifier + seed)).upper(),
    }


def make_client_config(provider: Provider, domain: str | None = None) -> bytes:
    """Return the XML file of a provider.

    It names the provider's own domains, also where another one was asked for, and this one where it
    has companies' domains only.  The address stands in it as the placeholder that clients fill in
    themselves.  What is called ``password-cleartext`` there goes through the encrypted connection.
    """
    root = Element("clientConfig", version="1.1")
    domains = provider.domains or ((domain,) if domain else ())
    account = SubElement(root, "emailProvider", id=next(iter(domains), provider.id))
    for name in domains:
        SubElement(account, "domain").text = name
    SubElement(account, "displayName").text = provider.name
    SubElement(account, "displayShortName").text = provider.name
    ways = _authentication(provider)
    user = LOCAL_PART if provider.username == "local-part" else ADDRESS
    for incoming in provider.incoming:
        _server(account, "incomingServer", incoming.protocol, incoming, ways, user)
    for outgoing in (server for server in provider.outgoing if server.login):
        _server(account, "outgoingServer", "smtp", outgoing, ways, user)
    indent(root)
    text: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return text + b"\n"


def _authentication(provider: Provider) -> tuple[str, ...]:
    if provider.sign_in == "oauth-only":
        return ("OAuth2",)
    return ("OAuth2", "password-cleartext") if provider.oauth else ("password-cleartext",)


def _server(
    account: Element,
    tag: str,
    kind: str,
    server: Incoming | Outgoing,
    ways: tuple[str, ...],
    user: str,
) -> None:
    element = SubElement(account, tag, type=kind)
    SubElement(element, "hostname").text = server.server
    SubElement(element, "port").text = str(server.port)
    SubElement(element, "socketType").text = _SOCKETS[server.security]
    SubElement(element, "username").text = user
    for way in ways:
        SubElement(element, "authentication").text = way
