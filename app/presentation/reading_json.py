"""A reading as the contract's JSON object, shared by the web and the terminal."""

from __future__ import annotations

from typing import cast

from ..reading import Reading
from ..web.links import WizardState
from ..web.site import Site
from . import json_answers as answers
from .paste_input import merge_reading


def reading_object(reading: Reading, site: Site) -> answers.Reading:
    """Return what a text says, and the URL where the wizard goes on from there."""
    return {
        "reason": reading.reason,
        "confidence": reading.confidence,
        "alternatives": [
            {"reason": other.reason, "confidence": other.confidence}
            for other in reading.alternatives
        ],
        "refused_by": reading.refused_by,
        "facts": cast(answers.ReadFacts, dict(reading.facts)),
        "evidence": [
            {"start": place.start, "end": place.end, "for": place.why} for place in reading.evidence
        ],
        "url": site.check(WizardState(merge_reading(reading))),
    }
