"""Find the ideas of a statement: phrases of many languages, reduced to few ideas.

A phrase is a sequence of words; ``relay*`` matches every word with that prefix, ``~`` up to four
arbitrary words, ``@spamhaus`` a host of that name.  Addresses, numbers and codes are not words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from .normalise import fold

GAP = 4
"""Words that a ``~`` may stand for."""

# Scripts of which every letter counts by itself: they have no blanks between words, or, in
# Korean, particles that follow a word without one.
_ALONE = (
    r"\u0e00-\u0eff\u1780-\u17ff"  # Thai, Lao, Khmer
    r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"  # kana, Chinese characters, Hangul
)
_CHUNK = re.compile(rf"[{_ALONE}]|[^\s<>()\[\]{{}}\"',;:!?|=*/\\#&%$^`~。、．…{_ALONE}]+")
_WORD = re.compile(r"[^\W_]+")
_EDGES = "._-+"
_ENDINGS = frozenset(
    {"com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "mobi", "arpa"}
    | {"online", "site", "shop", "cloud", "email", "app", "dev", "tech", "digital", "asia"}
    | {"test", "example", "invalid", "local", "localdomain", "localhost", "lan", "home"}
    | {"corp", "internal"}
)
_MIN_PREFIX = 3  # letters of a beginning such as rel*
_MAX_PLACES = 12  # of one idea in one statement: keeps a hostile text from growing square


Token = tuple[str, int, int]
"""Word of a statement with its start and end in the folded text."""

Hits = dict[str, list[tuple[int, int]]]
"""Concept → where it was found, as (first token, token after the last)."""


def tokenise(
    folded: str, start: int = 0, end: int | None = None, numbers: bool = False
) -> list[Token]:
    """Return the words of a folded text; of Chinese, Japanese, Korean or Thai each letter.

    :param numbers: what begins with a digit is a word, too
    """
    tokens: list[Token] = []
    limit = len(folded) if end is None else end
    settings = "=" in folded
    for match in _CHUNK.finditer(folded, start, limit):
        chunk = match[0]
        at, after = match.span()
        if chunk.isalpha():
            # No name of a setting, as in relay=.
            if not settings or folded[after : after + 1] != "=":
                tokens.append((chunk, at, after))
            continue
        if "@" in chunk or "_" in chunk or (chunk[0].isdigit() and not numbers):
            continue
        if host := _host(chunk):
            tokens.append(("@" + host, at, match.end()))
            continue
        if chunk.startswith("e-mail"):
            tokens.append(("email" + chunk[6:], at, match.end()))
            continue
        for word in _WORD.finditer(chunk):
            if numbers or not word[0].isdigit():
                tokens.append((word[0], at + word.start(), at + word.end()))
    return tokens


def _host(chunk: str) -> str | None:
    """Return the registered name of a host: spamhaus for zen.spamhaus.org; None for no host."""
    labels = chunk.strip(_EDGES).split(".")
    last = labels[-1]
    if len(labels) < 2 or not (last in _ENDINGS or (len(last) == 2 and last.isalpha())):
        return None
    return labels[-2]


class _Node:
    """Node in the tree of all phrases: ideas that end here, words that continue."""

    __slots__ = ("gap", "ideas", "prefixes", "words")

    def __init__(self) -> None:
        # Most of the many nodes have one of these.
        self.ideas: tuple[str, ...] = ()
        self.words: dict[str, _Node] | None = None
        self.prefixes: dict[str, list[tuple[str, _Node]]] | None = None
        self.gap: _Node | None = None

    def child(self, word: str) -> _Node:
        if word == "~":
            self.gap = self.gap or _Node()
            return self.gap
        if word[-1] != "*":
            if self.words is None:
                self.words = {}
            if (node := self.words.get(word)) is None:
                node = self.words[word] = _Node()
            return node
        prefix = word[:-1]
        if len(prefix) < _MIN_PREFIX:
            raise ValueError(f"{word!r} is too short a beginning")
        if self.prefixes is None:
            self.prefixes = {}
        family = self.prefixes.setdefault(prefix[:_MIN_PREFIX], [])
        node = next((node for known, node in family if known == prefix), None)
        if node is None:
            node = _Node()
            family.append((prefix, node))
        return node


class Lexicon:
    """Index of the phrases of every idea.

    :raise ValueError: a phrase without a word at its beginning or end
    """

    def __init__(self, ideas: Mapping[str, Iterable[str]], numbers: bool = False) -> None:
        self._root = _Node()
        for idea, phrases in ideas.items():
            for phrase in phrases:
                words = _phrase(phrase, numbers)
                if not words or "~" in (words[0], words[-1]):
                    raise ValueError(f"{idea}: {phrase!r} begins or ends with no word")
                node = self._root
                for word in words:
                    node = node.child(word)
                node.ideas += (idea,)

    def find(self, tokens: list[Token]) -> Hits:
        """Return the places of each idea; remove unknown host names from ``tokens``."""
        hits: Hits = {}
        root = self._root
        known, families = root.words or {}, root.prefixes or {}
        # Host names outside all phrases do not count as words.
        tokens[:] = [token for token in tokens if token[0][0] != "@" or token[0] in known]
        words = [token[0] for token in tokens]
        for index, word in enumerate(words):
            if word in known or word[:_MIN_PREFIX] in families:
                self._walk(root, words, index, index, hits)
        return hits

    def _walk(self, node: _Node, words: list[str], first: int, at: int, hits: Hits) -> None:
        """Follow every phrase that continues with the word at a place."""
        word = words[at]
        if node.words and (found := node.words.get(word)) is not None:
            self._step(found, words, first, at + 1, hits)
        if node.prefixes:
            for prefix, found in node.prefixes.get(word[:_MIN_PREFIX], ()):
                if word.startswith(prefix):
                    self._step(found, words, first, at + 1, hits)

    def _step(self, node: _Node, words: list[str], first: int, at: int, hits: Hits) -> None:
        for idea in node.ideas:
            places = hits.setdefault(idea, [])
            if len(places) < _MAX_PLACES and (not places or places[-1] != (first, at)):
                places.append((first, at))
        if at == len(words):
            return
        if node.words or node.prefixes:
            self._walk(node, words, first, at, hits)
        if node.gap is not None:
            for skipped in range(min(GAP + 1, len(words) - at)):
                self._walk(node.gap, words, first, at + skipped, hits)


def _phrase(text: str, numbers: bool = False) -> list[str]:
    words: list[str] = []
    for part in fold(text).split():
        if part[0] in "~@":
            words.append(part)
            continue
        stem = part.rstrip("*")
        one = stem.isalpha() and _CHUNK.fullmatch(stem)  # as tokenise finds it, and quicker
        tokens = [stem] if one else [token[0] for token in tokenise(stem, numbers=numbers)]
        words += [*tokens[:-1], tokens[-1] + "*"] if part.endswith("*") else tokens
    return words
