"""Look settings up in the laboratory: how soon, how many, and what pages notice of it."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from app import create_app
from app.discovery import Discoveries, Discovery
from app.discovery.network import Answer, Names
from app.settings import Settings
from tests.discovery.laboratory import LabNetwork, Laboratory, laboratory

DOMAINS = 200
NAME = "bench.example"
DELAY = 0.08
"""Seconds of a way there and back to every server."""
AT_ONCE = 20
HANGING = 20
HANG = 3.5
"""Seconds that a search which gets no answer goes on at least."""
CONFIG = b"""<clientConfig version="1.1"><emailProvider id="x"><outgoingServer type="smtp">
<hostname>smtp.own.example</hostname><port>587</port><socketType>STARTTLS</socketType>
<authentication>password-cleartext</authentication></outgoingServer></emailProvider></clientConfig>"""


class FarNames:
    """DNS that is some way off."""

    def __init__(self, names: Names, delay: float) -> None:
        self._names, self._delay = names, delay

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._names, name)

        def later(*given: Any) -> Answer:
            if name != "site":
                time.sleep(self._delay)
            found: Answer = asked(*given)
            return found

        return later


class FarNetwork(LabNetwork):
    """Servers that are some way off: every piece of a conversation takes its time."""

    def __init__(self, lab: Laboratory, delay: float) -> None:
        super().__init__(lab)
        self.names = FarNames(self.names, delay)  # type: ignore[assignment]
        self._delay = delay

    def _open(self, address: str, port: int, patience: float) -> socket.socket:
        time.sleep(self._delay)  # SYN, and what comes back
        there = super()._open(address, port, patience)
        here, other = socket.socketpair()
        for source, sink in ((other, there), (there, other)):
            threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()
        return here

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                time.sleep(self._delay / 2)
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def furnished() -> Iterator[Laboratory]:
    """Yield a laboratory with a domain for every way, and some that hang."""
    os.environ["PATH"] += ":/usr/sbin"
    with TemporaryDirectory() as folder, laboratory(Path(folder)) as lab:
        own, many, web, hole = (
            lab.mail("smtp.own.example"),
            lab.mail("*.many.example"),
            lab.web("autoconfig.auto.example"),
            lab.black_hole(443, 465, 587),
        )
        lab.pages["autoconfig.auto.example", "/mail/config-v1.1.xml"] = (200, CONFIG)
        lines = [
            'ready.lab. TXT "yes"',
            f"smtp.own.example. A {own}",
            f"autoconfig.auto.example. A {web}",
            f"hole.example. A {hole}",
            "at-mx.example. MX 10 smtp.own.example.",
        ]
        for number in range(DOMAINS):
            domain = f"d{number}.example"
            lines += [
                f"_submission._tcp.{domain}. SRV 0 1 587 smtp{number}.many.example.",
                f"smtp{number}.many.example. A {many}",
                f"{domain}. MX 10 smtp.own.example.",
                f"autoconfig.h{number}.example. A {hole}",
                f"smtp.h{number}.example. A {hole}",
                f"h{number}.example. A {hole}",
            ]
        lab.publish("\n".join(lines) + "\n")
        yield lab


def wait(search: Discovery) -> None:
    while not search.done:
        time.sleep(0.001)


def times(discoveries: Discoveries, domain: str) -> tuple[float, float]:
    """Return the seconds until the first thing is known, and the last."""
    begun = time.perf_counter()
    search, first = discoveries.find(domain), 0.0
    while not search.done:
        if not first and (search.found or search.mx):
            first = time.perf_counter() - begun
        time.sleep(0.001)
    last = time.perf_counter() - begun
    return first or last, last


def far(lab: Laboratory) -> None:
    """Print how soon something is known where everything is some way off."""
    for domain, how in (
        ("d0.example", "SRV"),
        ("auto.example", "autoconfig"),
        ("at-mx.example", "a guess"),
        ("nothing.example", "nothing"),
    ):
        found = []
        for _ in range(5):
            with Discoveries(FarNetwork(lab, DELAY), date.today, NAME) as discoveries:
                found.append(times(discoveries, domain))
        first, last = median(f for f, _ in found), median(last for _, last in found)
        print(
            f"{1000 * DELAY:.0f} ms a hop, found by {how}: "
            f"first fact {first * 1000:.0f} ms, last {last * 1000:.0f} ms"
        )


def throughput(lab: Laboratory) -> None:
    """Print how many searches end in a second, and what each costs."""
    with Discoveries(LabNetwork(lab), date.today) as discoveries:
        begun, cpu = time.perf_counter(), time.process_time()
        searches: list[Discovery] = []
        for number in range(DOMAINS):
            if number >= AT_ONCE:  # no more wait than may
                wait(searches[number - AT_ONCE])
            searches.append(discoveries.find(f"d{number}.example"))
        for search in searches:
            wait(search)
        seconds, used = time.perf_counter() - begun, time.process_time() - cpu
    assert all(probe.outcome == "works" for search in searches for probe in search.probes)
    print(
        f"{DOMAINS} searches, {AT_ONCE} at once: {DOMAINS / seconds:.0f} a second,"
        f" {used / DOMAINS * 1000:.1f} ms of CPU each with the laboratory's own servers: "
        f"{DOMAINS / used:.0f} a core"
    )


def pages(lab: Laboratory) -> None:
    """Print how long pages take while searches hang, beside as many without."""
    app = create_app(Settings(page_cache=0))
    client = app.test_client()
    url = "/vi/check?place=home&error=relay-denied&refused_by=own-server&program=thunderbird"

    def run() -> list[float]:
        """Return the milliseconds of each page, for as long as searches hang."""
        taken, until = [], time.perf_counter() + HANG
        while (begun := time.perf_counter()) < until:
            client.get(url)
            taken.append((time.perf_counter() - begun) * 1000)
        return taken

    run()
    alone, beside = [], []
    with ExitStack() as stack:
        discoveries = stack.enter_context(Discoveries(LabNetwork(lab), date.today))
        for turn in range(4):
            alone += run()
            hanging = [discoveries.find(f"h{turn * HANGING + n}.example") for n in range(HANGING)]
            beside += run()
            for search in hanging:
                wait(search)
    p99 = [quantiles(taken, n=100)[98] for taken in (alone, beside)]
    print(
        f"a page, p99: {p99[0]:.1f} ms alone, {p99[1]:.1f} ms while {HANGING} searches hang"
        f" ({p99[1] / p99[0]:.2f} times); median {median(alone):.1f} and {median(beside):.1f} ms"
    )


def main() -> None:
    """Print all of it."""
    with furnished() as lab:
        far(lab)
        throughput(lab)
        pages(lab)
