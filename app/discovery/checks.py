"""Check one outgoing server for who looks after it: does it work, and from where?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Timer
from time import monotonic
from typing import Final

from ..diagnosis.reduction import SUBMISSION_PORTS
from .background import Background
from .network import Deadline, Network, NotReached
from .submission import Outcome, Probe, probe

KEPT: Final = 600.0
"""Seconds until a host may be checked again."""
AT_ONCE: Final = 4
"""Checks that run at the same time; each has one connection."""
TIME: Final = 12.0
"""Seconds that a check may take: two ports, one after the other, and the control."""
CONTROL: Final = "smtp.gmail.com"
"""A server that is always there, asked only where another one cannot be reached."""


@dataclass
class ServerCheck:
    """What was seen of a server at a moment.

    ``control``: whether another server could be reached on the same ports, None where nobody asked.
    """

    host: str
    at: datetime
    probes: tuple[Probe, ...] = ()
    control: bool | None = None
    done: bool = False

    @property
    def outcome(self) -> Outcome:
        """The one that holds for the server as a whole.

        Unreachable is said only where another server was reached on the same port: else the fault
        may be on this side.
        """
        outcomes = {probe.outcome for probe in self.probes}
        if "works" in outcomes:
            return "works"
        if outcomes == {"unreachable"}:
            has_no_name = all(probe.reason == "no-name" for probe in self.probes)
            return "unreachable" if has_no_name or self.control else "inconclusive"
        return "refuses" if "refuses" in outcomes else "inconclusive"

    @property
    def relay(self) -> str:
        """Whether it passes mail on only after a sign-in, as far as a port has told; '' if not."""
        told = [probe.relay for probe in self.probes if probe.relay in ("open", "sign-in")]
        return "open" if "open" in told else next(iter(told), "")


@dataclass
class Checks(Background[ServerCheck]):
    """Checks servers, each once in ten minutes.

    :param now: tells the moment that is kept with a result
    :param recipient: an address of our own to ask for; '' not to ask whether mail is passed on
    :param name: what this server calls itself, '' for its address
    """

    network: Network
    now: Callable[[], datetime]
    recipient: str = ""
    name: str = ""
    control: str = CONTROL
    clock: Callable[[], float] = monotonic

    def __post_init__(self) -> None:
        super().__init__("server-check", AT_ONCE, self.clock)

    def begin(self, host: str) -> ServerCheck:
        """Return what is known of a server, and begin to look where that is nothing.

        :raise TooMany: another time
        """
        return self._begin(host, lambda: ServerCheck(host, self.now()))

    def _run(self, check: ServerCheck) -> float:
        deadline = Deadline(TIME)
        cutter = Timer(TIME, deadline.end)  # whoever holds us up a word at a time is cut
        cutter.start()
        try:
            asks = check.host != self.control and not self._is_ours(check.host)
            recipient = self.recipient if asks else ""
            for port in SUBMISSION_PORTS:
                check.probes += (self._probe(check.host, port, deadline, recipient),)
            if {seen.outcome for seen in check.probes} == {"unreachable"}:
                reached = (self._probe(self.control, port, deadline) for port in SUBMISSION_PORTS)
                check.control = any(seen.outcome != "unreachable" for seen in reached)
        finally:
            cutter.cancel()
            deadline.end()
            check.done = True
        return KEPT

    def _probe(self, host: str, port: int, deadline: Deadline, recipient: str = "") -> Probe:
        return probe(self.network, host, port, deadline, self.name, recipient)

    def _is_ours(self, host: str) -> bool:
        """Tell whether a server may take mail for our own domain, which is no relaying."""
        names, own = self.network.names, self.recipient.rpartition("@")[2]
        if not own:
            return False
        try:
            takers = [each for _, each in names.mx(own).records if each]
        except NotReached:
            return True
        return names.site(host) in {names.site(each) for each in (own, *takers)}
