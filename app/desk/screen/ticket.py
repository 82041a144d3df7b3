"""The text for the ticket system: in the agent's language, then in the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ...diagnosis import Plan
from ...presentation.ticket import Part, make_ticket, write_markdown, write_plain
from ...web.site import Site, home_url
from ..cases.presenter import ShownCase
from .state import DeskState


class Tickets(NamedTuple):
    """One text, plainly and in Markdown."""

    plain: str
    markdown: str


def write_tickets(
    spoken: Sequence[tuple[Site, Plan]], state: DeskState, case: ShownCase | None = None
) -> Tickets:
    """Return the ticket of a state.

    :param spoken: the languages to write it in, each with its plan
    :param case: a case with parts of its own
    """
    written = [_parts(site, plan, state, case) for site, plan in spoken]
    return Tickets(
        "\n----------\n\n".join(write_plain(parts) for parts in written),
        "\n---\n\n".join(write_markdown(parts) for parts in written),
    )


def _parts(site: Site, plan: Plan, state: DeskState, case: ShownCase | None) -> tuple[Part, ...]:
    link = f"{home_url()}{site.check(state.plan)}"
    extra = case.extra(site.language) if case else ()
    return make_ticket(plan, plan.current or plan.last, site.language, link, extra)
