"""The finite facts of the decision table, each with its values: the one place that lists them.

Most are values of facts as users choose them.  Free text and long lists are first reduced
(``app.diagnosis.reduction``): a domain to a relation, a port to its class.
"""

from collections.abc import Mapping
from typing import Final

UNKNOWN: Final = "unknown"
UNTOLD: Final = "untold"
"""The answer "I don't know" where "unknown" is the relation of a name that was typed."""
RELAY: Final = ("yes", "no", UNKNOWN)
"""Whether the outgoing server has to pass a message on, and that matters: a verdict's words."""
REFUSED: Final = ("no", "maybe", "yes")
"""Whether a message is refused: a verdict's words."""

VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "error": (
        "relay-denied",
        "authentication-required",
        "authentication-failed",
        "sender-not-allowed",
        "account-blocked",
        "login-not-allowed",
        "tls-required",
        "tls-failed",
        "no-connection",
        "blocklisted",
        "unknown-recipient",
        "mailbox-full",
        "mailbox-disabled",
        "message-too-big",
        "spam",
        "policy",
        "unauthenticated-domain",
        "rate-limited",
        "temporary",
        "unknown-domain",
        "restricted-recipient",
        "other",
        "none",
        "silent",
        UNKNOWN,
    ),
    "refused_by": ("own-server", "recipient-server", UNKNOWN),
    "program": ("webmail", "website", "device", "software", "program", UNKNOWN),
    "account": ("oauth-only", "app-password", "password", UNKNOWN),
    "login": ("none", "password", "oauth", "pop-first", UNKNOWN),
    "place": ("home", "work", "away", "mobile", UNKNOWN),
    "connection": ("own", "other", "uncounted", UNKNOWN),
    "vpn": ("yes", "no", UNKNOWN),
    "recipient": ("same", "other", UNKNOWN),
    "sender": ("same", "other", UNKNOWN),
    "server": ("own", "other", UNKNOWN),
    "port": ("relay", "submission", "other", UNKNOWN),
    "security": ("none", "on", UNKNOWN),
}

FACT_OF: Final[Mapping[str, str]] = {name: name for name in VARIABLES} | {
    "account": "account_domain",
    "recipient": "recipient_domain",
    "sender": "sender_domain",
}
"""The fact, and so the question, behind each variable."""

BY_ITSELF: Final = ("device", "website", "software")
"""The programs that send without a person: none has a sign-in window."""
WEBMAIL: Final = "webmail"
SIGN_IN: Final = "sign-in"
"""What a provider may offer besides its ways of authorisation: webmail, a sign-in window."""
GIVEN: Final[Mapping[str, str]] = {"connection": "uncounted"}
"""Values that follow from the provider alone: no answer to a question gives them."""
