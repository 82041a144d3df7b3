"""Decide whose server refused.

The same words mean "log in" from one's own server and "their fault" from the recipient's.
"""

from __future__ import annotations

import re

from .classify import classifier
from .decision import Decision
from .extract import BEFORE, Facts

OWN, THEIRS, UNKNOWN = "own-server", "recipient-server", "unknown"
AFTER = 60
"""How many characters after an answer may tell who gave it."""
_ALWAYS_OWN = frozenset({"authentication-failed"})  # nobody logs in at a stranger's server
_OWN_PORTS = (465, 587, 588, 2525, 2587)
_SENT_ON = re.compile(r"\(in reply to |\[[0-9a-f.:]{3,39}\]\s{0,4}said|relay=[^,\s]{3,80},")
_SESSION = re.compile(
    r"noqueue: reject|ruleset=check|rejected (?:rcpt|mail|after)|smtpd?\[\d+\]: reject"
    r"|(?:^|\n)[ \tcs:<>*~=-]{0,8}(?:ehlo|helo|mail from|auth (?:login|plain)|rcpt to|quit|data)\b"
)
_NAMES = (
    (re.compile(r"mx|inbound|mail-?in\b|aspmx"), THEIRS),
    (re.compile(r"smtp|out|submi"), OWN),
)


def refused_by(decision: Decision, reason: str, facts: Facts) -> str:
    """Return own-server, recipient-server or unknown."""
    port = facts.get("port")
    if decision.is_dialog or (port and port.value in _OWN_PORTS):
        return OWN
    folded, reply = decision.cleaned.folded, decision.reply
    if reply and reply.at < 4 and reply.end > len(folded) - 4:
        return OWN if reason in _ALWAYS_OWN else UNKNOWN  # nothing around it could tell
    begin = max(0, (reply.at if reply else 0) - BEFORE)
    near = classifier().context(folded, begin, reply.start if reply else begin + 1500)
    area = begin, reply.end + AFTER if reply else begin + 1500
    if "remote" in near or decision.report or _SENT_ON.search(folded, *area):
        return THEIRS
    if reason in _ALWAYS_OWN or near & {"program", "client"} or _SESSION.search(folded, *area):
        return OWN
    if "bounce" in decision.context:
        return THEIRS
    if decision.context & {"program", "client"}:
        return OWN
    server = str(facts["server"].value) if "server" in facts else ""
    return next((side for pattern, side in _NAMES if pattern.match(server)), UNKNOWN)
