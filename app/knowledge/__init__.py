"""The content: questions, decision table, remedies and providers as TOML, and their loader."""

from .loader import add_providers, knowledge
from .model import (
    Choice,
    How,
    Incoming,
    Knowledge,
    MailHost,
    Outgoing,
    Provider,
    Question,
    Scenario,
)
from .programs import Move, Program, Programs
from .remedies import Remedy, When
from .rows import KnowledgeError
from .vendors import Vendor, VendorReply, Way

__all__ = [
    "Choice",
    "How",
    "Incoming",
    "Knowledge",
    "KnowledgeError",
    "MailHost",
    "Move",
    "Outgoing",
    "Program",
    "Programs",
    "Provider",
    "Question",
    "Remedy",
    "Scenario",
    "Vendor",
    "VendorReply",
    "Way",
    "When",
    "add_providers",
    "knowledge",
]
