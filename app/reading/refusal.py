"""Tell whose server refused: from one's own and from another's, the same words mean opposites."""

from __future__ import annotations

import re

from ..knowledge.wordings import wordings
from .classify import classifier
from .decision import Decision
from .extract import BEFORE_REPLY, Facts

OWN, RECIPIENTS, UNKNOWN = "own-server", "recipient-server", "unknown"
AFTER_REPLY = 60
"""Characters after a reply that may name its server."""
AFTER_BOUNCE = 300
"""Characters after a reply within which a bounce may say whose it is."""
_OWN_REASONS = frozenset({"authentication-failed", "login-not-allowed", "account-blocked"})
"""What only one's own server says: nobody logs in at the recipient's."""
_LONE_OWN_REASONS = _OWN_REASONS | {
    "sender-not-allowed",
    "authentication-required",
    "tls-required",
}
"""What a reply says by itself that is one's own server's."""
_UNHEARD = frozenset({"no-connection", "tls-failed", "unknown-domain"})
"""What one's own server finds out before another has said a word."""
_SIGN_IN_CODES = (454, 530, 534, 535, 538)
_SUBMISSION = re.compile(r"(?:smtp|smtp-relay|email-smtp|relay|submission|smtps?-?out)[.\d-]")
_HOSTS = ("server", "recipient_domain")
_OWN_PORTS = (465, 587, 588, 2525, 2587)
_RELAYED = re.compile(
    r"\(in reply to |\[[0-9a-f.:]{3,39}\]\s{0,4}said|relay=[^,\s]{3,80},(?<!relay=none,)"
    r"|relay=[\w.-]{3,80} \[|\[outbound\]|remote-host:|\"event\":\"bounce\"|\"bouncetype\""
    r"|error from remote mail server|rcpt from [\w.-]{1,60}\.(?:google|outlook|yahoo)\.com\["
    # <pat@adatum.com>: host mx.adatum.com[192.0.2.7] said: 550, in any language
    r"|(?<!from)[ \n>:(][a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40}){1,6} ?\[[0-9a-f.:]{3,39}\]"
    r"(?::\d{1,5})?:?[ \n][^\d\[\]<>]{0,90}:\s{1,6}[45]\d\d\b"
)
_DELIVERING = re.compile(
    r"\br=dnslookup|\bt=remote_smtp|relay=[\w.-]{3,80} \[|>: connect to [\w.-]{3,80}\["
)
"""What the log of a mail server shows that is looking for the recipient's."""
_LOCAL = re.compile(r"(?:host |relay=)(?:127\.0\.0\.1|localhost)\[")
_SESSION = re.compile(
    r"via smtp server|noqueue: reject"
    r"|ruleset=check|rejected (?:rcpt|mail|after)|smtpd?\[\d+\]: reject"
    r"|\bsmtp[ -]?\w{0,12} ?\(-?\d{1,3}\)|\w smtp ?\(-?\d{1,3}\)"  # Roundcube: SMTP Error (550)
    r"|(?:>>>|<<<|[<~]-|-[>~]|\b[cs]:) {0,3}(?:ehlo|helo|mail from|auth |rcpt to|quit|data\b)"
    r"|(?:^|\n)[ \tcs:<>*~=-]{0,8}(?:ehlo|helo|mail from|auth (?:login|plain)|rcpt to|quit|data)\b"
)
_NAMES = (
    (re.compile(r"mx|inbound|mail-?in\b|aspmx"), RECIPIENTS),
    (re.compile(r"smtp|out|submi"), OWN),
)


def told_by(reason: str) -> str:
    """Return whose server refused where only somebody's own words tell of a failure."""
    return OWN if reason in _OWN_REASONS | _UNHEARD else UNKNOWN


def refused_by(
    decision: Decision, reason: str, facts: Facts, vendor_reply: str | None = None
) -> str:
    """Return ``own-server``, ``recipient-server`` or ``unknown``: whose server refused.

    The same words ask for a login at one's own server, and mean the recipient's problem at theirs.
    """
    port = facts.get("port")
    if decision.is_dialog or (port and port.value in _OWN_PORTS):
        return OWN
    folded, reply = decision.cleaned.folded, decision.reply
    if decision.is_lone_reply:  # there is no context
        if "own-limit" in decision.scores.ideas:
            return OWN
        asks = reason == "relay-denied" and "authenticate" in decision.scores.ideas
        return OWN if asks or reason in _LONE_OWN_REASONS else UNKNOWN
    if "own-limit" in decision.context:
        return OWN
    area = start, _ = _around(decision, AFTER_REPLY)
    if _LOCAL.search(folded, *area):
        return OWN
    if reason in _UNHEARD and (reply is None or reply.code is None):
        delivering = reason == "no-connection" and _DELIVERING.search(folded, *area)
        return RECIPIENTS if delivering else OWN
    if reason in _OWN_REASONS and reply and reply.code in _SIGN_IN_CODES:
        return OWN
    if decision.report or _RELAYED.search(folded, *_around(decision, AFTER_BOUNCE)):
        return OWN if _is_smarthost(facts) else RECIPIENTS
    if vendor_reply:
        return wordings().replies[vendor_reply].refused_by
    near = classifier().context(folded, start, reply.start if reply else start + 1500)
    server = str(facts["server"].value) if "server" in facts else ""
    session = _SESSION.search(folded, *area)
    if session and _NAMES[0][0].match(server):
        return RECIPIENTS  # somebody tries the recipient's server by hand
    if session and "remote" not in near:
        return OWN
    if near & {"remote", "bounce"}:
        return RECIPIENTS
    if reason in _OWN_REASONS or near & {"program", "client"}:
        return OWN
    if "bounce" in decision.context:
        return RECIPIENTS
    if decision.context & {"program", "client"}:
        return OWN
    return next((side for pattern, side in _NAMES if pattern.match(server)), UNKNOWN)


def _is_smarthost(facts: Facts) -> bool:
    """Return whether the server that refused is one for submission, for another domain's mail."""
    server, recipient = (str(facts[key].value) if key in facts else "" for key in _HOSTS)
    return bool(_SUBMISSION.match(server)) and _owner(server) != _owner(recipient)


def _owner(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def _around(decision: Decision, after: int) -> tuple[int, int]:
    """Return the stretch around the deciding reply, or the beginning without one."""
    reply = decision.reply
    if reply is None:
        return 0, 1500
    return max(0, reply.at - BEFORE_REPLY), reply.end + after
