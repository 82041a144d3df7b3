"""Weigh what a statement says: rules over ideas, codes as a help."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from ..knowledge.wordings import Rule, wordings
from .words import Hits, Lexicon, Token, tokenise

Place = tuple[int, int]

CONTEXT = (
    "bounce",
    "client",
    "delivered",
    "mailish",
    "notice",
    "program",
    "recipient-refused",
    "remote",
    "sender-refused",
    "web",
)
"""Ideas that tell who is speaking, and of what: a returned mail, a mail program, a web page."""


@dataclass
class Classification:
    """How much one statement speaks for each reason, and with which of its words."""

    weights: dict[str, float] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)
    ideas: frozenset[str] = frozenset()
    words: int = 0

    def best(self) -> tuple[str | None, float]:
        """Return the reason that weighs most, with its weight; None without any."""
        return max(self.weights.items(), key=lambda pair: pair[1], default=(None, 0.0))


class Classifier:
    """The rules, ready for use."""

    def __init__(self) -> None:
        known = wordings()
        self._lexicon = Lexicon(known.ideas)
        self._context = Lexicon({idea: known.ideas[idea] for idea in CONTEXT})
        self._rules: dict[str, list[Rule]] = {}
        for rule in known.rules:
            self._rules.setdefault(rule.ideas[0], []).append(rule)

    def weigh(self, folded: str, start: int, end: int) -> Classification:
        """Return what the words between two places of a folded text speak for."""
        tokens = tokenise(folded, start, end)
        hits = self._lexicon.find(tokens)
        verdict = Classification(ideas=frozenset(hits), words=len(tokens))
        for idea in hits:
            for rule in self._rules.get(idea, ()):
                if not any(other in hits for other in rule.none):
                    self._apply(rule, hits, tokens, verdict)
        return verdict

    def context(self, folded: str, start: int, end: int) -> frozenset[str]:
        """Return which of ``CONTEXT`` is spoken of between two places of a folded text."""
        return frozenset(self._context.find(tokenise(folded, start, end)))

    @staticmethod
    def _apply(rule: Rule, hits: Hits, tokens: list[Token], verdict: Classification) -> None:
        found = _together(rule, hits)
        if not found:
            return
        weights = verdict.weights
        before = weights.get(rule.reason, 0.0)
        # Two rules that say the same are little more than one.
        weights[rule.reason] = max(before, rule.weight) + 0.15 * min(before, rule.weight)
        if rule.weight >= before:
            verdict.places[rule.reason] = [
                (tokens[first][1], tokens[last - 1][2]) for first, last in found
            ]
        if rule.sure:
            verdict.sure.add(rule.reason)


@cache
def classifier() -> Classifier:
    """Return the classifier for the wordings that the app ships with."""
    return Classifier()


def add_codes(verdict: Classification, code: int | None, enhanced: str | None) -> None:
    """Let a reply code and an enhanced status code speak too."""
    known = wordings()
    said = [known.reply.get(code or 0, {})]
    if enhanced:
        said.append(known.enhanced.get(enhanced.partition(".")[2], {}))
    for weights in said:
        for reason, weight in weights.items():
            verdict.weights[reason] = verdict.weights.get(reason, 0.0) + weight


def _together(rule: Rule, hits: Hits) -> list[Place] | None:
    """Return where the rule's ideas stand close together."""
    first, *others = rule.ideas
    if not others:
        return [hits[first][0]]
    if not all(idea in hits for idea in others):
        return None
    for place in hits[first]:
        found = [place]
        for idea in others:
            near = [
                other
                for other in hits[idea]
                if (other[0] >= place[1] or place[0] >= other[1])
                and max(other[0] - place[1], place[0] - other[1]) <= rule.near
            ]
            if not near:
                break
            found.append(min(near, key=lambda other: abs(other[0] - place[0])))
        else:
            return sorted(found)
    return None
