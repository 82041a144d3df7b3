"""Read what a command prints that somebody tests a server with.

Known are curl, openssl s_client, swaks, msmtp --serverinfo, telnet, nc, Test-NetConnection,
nslookup and dig, as they print in 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .normalise import CleanText
from .shapes import HOST, Found

LONGEST = 60_000
"""Characters of a text that are searched: a verbose session has ten thousand."""

_MARKS = (
    *("curl: (", "> ehlo", "* connected to ", "* failed to connect", "connected(0000"),
    *("connect:errno", "verify return", "=== trying ", "escape character is"),
    *("could not open connection to the host", "tcptestsucceeded", "port [tcp/"),
    *("nc: connect", " [tcp/", "ncat: ", "smtp server at ", "msmtp: ", "--serverinfo", "telnet "),
    *("established connection to ", "can't find ", "tcp connect to ", "name resolution of "),
    *("nslookup ", "mail exchanger", ";; got answer", "unable to connect to"),
)
"""Words of which each such output has one."""
_OF_MAIL = re.compile(r"smtp|mail|\b(?:25|26|465|587|588|2525|2587)\b|\bmx\b")
_LINE = r"(?:^|\n)[^\w\n]{0,8}(?:s: ?)?"
"""What stands before a reply in the output: an arrow, blanks, "S:"."""


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


_NAMED = re.compile(
    r"(?:s_client\b[^\n]{0,60}?-connect |smtps?://|connected to |=== trying |server at |--host[= ]"
    r"|telnet |nc (?:-\w+ ){0,3}|connect(?:ion)? to |connecting to ?|resolve host:? "
    r"|computername\s{0,20}: |tnc |test-netconnection )" + HOST
)
_PORT = re.compile(
    r"(?:s_client\b[^\n]{0,160}?-connect [\w.-]{3,80}:|smtps?://[\w.-]{3,80}:"
    r"|=== trying [\w.-]{3,80}:|--port[= ]|-port |[\w,)-] port |\) "
    r"|telnet [\w.-]{3,80} |nc (?:-\w+ ){0,3}[\w.-]{3,80} "
    r"|on port |remoteport\s{0,20}: )(\d{2,5})\b"
)
_REACHED = _any(
    r"(?:\n|^)[ \t*=]{0,6}connected to ",
    r"established connection to ",
    r"connected\(0000",
    r"tcptestsucceeded\s{0,20}: true",
    r"port (?:\d{2,5} )?\[tcp/\S{1,20}\] succeeded",
    r"\] \d{2,5} \(\S{1,20}\) open",
    r"ncat: connected",
    r"escape character is",
    r"(?:^|\n)smtp server at ",
    _LINE + r"220[ -]",
)
_UNREACHED = _any(
    r"couldn't connect",
    r"tcp connect to [^\n]{3,80} failed",
    r"name resolution of [^\n]{3,80} failed",
    r"(?:could not|cannot|failed to|unable to) connect to",
    r"could ?n[o']t resolve host",
    r"tcptestsucceeded\s{0,20}: false",
    r"could not open connection to the host",
    r"connect:errno",
    r"error connecting to",
    r"\(tcp\) (?:failed|timed out)",
    r"ncat: (?:connection|could)",
    r"network is unreachable",
    r"no route to host",
    r"(?:name or service|nodename nor servname)[^\n]{0,30} not known",
)
_BANNER = re.compile(_LINE + r"220[ -](?!2\.0\.0)([^\n]{3,200})")
_LISTED_BANNER = re.compile(r"(?:^|\n)smtp server at [^\n]{3,200}:\n[ \t]{1,8}([^\n]{3,200})")
_EXTENSION = re.compile(_LINE + r"250-\w{2,20}")
_STARTTLS = _any(
    _LINE + r"250[ -]starttls",
    r"\n[ \t]{1,8}starttls:",
    r"-starttls smtp",
    r"220 2\.0\.0 ready",
)
_NO_STARTTLS = _any(
    r"didn't find starttls",
    r"did not advertise starttls",
    r"does not support tls via",
    r"starttls not supported",
)
_AUTH = _any(
    _LINE + r"250[ -]auth ([a-z0-9 -]{3,120})",
    r"supported authentication methods:\s{0,12}([a-z0-9 -]{3,120})",
)
_TRUSTED = _any(
    r"verify return code: 0 \(ok\)",
    r"verification: ok",
    r"verify return:1",
    r"certificate verify ok",
    r"peer certificate [^\n]{0,60}verified",
)
_NOT_TRUSTED = _any(
    r"verify return code: [1-9]",
    r"(?:verify|verification) error:",
    r"certificate verify result: ",
    r"certificate problem",
    r"no alternative certificate subject",
    r"certificate verification failed",
    r"certificate has expired",
    r"not match target host",
)
_NO_TLS = _any(
    r"ssl certificate problem[^\n]{0,80}",
    r"no alternative certificate subject name matches[^\n]{0,80}",
    r"curl: \((?:35|60|64)\)[^\n]{0,80}",
    r"verify return code: [1-9]",
    r"wrong version number",
    r"handshake failure",
    r"certificate verification failed",
    r"no peer certificate available",
    r"starttls denied",
)
_IMPLICIT = _any(
    r"\bsmtps://",
    r"s_client (?![^\n]{0,160}-starttls)[^\n]{0,80}-connect [\w.-]{3,80}:\d{2,5}\b",
    r"--tls-on-connect",
)
_EXPLICIT = _any(
    _LINE + r"starttls\b",
    r"-starttls smtp",
    r"--ssl-reqd",
    r"--tls(?:=on)?(?:\s|$)",
    r"tls started with",
)
_NO_DOMAIN = _any(
    rf"can't find {HOST}: (?:non-existent|nxdomain|no answer)",
    rf"status: nxdomain[^$]{{0,300}}?;{HOST}",
)
_OF_A_SERVER = re.compile(r"(?:smtps?|mail|mx\d?|imap|pop3?|out|relay|webmail)[.-]")
_UNNAMED = re.compile(r"\.(?:crt|pem|html)$")


_TARGET = re.compile(
    r"trying \[?[\da-f.:]{2,45}\]?:(\d{2,5})\.\.\."  # curl
    r"|tcp connect to \([^\n]{2,80}: ?(\d{2,5})\) failed"  # Test-NetConnection
    r"|remoteport\s{0,20}: (\d{2,5})"
    r"|nc: connect to [^\n]{3,120} port (\d{2,5}) "
    r"|nc: connectx to [^\n]{3,120} port (\d{2,5}) "
    r"|connection to [^\n]{3,120} (\d{2,5}) port \[tcp"
    r"|connection to [^\n]{3,120} port (\d{2,5}) \[tcp"
)
"""Where a command begins to try a port."""
_BROKEN = _any(
    r"timed out",
    r"curl: \(\d",
    r"connection reset",
    r"(?:^|\n)(?:< )?[45]\d\d[ -]",  # a greeting that refuses, or says to try again
)
"""What went wrong once a port had been reached."""
SUBMISSION = (465, 587)


@dataclass(frozen=True)
class PortTest:
    """One port that was tried, and what came of it.

    ``works``, ``unreached``, ``encryption`` where that fails, or ``broken`` where the connection
    was made and nothing came of it.
    """

    port: int
    outcome: str


@dataclass(frozen=True)
class Command:
    """What the output of a command shows; None where it does not show it.

    ``reached``: whether the server answered; ``banner``: its first line; ``starttls``: whether it
    offers STARTTLS; ``authentication``: ways of signing in that it offers, in capitals;
    ``certificate``: whether its certificate is trusted and for its name.  ``ports``: those that
    were tried one after the other.
    """

    reached: bool | None = None
    banner: str | None = None
    starttls: bool | None = None
    authentication: tuple[str, ...] | None = None
    certificate: bool | None = None
    ports: tuple[PortTest, ...] = ()

    @property
    def open_port(self) -> str | None:
        """The port for sending that works from there, ``none`` where none of those tried does."""
        tried = [test for test in self.ports if test.port in SUBMISSION]
        good = sorted(test.port for test in tried if test.outcome == "works")
        if good:
            return str(good[0])
        blocked = all(test.outcome in ("unreached", "broken") for test in tried)
        return "none" if blocked and len(tried) == len(SUBMISSION) else None


class CommandOutput:
    """Output of a command within a text."""

    def __init__(self, cleaned: CleanText) -> None:
        self._text, self._folded = cleaned.text[:LONGEST], cleaned.folded[:LONGEST]

    @cached_property
    def is_here(self) -> bool:
        """Whether the text holds the output of a command that a mail server was tested with."""
        marked = any(mark in self._folded for mark in _MARKS)
        return marked and _OF_MAIL.search(self._folded) is not None

    @cached_property
    def command(self) -> Command | None:
        """What the output shows, None without any."""
        if not self.is_here:
            return None
        shown = Command(
            self._reached,
            self._banner,
            self._starttls,
            self._authentication,
            self._certificate,
            tuple(self._ports()),
        )
        return shown if shown != Command() or self.failure else None

    @cached_property
    def failure(self) -> tuple[str, int, int] | None:
        """The reason that the output shows by itself, and where; a reply says it more exactly."""
        if not self.is_here:
            return None
        for reason, pattern in (
            ("unknown-domain", _NO_DOMAIN),
            ("tls-failed", _NO_TLS),
            ("tls-failed", _NO_STARTTLS),
            ("no-connection", _UNREACHED),
        ):
            if found := pattern.search(self._folded):
                if reason == "unknown-domain" and self.domain is None:
                    reason = "no-connection"
                return reason, *found.span()
        return None

    @cached_property
    def server(self) -> Found | None:
        """The host that was tested."""
        for found in _NAMED.finditer(self._folded):
            if not _UNNAMED.search(found[1]):
                return Found(found[1], *found.span(1))
        return None

    @cached_property
    def port(self) -> Found | None:
        """The port that was tested."""
        for found in _PORT.finditer(self._folded):
            if 0 < int(found[1]) < 65536:
                return Found(int(found[1]), *found.span(1))
        return None

    @cached_property
    def security(self) -> Found | None:
        """The encryption that was tried."""
        for value, pattern in (("tls", _IMPLICIT), ("starttls", _EXPLICIT)):
            if found := pattern.search(self._folded):
                return Found(value, *found.span())
        if self.port and self.port.value == 465 and self._certificate is not None:
            return Found("tls", self.port.start, self.port.end)
        return None

    @cached_property
    def domain(self) -> Found | None:
        """The domain that the name service does not know, None if it is a server's name."""
        found = _NO_DOMAIN.search(self._folded)
        if found is None or found.lastindex is None or _OF_A_SERVER.match(found[found.lastindex]):
            return None
        return Found(found[found.lastindex], *found.span(found.lastindex))

    def _ports(self) -> Iterator[PortTest]:
        """Yield what is shown of each port, in the order in which they were tried."""
        begun: list[tuple[int, int]] = []
        for found in _TARGET.finditer(self._folded):
            port = int(found[found.lastindex or 0])
            if not begun or begun[-1][0] != port:  # several addresses of a host are one try
                begun.append((port, found.start()))
        ends = [*(start for _, start in begun), len(self._folded)][1:]
        for (port, start), end in zip(begun, ends, strict=True):
            part = self._folded[start:end]
            if reached := list(_REACHED.finditer(part)):
                # What failed before was another address of the same host.
                yield PortTest(port, _outcome(part[reached[-1].start() :]))
            elif _UNREACHED.search(part) or _BROKEN.search(part):
                yield PortTest(port, "unreached")

    @cached_property
    def _reached(self) -> bool | None:
        if (
            _REACHED.search(self._folded)
            or self._certificate is False
            or _NO_STARTTLS.search(self._folded)
        ):
            return True
        return False if _UNREACHED.search(self._folded) else None

    @cached_property
    def _banner(self) -> str | None:
        found = _BANNER.search(self._folded) or _LISTED_BANNER.search(self._folded)
        return self._text[found.start(1) : found.end(1)].strip() if found else None

    @cached_property
    def _starttls(self) -> bool | None:
        if _NO_STARTTLS.search(self._folded):
            return False
        if _STARTTLS.search(self._folded):
            return True if self._reached else None
        plain = _EXTENSION.search(self._folded) and self._certificate is None
        return False if plain and self.security is None else None

    @cached_property
    def _authentication(self) -> tuple[str, ...] | None:
        offered = [found[1] or found[2] for found in _AUTH.finditer(self._folded)]
        if offered:  # the last: it is asked again once the connection is encrypted
            return tuple(offered[-1].upper().split())
        return () if _EXTENSION.search(self._folded) else None

    @cached_property
    def _certificate(self) -> bool | None:
        if _NOT_TRUSTED.search(self._folded):
            return False
        shown = _TRUSTED.search(self._folded) and "no peer certificate" not in self._folded
        return True if shown else None


def _outcome(rest: str) -> str:
    """Return what came of a connection, by what was printed after it was made."""
    if any(pattern.search(rest) for pattern in (_NO_TLS, _NO_STARTTLS, _NOT_TRUSTED)):
        return "encryption"
    return "broken" if _BROKEN.search(rest) or _UNREACHED.search(rest) else "works"
