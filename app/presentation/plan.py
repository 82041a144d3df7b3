"""The plan that pages show."""

from __future__ import annotations

from typing import Final

from ..diagnosis import Plan, Situation
from ..i18n.messages import N_
from ..services import services
from ..web.site import Site

VERY_LIKELY: Final = N_("This will very likely help.")
PROBABLY: Final = N_("This will probably help.")
ONE_OF_TWO: Final = N_("It's one of two things. If this doesn't help, try this: {rival}.")
UNSURE: Final = N_("We don't know enough yet to be sure.")


def make_plan(site: Site, situation: Situation, *, spoken: bool = False) -> Plan:
    """Return the plan for a situation in a site's language, as old as it is today.

    :param spoken: an agent reads it out
    """
    language = site.language
    translate = language.spoken if spoken else language.gettext
    return Plan(situation, translate, language.code, services().today())


def certainty_in_words(plan: Plan) -> str:
    """Return how sure it is that the first remedy is the right one.

    What the vendor means by its reply goes before that.  It is '' once something was tried: what is
    left is less and less likely to help.
    """
    step = plan.next
    if plan.means and plan.current and plan.current.id == plan.diagnosis.remedies[0]:
        return plan.means
    if plan.situation.facts.tried:
        return ""
    if step.certainty >= 0.9:
        return plan.translate(VERY_LIKELY)
    if step.certainty >= 0.6:
        return plan.translate(PROBABLY)
    if step.rival in plan.diagnosis.remedies:
        return plan.translate(ONE_OF_TWO).format(rival=plan.wording.title(step.rival))
    return plan.translate(UNSURE)
