"""Score the reasons that a statement points to: rules over ideas, and reply codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from ..knowledge.wordings import Rule, wordings
from .words import Hits, Lexicon, Token, tokenise

Place = tuple[int, int]
Told = tuple[str, int, int]
"""What somebody tells: a fact's value, and where it stands."""

CONTEXT = (
    "bounce",
    "client",
    "delivered",
    "device",
    "mailish",
    "notice",
    "own-limit",
    "program",
    "recipient-refused",
    "remote",
    "sender-refused",
    "software",
    "web",
    "website",
)
"""Ideas that tell what kind of text this is: a bounce, a mail program's message, a web page."""


LONGEST_COMPLAINT = 55
"""Words in which people tell what is wrong."""
_COMPLAINT, _PRODUCT = "complaint ", "product "


@dataclass(frozen=True)
class Surroundings:
    """What kind of text it is.

    ``ideas``: those of ``CONTEXT``; ``product``: the one of a product that sends email by itself;
    ``complains``: somebody says of themselves, in few words, that sending fails.
    """

    ideas: frozenset[str]
    product: str | None
    complains: bool


@dataclass
class Scores:
    """Weight of each reason in a statement, and the places of the words behind it.

    ``sure``: reasons by a rule that needs no context; ``words``: length of the statement;
    ``replies``: the vendor's reply that a reason was told by.
    """

    weights: dict[str, float] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)
    ideas: frozenset[str] = frozenset()
    words: int = 0
    replies: dict[str, str] = field(default_factory=dict)

    def best(self) -> tuple[str | None, float]:
        """Return the reason of the highest weight and that weight; None without any."""
        return max(self.weights.items(), key=lambda pair: pair[1], default=(None, 0.0))

    def add(self, weights: Mapping[str, float], place: Place | None = None) -> None:
        """Add to the weights of some reasons; the place counts where a reason has none."""
        for reason, weight in weights.items():
            self.weights[reason] = self.weights.get(reason, 0.0) + weight
            if place:
                self.places.setdefault(reason, [place])


class Classifier:
    """Compiled rules."""

    def __init__(self) -> None:
        known = wordings()
        self._lexicon = Lexicon(known.ideas)
        context = {idea: known.ideas[idea] for idea in CONTEXT}
        self._context = Lexicon(context)
        # One walk over the words finds all three.
        self._surroundings = Lexicon(
            context
            | {_COMPLAINT + idea: phrases for idea, phrases in known.complaint.items()}
            | {_PRODUCT + name: phrases for name, phrases in known.products.items()}
        )
        self._complained = len(known.complaint) - 1
        self._tells = known.tells
        self._telling = Lexicon(
            {f"{number}": tell.phrases for number, tell in enumerate(known.tells)}
            | {f"not {number}": tell.none for number, tell in enumerate(known.tells)},
            numbers=True,
        )
        self._rules: dict[str, list[Rule]] = {}
        for rule in known.rules:
            self._rules.setdefault(rule.ideas[0], []).append(rule)

    def weigh(self, folded: str, start: int, end: int, coded: bool = False) -> Scores:
        """Return the scores of the words between two places of a folded text.

        :param coded: they stand behind a reply code
        """
        tokens = tokenise(folded, start, end)
        hits = self._lexicon.find(tokens)
        scores = Scores(ideas=frozenset(hits), words=len(tokens))
        for idea in hits:
            for rule in self._rules.get(idea, ()):
                fits = rule.coded in (None, coded)
                if fits and not any(other in hits for other in rule.none):
                    self._apply(rule, hits, tokens, scores)
        return scores

    def context(self, folded: str, start: int, end: int) -> frozenset[str]:
        """Return the ideas of ``CONTEXT`` between two places of a folded text."""
        return frozenset(self._context.find(tokenise(folded, start, end)))

    def told(self, folded: str, start: int, end: int) -> dict[str, Told]:
        """Return what somebody tells in words of their own between two places: by fact."""
        words = tokenise(folded, start, end, numbers=True)
        # "home" in /home/lan is no place.
        tokens = [word for word in words if folded[word[1] - 1 : word[1]] != "/"]
        hits = self._telling.find(tokens)
        found: dict[str, Told] = {}
        for number, tell in enumerate(self._tells):
            if tell.fact in found or f"{number}" not in hits or f"not {number}" in hits:
                continue
            first, last = hits[f"{number}"][0]
            found[tell.fact] = tell.value, tokens[first][1], tokens[last - 1][2]
        return found

    def surroundings(self, folded: str, end: int) -> Surroundings:
        """Return what kind of text a folded text is, by its words before ``end``."""
        tokens = tokenise(folded, 0, end)
        few = len(tokens) <= LONGEST_COMPLAINT and end == len(folded)
        hits = self._surroundings.find(tokens)
        products = [name.removeprefix(_PRODUCT) for name in hits if name.startswith(_PRODUCT)]
        said = [idea for idea in hits if idea.startswith(_COMPLAINT)]
        return Surroundings(
            frozenset(hits).intersection(CONTEXT),
            products[0] if len(products) == 1 else None,
            few and len(said) == self._complained and _COMPLAINT + "well" not in said,
        )

    @staticmethod
    def _apply(rule: Rule, hits: Hits, tokens: list[Token], scores: Scores) -> None:
        found = _together(rule, hits)
        if not found:
            return
        weights = scores.weights
        before = weights.get(rule.reason, 0.0)
        # A second rule for the same reason adds little.
        weights[rule.reason] = max(before, rule.weight) + 0.15 * min(before, rule.weight)
        if rule.weight >= before:
            scores.places[rule.reason] = [
                (tokens[first][1], tokens[last - 1][2]) for first, last in found
            ]
        if rule.reply:
            scores.replies[rule.reason] = rule.reply
        if rule.sure:
            scores.sure.add(rule.reason)


@cache
def classifier() -> Classifier:
    """Return the classifier of the shipped wordings."""
    return Classifier()


def _together(rule: Rule, hits: Hits) -> list[Place] | None:
    """Return the first places where all ideas of a rule are near each other, else None."""
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
