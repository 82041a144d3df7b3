"""Find the settings of one mail domain: all ways at once, each result as it comes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock
from time import monotonic
from typing import Any, Final, Self

from ..diagnosis.found import HOW, Found
from ..diagnosis.reduction import SUBMISSION_PORTS
from ..knowledge import MailHost, Outgoing, knowledge
from .background import Background
from .network import Deadline, Network, NotReached
from .probes import Probes
from .published import Unusable, provider_of, read_autoconfig, read_pacc, read_srv, settings_found
from .submission import Probe

log = logging.getLogger(__name__)

AT_ONCE: Final = 16
"""Searches that run at the same time."""
STEPS: Final = 128
"""Connections and questions at the same time, of all searches together."""
TIME: Final = 4.0
"""Seconds that all of it may take."""
PUBLISHED: Final = 1.2
"""Seconds after which servers are guessed while some documents have not come."""
ANYBODY: Final = "someone"
"""Stands for the person in the address that a document is asked for with: theirs stays here."""
GUESSED: Final = ("smtp", "mail", "")
"""What comes before the domain in the names that outgoing servers mostly have."""
SETTLED: Final = 2.4
"""Seconds after which what is still open is not waited for, where something has been found."""
TTL: Final = (300, 3600)
"""Seconds that a result is kept, at least and at most."""
SILENT: Final = 20.0
"""Seconds until a domain is looked up again whose DNS did not answer."""
SERVICES: Final = ("_submissions", "_submission", "_imaps")
_SIGN_INS: Final = ("password", "oauth-only")
"""What a server that works can say of how one signs in."""


@dataclass
class Discovery:
    """What has been found out about a domain until now; several threads write, pages read."""

    domain: str
    day: date
    found: list[Found] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)
    mx: tuple[str, ...] = ()
    answered: bool = False
    """Whether DNS has said who takes the domain's mail, or that nobody does."""
    done: bool = False
    ttl: int = TTL[1]
    """Seconds that its DNS lets a result be kept."""

    @property
    def best(self) -> Found | None:
        """The most trustworthy of what was found, with what its servers themselves said.

        Of servers that there are none of, nothing is left.
        """
        # A copy of a list is made in one step, whoever appends to it.
        ranked = sorted(self.found, key=lambda each: HOW.index(each.how))
        probes = tuple(self.probes)
        return next((best for each in ranked if (best := _with_probes(each, probes))), None)

    def is_doubtful(self, found: Found) -> bool:
        """Tell whether a server of what was found answers otherwise than it should."""
        bad = {(probe.host, probe.port) for probe in self.probes if probe.outcome == "refuses"}
        servers = () if found.provider else found.outgoing
        return any((server.server, server.port) in bad for server in servers)


