"""The plan that pages show."""

from __future__ import annotations

from ..diagnosis import Plan, Situation
from ..services import services
from ..web.site import Site


def make_plan(site: Site, situation: Situation, *, spoken: bool = False) -> Plan:
    """Return the plan for a situation in a site's language, as old as it is today.

    :param spoken: an agent reads it out
    """
    language = site.language
    translate = language.spoken if spoken else language.gettext
    return Plan(situation, translate, language.code, services().today())
