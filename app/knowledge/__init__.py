"""The content: questions, decision table, remedies and providers as TOML, and their loader."""

from .loader import add_providers, knowledge
from .model import (
    Choice,
    How,
    Incoming,
    Knowledge,
    Outgoing,
    Provider,
    Question,
    Remedy,
    Scenario,
    When,
)
from .programs import Move, Program, Programs
from .rows import KnowledgeError

__all__ = [
    "Choice",
    "How",
    "Incoming",
    "Knowledge",
    "KnowledgeError",
    "Move",
    "Outgoing",
    "Program",
    "Programs",
    "Provider",
    "Question",
    "Remedy",
    "Scenario",
    "When",
    "add_providers",
    "knowledge",
]
