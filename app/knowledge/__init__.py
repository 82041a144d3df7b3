"""The content: questions, decision table, remedies and providers as TOML, and their loader."""

from .loader import KnowledgeError, knowledge
from .model import Choice, Knowledge, Provider, Question, Remedy, Scenario, Stage, When

__all__ = [
    "Choice",
    "Knowledge",
    "KnowledgeError",
    "Provider",
    "Question",
    "Remedy",
    "Scenario",
    "Stage",
    "When",
    "knowledge",
]
