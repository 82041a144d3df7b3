"""Say what a check of an outgoing server has shown: to agents, in notes, to a portal's people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..diagnosis.domains import display
from ..i18n.languages import Language, short_moment
from ..i18n.messages import N_

if TYPE_CHECKING:
    from ..discovery.checks import ServerCheck
    from ..discovery.submission import Probe

Translate = Callable[[str], str]
OUTCOMES: Final[Mapping[str, str]] = {
    "works": N_("The server works."),
    "refuses": N_("The server answers, but something that email apps need is wrong."),
    "unreachable": N_("The server can't be reached from here. Other servers can."),
    "inconclusive": N_(
        "This check can't tell: the fault may be on our side, or the server is busy."
    ),
}
RELAY: Final[Mapping[str, str]] = {
    "sign-in": N_("It only passes email on after sign-in."),
    "open": N_("It passes email on without sign-in, at least from here."),
}
SIGN_IN: Final[Mapping[str, str]] = {
    "password": N_("sign-in with a password"),
    "oauth-only": N_("sign-in through a sign-in window only"),
}
REASONS: Final[Mapping[str, str]] = {
    "no-name": N_("the name doesn't exist"),
    "forbidden": N_("the address isn't one of the internet"),
    "refused": N_("connection refused"),
    "time-out": N_("no answer"),
    "no-answer": N_("the connection broke off"),
    "no-tls": N_("no encryption offered"),
    "no-sign-in": N_("no sign-in offered"),
    "bad-tls": N_("the encrypted connection fails"),
    "wrong-name": N_("the certificate is for another name"),
    "expired": N_("the certificate has expired"),
    "untrusted": N_("the certificate isn't trusted"),
}
ANSWERED: Final = N_("the server answered {code}")
PORT: Final = N_("Port {number}: {result}")
SEEN_FROM_HERE: Final = N_("Check of {server} from our server, {when}:")
_SECURITY: Final = {"tls": "SSL/TLS", "starttls": "STARTTLS"}


@dataclass(frozen=True)
class CheckWords:
    """A check in one language: the outcome, a line a port, whether it passes mail on."""

    server: str
    outcome: str
    ports: tuple[str, ...]
    relay: str
    note: str


def check_in_words(check: ServerCheck, language: Language) -> CheckWords:
    """Return what a finished check has shown."""
    translate, server = language.gettext, display(check.host)
    outcome = translate(OUTCOMES[check.outcome])
    ports = tuple(
        translate(PORT).format(number=probe.port, result=_port(probe, translate))
        for probe in check.probes
    )
    relay = translate(RELAY[check.relay]) if check.relay else ""
    when = short_moment(check.at, language.code)
    begin = translate(SEEN_FROM_HERE).format(server=server, when=when)
    note = " ".join(filter(None, (begin, outcome, *(f"{port}." for port in ports), relay)))
    return CheckWords(server, outcome, ports, relay, note)


def _port(probe: Probe, translate: Translate) -> str:
    if probe.outcome == "works":
        way = SIGN_IN.get(probe.sign_in)
        return ", ".join(filter(None, (_SECURITY[probe.security], way and translate(way))))
    if probe.reason.isdecimal():
        return translate(ANSWERED).format(code=probe.reason)
    why = probe.certificate if probe.certificate not in ("", "good") else probe.reason
    return translate(REASONS[why])
