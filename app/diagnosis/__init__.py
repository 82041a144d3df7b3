"""The diagnosis: pure, without web or I/O.

>>> from app.diagnosis import Facts, diagnose
>>> diagnose(Facts(place="away", connection="other", recipient_domain="adatum.com")).remedies[0]
'use-login'
"""

from .diagnosis import Diagnosis, diagnose, nearest_change
from .facts import CHOICES, CODES, FACT_KEYS, Facts, read_facts
from .interview import NextStep, next_step
from .plan import Plan, PlannedRemedy, make_plan

__all__ = [
    "CHOICES",
    "CODES",
    "FACT_KEYS",
    "Diagnosis",
    "Facts",
    "NextStep",
    "Plan",
    "PlannedRemedy",
    "diagnose",
    "make_plan",
    "nearest_change",
    "next_step",
    "read_facts",
]
