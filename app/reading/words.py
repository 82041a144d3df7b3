"""Find the ideas a statement speaks of: words of many languages, reduced to few concepts.

A phrase is a row of words; ``relay*`` stands for every word that begins so, ``~`` for up to four
words that do not matter, ``@spamhaus`` for a host of that name.  Addresses, numbers and codes are
no words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from .normalise import fold

GAP = 4
"""How many words a ``~`` may stand for."""

_CHUNK = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]|[^\s<>()\[\]{}\"',;:!?|=*/\\#&%$^`~。、．…぀-ヿ㐀-鿿豈-﫿]+")
_WORD = re.compile(r"[^\W_]+")
_EDGES = "._-+"
_ENDINGS = frozenset(
    {"com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "name", "mobi", "arpa"}
    | {"online", "site", "shop", "cloud", "email", "app", "dev", "tech", "digital", "asia"}
    | {"test", "example", "invalid", "local", "localdomain", "localhost", "lan", "home"}
    | {"corp", "internal"}
)
_SHORTEST = 3  # letters of a beginning such as rel*
_MOST_PLACES = 12  # of one concept in one statement: keeps a hostile text from growing square


Token = tuple[str, int, int]
"""One word of a statement, and where it begins and ends in the folded text."""

Hits = dict[str, list[tuple[int, int]]]
"""Concept → where it was found, as (first token, token after the last)."""


def tokenise(folded: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Return the words of a folded text; each Japanese or Chinese character counts as one."""
    tokens: list[Token] = []
    limit = len(folded) if end is None else end
    for match in _CHUNK.finditer(folded, start, limit):
        chunk, at = match[0], match.start()
        if chunk.isalpha():
            if folded[match.end() : match.end() + 1] != "=":  # the name of a setting, as in relay=
                tokens.append((chunk, at, match.end()))
            continue
        if "@" in chunk or "_" in chunk or chunk[0].isdigit():
            continue
        if host := _host(chunk):
            tokens.append(("@" + host, at, match.end()))
            continue
        if chunk.startswith("e-mail"):
            tokens.append(("email" + chunk[6:], at, match.end()))
            continue
        for word in _WORD.finditer(chunk):
            if not word[0].isdigit():
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
    """A place in the tree of all phrases: which concepts end here, which words go on."""

    __slots__ = ("begun", "concepts", "gap", "whole")

    def __init__(self) -> None:
        self.concepts: list[str] = []
        self.whole: dict[str, _Node] = {}
        self.begun: dict[str, list[tuple[str, _Node]]] = {}
        self.gap: _Node | None = None

    def child(self, word: str) -> _Node:
        if word == "~":
            self.gap = self.gap or _Node()
            return self.gap
        if not word.endswith("*"):
            return self.whole.setdefault(word, _Node())
        begin = word[:-1]
        if len(begin) < _SHORTEST:
            raise ValueError(f"{word!r} is too short a beginning")
        family = self.begun.setdefault(begin[:_SHORTEST], [])
        node = next((node for known, node in family if known == begin), None)
        if node is None:
            node = _Node()
            family.append((begin, node))
        return node


class Lexicon:
    """Knows the phrases of every concept, and finds them in a row of words.

    :raise ValueError: a phrase without a word at its beginning or end
    """

    def __init__(self, concepts: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node()
        for concept, phrases in concepts.items():
            for phrase in phrases:
                words = _phrase(phrase)
                if not words or "~" in (words[0], words[-1]):
                    raise ValueError(f"{concept}: {phrase!r} begins or ends with no word")
                node = self._root
                for word in words:
                    node = node.child(word)
                node.concepts.append(concept)

    def find(self, tokens: list[Token]) -> Hits:
        """Return where each concept stands; takes unknown host names out of ``tokens``."""
        hits: Hits = {}
        known = self._root.whole
        # Host names that no phrase speaks of are no words.
        tokens[:] = [token for token in tokens if token[0][0] != "@" or token[0] in known]
        words = [token[0] for token in tokens]
        for index in range(len(words)):
            self._walk(self._root, words, index, index, hits)
        return hits

    def _walk(self, node: _Node, words: list[str], first: int, at: int, hits: Hits) -> None:
        """Follow every phrase that goes on with the word at a place."""
        word = words[at]
        if (found := node.whole.get(word)) is not None:
            self._arrive(found, words, first, at + 1, hits)
        for begin, found in node.begun.get(word[:_SHORTEST], ()):
            if word.startswith(begin):
                self._arrive(found, words, first, at + 1, hits)

    def _arrive(self, node: _Node, words: list[str], first: int, at: int, hits: Hits) -> None:
        for concept in node.concepts:
            places = hits.setdefault(concept, [])
            if len(places) < _MOST_PLACES and (not places or places[-1] != (first, at)):
                places.append((first, at))
        if at == len(words):
            return
        if node.whole or node.begun:
            self._walk(node, words, first, at, hits)
        if node.gap is not None:
            for skipped in range(min(GAP + 1, len(words) - at)):
                self._walk(node.gap, words, first, at + skipped, hits)


def _phrase(text: str) -> list[str]:
    words: list[str] = []
    for part in fold(text).split():
        if part[0] in "~@":
            words.append(part)
            continue
        tokens = [token[0] for token in tokenise(part.rstrip("*"))]
        words += [*tokens[:-1], tokens[-1] + "*"] if part.endswith("*") else tokens
    return words
