"""The plan that pages show."""

from __future__ import annotations

from ..diagnosis import Plan, Situation
from ..services import services
from ..web.site import Site


def make_plan(site: Site, situation: Situation) -> Plan:
    """Return the plan for a situation in a site's language, as old as it is today."""
    return Plan(situation, site.language.gettext, site.language.code, services().today())
