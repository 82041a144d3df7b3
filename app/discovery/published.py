"""What a mail domain publishes about its settings, read from DNS and from documents.

Sources of trust: DNS of the domain, and HTTPS of a host below it.  Nothing here connects.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from ..diagnosis.found import LONGEST_STATEMENT, Found
from ..diagnosis.reduction import SUBMISSION_PORTS
from ..knowledge import Incoming, MailHost, Outgoing, knowledge
from ..knowledge.client_config import HOST_NAME, BadFile, ClientConfig
from .submission import IMPLICIT

MOST = 2
"""Servers of one kind that are kept: a fallback beside the best one."""


class Unusable(ValueError):
    """A document that says nothing that could be used."""


def settings_found(
    domain: str,
    how: str,
    by: str,
    day: date,
    outgoing: Iterable[Outgoing],
    incoming: Iterable[Incoming] = (),
    sign_in: str = "unknown",
    user: str = "address",
) -> Found:
    """Return what was found for a domain; servers of a known provider stand for the provider.

    :raise Unusable: there is no outgoing server
    """
    usual = dict.fromkeys(each for each in outgoing if each.port in SUBMISSION_PORTS)
    servers = tuple(usual)[:MOST]
    if not servers:
        raise Unusable
    known = {knowledge().provider_of_companies(server.server) for server in servers}
    provider = known.pop() if len(known) == 1 else None
    if provider:
        return Found(domain, how, by, day, provider.id, outgoing=servers)
    fetched = tuple(each for each in incoming if each.port)[:1]
    found = Found(domain, how, by, day, "", sign_in, user, servers, fetched)
    if len(found.statement) > LONGEST_STATEMENT:
        raise Unusable
    return found


def read_autoconfig(content: bytes, domain: str, how: str, by: str, day: date) -> Found:
    """Return what a ``config-v1.1.xml`` says (draft-ietf-mailmaint-autoconfig-06).

    :raise Unusable: nothing
    """
    try:
        settings = ClientConfig(content).settings(domain)
    except BadFile:
        raise Unusable from None
    servers = settings.outgoing, settings.incoming
    return settings_found(domain, how, by, day, *servers, settings.sign_in, settings.user)


def read_pacc(content: bytes, digests: Sequence[str], domain: str, day: date) -> Found:
    """Return what a ``user-agent-configuration.json`` says (draft-ietf-mailmaint-pacc).

    Ports are not in it: each protocol is on its port with TLS.

    :param digests: the texts at ``_ua-auto-config``; one has the document's SHA-256
    :raise Unusable: nothing, or it is not the one that DNS vouches for
    """
    digest = b64encode(sha256(content).digest()).decode("ascii")
    if not any(_digest(text) == digest for text in digests):
        raise Unusable
    try:
        data = json.loads(content)
        protocols, ways = data["protocols"], data.get("authentication", {})
        outgoing = [Outgoing(_pacc_host(protocols["smtp"]), IMPLICIT, "tls")]
        incoming = [
            Incoming(kind, _pacc_host(protocols[kind]), port, "tls")
            for kind, port in (("imap", 993), ("pop3", 995))
            if kind in protocols
        ]
        password, oauth = ways.get("password") is True, "oauth-public" in ways
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Unusable from None
    sign_in = "unknown" if password == oauth else "password" if password else "oauth-only"
    return settings_found(domain, "pacc", domain, day, outgoing, incoming, sign_in)


def _digest(text: str) -> str:
    pairs = (part.strip().partition("=") for part in text.split(";"))
    fields = {key: value for key, _, value in pairs}
    right = fields.get("v") == "UAAC1" and fields.get("a") == "sha256"
    return fields.get("d", "") if right else ""


def _pacc_host(protocol: Any) -> str:
    host = protocol["host"]
    if not isinstance(host, str) or not HOST_NAME.fullmatch(host):
        raise Unusable
    return host


def read_srv(
    domain: str,
    day: date,
    implicit: Iterable[tuple[Any, ...]],
    starttls: Iterable[tuple[Any, ...]],
    imaps: Iterable[tuple[Any, ...]] = (),
) -> Found:
    """Return what SRV records say (RFC 6186 section 3.1, RFC 8314 section 5.1).

    :param implicit: records of ``_submissions``, as ``Names.srv`` returns them
    :param starttls: those of ``_submission``
    :param imaps: those of ``_imaps``
    :raise Unusable: nothing; a record without a host says that there is no such service
    """
    outgoing = [Outgoing(host, port, "tls") for *_, host, port in implicit if host]
    # Some put the port with implicit TLS under the other name.
    outgoing += [
        Outgoing(host, port, "tls" if port == IMPLICIT else "starttls")
        for *_, host, port in starttls
        if host
    ]
    incoming = [Incoming("imap", host, port, "tls") for *_, host, port in imaps if host]
    return settings_found(domain, "srv", domain, day, outgoing, incoming)


def provider_of(records: Sequence[tuple[int, str]]) -> MailHost | None:
    """Return whose servers take a domain's mail, None where that is not plain.

    :param records: (preference, host), the preferred first

    The preferred hosts have to be of one provider, and no other host of another one: behind a
    filter, or in the middle of a move, the mailboxes may be anywhere.
    """
    hosts = [(preference, knowledge().mail_host(host)) for preference, host in records if host]
    best = min((preference for preference, _ in hosts), default=0)
    owners = {host.owner for _, host in hosts if host}
    first = [host for preference, host in hosts if preference == best]
    if len(owners) != 1 or None in first or "" in owners:
        return None
    return first[0]
