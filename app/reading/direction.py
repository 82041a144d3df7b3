"""Decide whose server refused the message.

The same words ask for a login at one's own server, and mean the recipient's problem at theirs.
"""

from __future__ import annotations

import re

from .classify import classifier
from .decision import Decision
from .extract import BEFORE_REPLY, Facts

OWN, RECIPIENTS, UNKNOWN = "own-server", "recipient-server", "unknown"
AFTER_REPLY = 60
"""Characters after a reply that may name its server."""
_OWN_REASONS = frozenset({"authentication-failed"})  # nobody logs in at the recipient's server
_OWN_PORTS = (465, 587, 588, 2525, 2587)
_RELAYED = re.compile(r"\(in reply to |\[[0-9a-f.:]{3,39}\]\s{0,4}said|relay=[^,\s]{3,80},")
_SESSION = re.compile(
    r"noqueue: reject|ruleset=check|rejected (?:rcpt|mail|after)|smtpd?\[\d+\]: reject"
    r"|(?:^|\n)[ \tcs:<>*~=-]{0,8}(?:ehlo|helo|mail from|auth (?:login|plain)|rcpt to|quit|data)\b"
)
_NAMES = (
    (re.compile(r"mx|inbound|mail-?in\b|aspmx"), RECIPIENTS),
    (re.compile(r"smtp|out|submi"), OWN),
)


def refused_by(decision: Decision, reason: str, facts: Facts) -> str:
    """Return ``own-server``, ``recipient-server`` or ``unknown``."""
    port = facts.get("port")
    if decision.is_dialog or (port and port.value in _OWN_PORTS):
        return OWN
    folded, reply = decision.cleaned.folded, decision.reply
    if reply and reply.at < 4 and reply.end > len(folded) - 4:
        return OWN if reason in _OWN_REASONS else UNKNOWN  # there is no context
    start = max(0, (reply.at if reply else 0) - BEFORE_REPLY)
    near = classifier().context(folded, start, reply.start if reply else start + 1500)
    area = start, reply.end + AFTER_REPLY if reply else start + 1500
    if "remote" in near or decision.report or _RELAYED.search(folded, *area):
        return RECIPIENTS
    if reason in _OWN_REASONS or near & {"program", "client"} or _SESSION.search(folded, *area):
        return OWN
    if "bounce" in decision.context:
        return RECIPIENTS
    if decision.context & {"program", "client"}:
        return OWN
    server = str(facts["server"].value) if "server" in facts else ""
    return next((side for pattern, side in _NAMES if pattern.match(server)), UNKNOWN)
