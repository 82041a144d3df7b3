"""The content: questions, decision table, remedies and providers as TOML, and their loader."""

from .loader import KnowledgeError, knowledge
from .model import Choice, Knowledge, Provider, Question, Remedy, Scenario, Stage, When
from .programs import Move, Program, Programs

__all__ = [
    "Choice",
    "Knowledge",
    "KnowledgeError",
    "Move",
    "Program",
    "Programs",
    "Provider",
    "Question",
    "Remedy",
    "Scenario",
    "Stage",
    "When",
    "knowledge",
]