@dataclass
class Discoveries(Background[Discovery]):
    """Searches of one process, few at a time, each result remembered.

    :param today: tells the day that is kept with what is found
    :param name: what this server calls itself to other servers, '' for its address
    :param mirror: the URL of a copy of the ISPDB, '' for none; a domain is put behind it
    :param time: seconds that a search may take
    """

    network: Network
    today: Callable[[], date]
    name: str = ""
    mirror: str = ""
    time: float = TIME
    clock: Callable[[], float] = monotonic

    def __post_init__(self) -> None:
        self.steps = ThreadPoolExecutor(STEPS, "discovery-step")
        self.probes = Probes(self.network, self.name, self.clock)
        super().__init__("discovery", AT_ONCE, self.clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End all threads, once what they are doing is done."""
        self.close()
        self.steps.shutdown()

    def find(self, domain: str) -> Discovery:
        """Return what is known about a domain, and begin to search where nothing is.

        :raise TooMany: another time
        """
        return self._begin(domain, lambda: Discovery(domain, self.today()))

    def wants_confirmation(self, discovery: Discovery, found: Found) -> bool:
        """Tell whether a person has to say that what was found is right.

        What the domain itself publishes by HTTPS, or a list of providers says of it, needs none,
        unless its servers answer otherwise.  DNS alone can be forged, so a server elsewhere needs
        one, unless it is a known provider's (RFC 6186 section 6); so do an MX and a guess
        (draft-ietf-mailmaint-autoconfig-06, "Security Considerations").
        """
        if discovery.is_doubtful(found):
            return True
        if found.how == "srv":
            site = self.network.names.site
            elsewhere = (site(each.server) != site(found.domain) for each in found.outgoing)
            return not found.provider and any(elsewhere)
        listed = found.how == "ispdb" and found.by == found.domain
        return not listed and found.how not in ("pacc", "autoconfig")

    def _run(self, discovery: Discovery) -> float:
        """Fill a discovery and end it; return for how many seconds it holds."""
        search = _Search(self, discovery, Deadline(self.time))
        try:
            search.run()
        finally:
            search.deadline.end()
            discovery.done = True
        low, high = TTL
        if not discovery.answered:
            return SILENT
        return min(high, max(low, discovery.ttl if discovery.found else low))


@dataclass
class _Search:
    """One search: its steps run in the pool, and none of them waits for another."""

    parent: Discoveries
    discovery: Discovery
    deadline: Deadline
    _running: set[Future[None]] = field(default_factory=set)
    _records: dict[str, tuple[tuple[Any, ...], ...]] = field(default_factory=dict)
    _guesses: dict[str, list[Probe]] = field(default_factory=dict)
    _unknown_takers: tuple[str, ...] = ()
    """The hosts that take the mail, where none of them is known."""
    _lock: Lock = field(default_factory=Lock)

    def run(self) -> None:
        domain = self.discovery.domain
        self._begin(self._mx)
        for service in SERVICES:
            self._begin(self._srv, service)
        self._begin(self._pacc)
        for host in (f"autoconfig.{domain}/mail", f"{domain}/.well-known/autoconfig/mail"):
            self._begin(self._autoconfig, f"https://{host}/config-v1.1.xml", "autoconfig", domain)
        if self.parent.mirror:
            self._begin(self._ispdb, domain)
        self._wait(PUBLISHED)
        if self.discovery.best:
            self._wait(SETTLED)
        else:
            self._guess()

    def _begin(self, step: Callable[..., None], *arguments: Any) -> None:
        with self._lock:
            self._running.add(self.parent.steps.submit(self._carry_out, step, *arguments))

    def _carry_out(self, step: Callable[..., None], *arguments: Any) -> None:
        if not self.deadline.left:
            return
        try:
            step(*arguments)
        except (NotReached, Unusable):
            pass
        except Exception as fault:  # of ours: it must not be lost, and no name of it be logged
            log.error("a step of a discovery failed: %s", type(fault).__name__)

    def _wait(self, seconds: float) -> None:
        """Wait until nothing is running, at most until so many seconds of the search are over."""
        still = max(0.0, self.deadline.seconds - seconds)
        while True:
            with self._lock:
                running = {future for future in self._running if not future.done()}
            left = self.deadline.left - still
            if not running or left <= 0:
                return
            wait(running, left, FIRST_COMPLETED)

    def _add(self, found: Found) -> None:
        self.discovery.found.append(found)
        if found.provider:
            return  # its servers are known without asking them
        for server in found.outgoing:
            self._begin(self._probe, server)

    # The ways.

    def _mx(self) -> None:
        domain, names = self.discovery.domain, self.parent.network.names
        answer = names.mx(domain)
        self.discovery.answered = True
        self.discovery.ttl = min(self.discovery.ttl, answer.ttl)
        self.discovery.mx = tuple(host for _, host in answer.records if host)
        if owner := provider_of(answer.records):
            self._add_owner(owner)
        if any(map(knowledge().mail_host, self.discovery.mx)):
            return  # whoever filters or passes mail on says nothing about the mailboxes
        self._unknown_takers = self.discovery.mx
        for site in {names.site(host) for host in self.discovery.mx[:1]} - {names.site(domain)}:
            url = f"https://autoconfig.{site}/mail/config-v1.1.xml"
            self._begin(self._autoconfig, url, "mx-autoconfig", site)
            if self.parent.mirror:
                self._begin(self._ispdb, site)

    def _add_owner(self, owner: MailHost) -> None:
        """Keep who runs the preferred MX, and what that means for the outgoing server."""
        domain, host, day = self.discovery.domain, self.discovery.mx[0], self.discovery.day
        site = self.parent.network.names.site(host)
        if owner.provider:
            self._add(Found(domain, "mx", site, day, provider=owner.provider))
        elif owner.outgoing:
            servers = owner.servers(host, domain)
            self._add(Found(domain, "mx", site, day, "", owner.sign_in, outgoing=servers))

    def _autoconfig(self, url: str, how: str, by: str) -> None:
        domain = self.discovery.domain
        asked = f"{url}?emailaddress={ANYBODY}%40{domain}"
        content = self.parent.network.fetch(asked, self.deadline)
        self._add(read_autoconfig(content, domain, how, by, self.discovery.day))

    def _ispdb(self, name: str) -> None:
        content = self.parent.network.fetch(f"{self.parent.mirror}{name}", self.deadline)
        day = self.discovery.day
        self._add(read_autoconfig(content, self.discovery.domain, "ispdb", name, day))

    def _srv(self, service: str) -> None:
        domain = self.discovery.domain
        records: tuple[tuple[Any, ...], ...] = ()
        try:
            records = self.parent.network.names.srv(service, domain).records
        finally:
            with self._lock:
                self._records[service] = records
                last = len(self._records) == len(SERVICES)
            if last:  # whoever comes last puts them together
                lists = (self._records[each] for each in SERVICES)
                self._add(read_srv(domain, self.discovery.day, *lists))

    def _pacc(self) -> None:
        domain, network = self.discovery.domain, self.parent.network
        texts = network.names.txt(f"_ua-auto-config.{domain}").records
        if texts:
            url = f"https://ua-auto-config.{domain}/.well-known/user-agent-configuration.json"
            content = network.fetch(url, self.deadline)
            digests = [text for (text,) in texts]
            self._add(read_pacc(content, digests, domain, self.discovery.day))

    def _probe(self, server: Outgoing) -> None:
        if server.port in SUBMISSION_PORTS:
            probes = self.parent.probes
            self.discovery.probes.append(probes.probe(server.server, server.port, self.deadline))

    def _guess(self) -> None:
        """Ask the servers that a domain's outgoing server most likely is one of."""
        domain = self.discovery.domain
        own = [f"{label}.{domain}".lstrip(".") for label in GUESSED]
        hosts = list(dict.fromkeys([*own, *self._unknown_takers[:2]]))
        for host in hosts:
            self._begin(self._guess_at, host)
        self._wait(self.deadline.seconds)
        for host in hosts:
            seen = tuple(self._guesses.get(host, ()))
            if good := [p for p in seen if p.outcome == "works" and p.sign_in in _SIGN_INS]:
                outgoing = [Outgoing(p.host, p.port, p.security) for p in good]
                by, day = domain if host in own else host, self.discovery.day
                self.discovery.found.append(
                    settings_found(domain, "guess", by, day, outgoing, sign_in=good[0].sign_in)
                )
                return

    def _guess_at(self, host: str) -> None:
        seen = self._guesses.setdefault(host, [])
        for port in SUBMISSION_PORTS:
            if self.deadline.left:
                answer = self.parent.probes.probe(host, port, self.deadline)
                self.discovery.probes.append(answer)
                seen.append(answer)
                if _is_nowhere(answer):
                    return


def _with_probes(found: Found, probes: tuple[Probe, ...]) -> Found | None:
    """Return what was found with what the servers themselves say; None where there are none.

    The servers that work come first, and tell how to sign in.
    """
    if found.provider:
        return found
    seen = {(p.host, p.port): p for p in probes}
    there = [o for o in found.outgoing if not _is_nowhere(seen.get((o.server, o.port)))]
    if not there:
        return None
    good = [o for o in there if (p := seen.get((o.server, o.port))) and p.outcome == "works"]
    first = seen[good[0].server, good[0].port] if good else None
    sign_in = found.sign_in
    if sign_in == "unknown" and first and first.sign_in in _SIGN_INS:
        sign_in = first.sign_in
    rest = [o for o in there if o not in good]
    return replace(found, outgoing=(*good, *rest), sign_in=sign_in)


def _is_nowhere(probe: Probe | None) -> bool:
    return probe is not None and probe.reason in ("no-name", "forbidden")
