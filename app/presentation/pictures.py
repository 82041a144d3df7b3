"""Pictures as values for templates to draw: a message's route, QR codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from typing import Final

import segno

from ..diagnosis import Diagnosis, Facts
from ..diagnosis.domains import display
from ..i18n.messages import N_
from ..knowledge import knowledge

SERVER: Final = N_("Outgoing server")
QUIET = 4
"""Empty modules around the code, which scanners need (ISO/IEC 18004 section 9.1)."""
_STATIONS = (
    ("you", N_("You")),
    ("line", N_("Your network")),
    ("server", SERVER),
    ("recipient", N_("Recipient")),
)
_CAPTIONS = {
    ("line", "no"): N_("The email doesn't reach the outgoing server."),
    ("server", "maybe"): N_("The email may be stopped at the outgoing server."),
    ("server", "yes"): N_("The email is stopped at the outgoing server."),
    ("recipient", "maybe"): N_("The recipient's server asks you to try again later."),
    ("recipient", "yes"): N_("The email is stopped at the recipient's server."),
    ("nowhere", "no"): N_("The email gets through."),
    ("lost", "no"): N_("The email was accepted and then lost."),
}
_REACHED = {"line": 2, "server": 3, "recipient": 4, "nowhere": 4, "lost": 3}


@dataclass(frozen=True)
class Station:
    """One stop of the route; ``mark`` is '', stop, doubt or through."""

    id: str
    label: str
    detail: str
    known: bool
    mark: str


@dataclass(frozen=True, eq=False)
class Route:
    """The four stations, and what the picture says in words ('' before there is a verdict).

    Stations fill in as facts become known; on a plan the route shows where the message stops.
    Compared by identity, so that its drawing is quickly found again.
    """

    stations: tuple[Station, ...]
    caption: str
    reached: int

    @property
    def idle(self) -> bool:
        """Whether nothing is known that it could show."""
        return not self.caption and not any(station.known for station in self.stations)

    @property
    def shape(self) -> tuple[tuple[str, bool, str], ...]:
        """All that the drawing depends on."""
        # What the message has passed is there, whether or not its name is known.
        return tuple(
            (s.id, s.known or place < self.reached, s.mark)
            for place, s in enumerate(self.stations, 1)
        )


def draw_route(
    facts: Facts, translate: Callable[[str], str], diagnosis: Diagnosis | None = None
) -> Route:
    """Return the route for some facts, with the verdict when there is one."""
    verdict = (diagnosis.match.scenario.stops, diagnosis.refused) if diagnosis else None
    return _draw(_details(facts, translate), translate, verdict)


@lru_cache(maxsize=2048)
def _draw(
    details: tuple[str, ...], translate: Callable[[str], str], verdict: tuple[str, str] | None
) -> Route:
    # Few facts show in it, so most pages of one visitor have the same route.
    _, _, server, _ = details
    stops, refused = verdict or ("unclear", "no")
    caption = _CAPTIONS.get(verdict, "") if verdict else ""
    reached = _REACHED.get(stops, 0) if caption else 0
    mark = "doubt" if refused == "maybe" or stops == "lost" else "stop"
    if stops == "nowhere":
        mark = "through"
    # A server that is named may be anybody's: it is called what it is, the present setting.
    named = {"server": knowledge().questions["server"].label} if server else {}
    stations = tuple(
        Station(
            id, translate(named.get(id, label)), detail, bool(detail), mark if at == reached else ""
        )
        for at, ((id, label), detail) in enumerate(zip(_STATIONS, details, strict=True), 1)
    )
    return Route(stations, translate(caption) if caption else "", reached)


@lru_cache(maxsize=2048)
def through(route: Route, translate: Callable[[str], str]) -> Route:
    """Return the route of a message that gets through, after the fix."""
    *before, last = route.stations
    arrived = replace(last, known=True, mark="through")
    caption = _CAPTIONS["nowhere", "no"]
    return Route((*before, arrived), translate(caption), 4)


def _details(facts: Facts, translate: Callable[[str], str]) -> tuple[str, ...]:
    """Return what is known of each station, '' for nothing."""
    place = knowledge().questions["place"].choice(facts.place or "")
    recipients = [display(name) for name in facts.recipients if name != "unknown"]
    account, server = facts.known("account_domain"), facts.known("server")
    return (
        display(account) if account else "",
        translate(place.short) if place and place.short else "",
        display(server) if server else "",
        ", ".join(recipients[:2]) + (" …" if len(recipients) > 2 else ""),
    )


@lru_cache(maxsize=256)  # an agent sees that of a case with each change
def draw_qr(link: str) -> str:
    """Return a link's QR code as an SVG document, dark on white whatever the page's colours.

    Long links need large codes: the least correction that is allowed keeps their dots large, and
    segno raises it where that costs no dot.
    """
    out = BytesIO()
    segno.make_qr(link, error="l").save(
        out, kind="svg", border=QUIET, light="#fff", xmldecl=False, omitsize=True, nl=False
    )
    return out.getvalue().decode("utf-8")
