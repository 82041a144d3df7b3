"""The diagnosis: pure, without web or I/O.

>>> from app.diagnosis import Facts, diagnose
>>> diagnose(Facts(place="away", connection="other", recipient_domain="adatum.com")).remedies[0]
'use-login'
"""

from .facts import CHOICES, CODES, FACT_KEYS, OF_REPLY, SEEN, Facts, read_facts
from .plan import Plan, PlannedRemedy
from .situation import Diagnosis, Situation, diagnose

__all__ = [
    "CHOICES",
    "CODES",
    "FACT_KEYS",
    "OF_REPLY",
    "SEEN",
    "Diagnosis",
    "Facts",
    "Plan",
    "PlannedRemedy",
    "Situation",
    "diagnose",
    "read_facts",
]
