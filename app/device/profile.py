"""A configuration profile for iPhone, iPad and Mac.

Keys and values: Apple's published schema, github.com/apple/device-management, mdm/profiles,
com.apple.mail.managed.yaml and TopLevel.yaml, read 2026-11-24.
"""

from __future__ import annotations

import plistlib
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ..knowledge import Provider

MIMETYPE = "application/x-apple-aspen-config"
_TYPES = {"imap": "EmailTypeIMAP", "pop3": "EmailTypePOP"}
_OURS = "vn.thongthu.mail"


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
