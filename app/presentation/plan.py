"""The plan that pages show."""

from __future__ import annotations

from typing import Final

from ..diagnosis import Plan, Situation
from ..i18n.messages import N_
from ..services import services
from ..web.site import Site

VERY_LIKELY: Final = N_("Very likely the right fix.")
PROBABLY: Final = N_("Probably the right fix.")
ONE_OF_TWO: Final = N_(
    "It's one of two things. If this fix doesn't help, the other one is: {rival}."
)


def make_plan(site: Site, situation: Situation, *, spoken: bool = False) -> Plan:
    """Return the plan for a situation in a site's language, as old as it is today.

    :param spoken: an agent reads it out
    """
    language = site.language
    translate = language.spoken if spoken else language.gettext
    return Plan(situation, translate, language.code, services().today())


def certainty_in_words(plan: Plan) -> str:
    """Return how sure it is that the next remedy is the right one, '' where none is left."""
    step = plan.next
    if plan.current is None:
        return ""
    if step.certainty >= 0.9 or not step.rival:
        return plan.translate(VERY_LIKELY)
    if step.certainty >= 0.7:
        return plan.translate(PROBABLY)
    return plan.translate(ONE_OF_TWO).format(rival=plan.wording.title(step.rival))
