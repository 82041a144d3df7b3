"""Decide which words of a text count, and what they speak for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from ..knowledge.wordings import wordings
from .classify import Classification, add_codes, classifier
from .fields import Field, dialog_fields, report_fields
from .layout import find_layout
from .normalise import Clean
from .replies import Reply, find_replies
from .shapes import Found, outlook_numbers

ENOUGH = 4.0
"""The weight from which on a reason is named."""
PLAIN = 7.0
"""The weight that words need where nothing around them tells of an error."""
ALONE = 4.4
"""The weight that an answer needs which is the whole text."""
PROSE = 12_000
"""How many characters of running text are read when no answer of a server decides."""
MAIL = 4
"""From so many header fields on, a text is the source of a mail."""
SURROUNDINGS = 6_000
"""How many characters may tell who is speaking."""
BRIEF = 30
"""An answer of fewer characters, its codes apart, has hardly said anything."""
MOST_OTHERS = 3
"""How many further answers are weighed once one has decided."""
LONGEST_CRY = 30
"""A sentence of at most so many words may be a refusal without any code or program around it."""

_SETTINGS = frozenset({"server", "port", "security", "account", "protocol"})
_FAILURES = frozenset({"response", "number", "code", "socket", "recipient", "sender"})
_TROUBLE = frozenset({"bounce", "program", "recipient-refused", "remote", "sender-refused"})
_DONE = ("delivered", "relayed", "expanded")  # RFC 3464 section 2.3.3: nothing has failed
_OF_ANSWERS = frozenset({"protocol", "deny", "refuse", "failed"})
_OF_PROGRAMS = frozenset({"no-connection", "authentication-failed"})  # what needs no answer
_GOOD = frozenset({"web", "delivered"})
_STOP = re.compile(r"[.!?。](?=\s|$)|\n[ \t]*\n|\n(?=[ \t]*[\w-]{2,30}:)|。")


class Decision:
    """What one text says: the answer that decides, if any, and the weights of the reasons."""

    def __init__(self, cleaned: Clean) -> None:
        self.cleaned = cleaned
        self.layout = find_layout(cleaned.folded)
        self.fields = dialog_fields(cleaned, self.layout)
        self.report = report_fields(cleaned)
        self.replies = find_replies(cleaned, self.layout, self.fields)
        self.numbers = outlook_numbers(cleaned)
        self.reply, self.verdict = self._decide()

    @cached_property
    def context(self) -> frozenset[str]:
        """The ideas that tell who is speaking, and of what."""
        folded = self.cleaned.folded
        return classifier().context(folded, 0, min(len(folded), SURROUNDINGS))

    @cached_property
    def is_about_mail(self) -> bool:
        """Whether mail is spoken of at all, be it in a host's name."""
        folded = self.cleaned.folded[:PROSE]
        return "mailish" in self.context or "mail" in folded or "smtp" in folded

    @cached_property
    def is_dialog(self) -> bool:
        """Whether these are the fields of a dialog about an error, not of a page of settings."""
        names = {field.name for field in self.fields}
        return bool(self.numbers) or bool(names & _FAILURES and len(names & _SETTINGS) >= 2)

    @cached_property
    def is_in_trouble(self) -> bool:
        """Whether anything beside the words of an answer tells that sending has failed."""
        if self.is_dialog:
            return True
        if self.report:
            actions = [self._value(field) for field in self.report if field.name == "action"]
            return not actions or not all(action.startswith(_DONE) for action in actions)
        if "notice" in self.context and len(self.layout.headers) >= MAIL:
            return "delivered" not in self.context
        return bool(self.context & _TROUBLE)

    @property
    def tells_of_an_error(self) -> bool:
        """Whether there is an error at all, even one of an unknown kind."""
        if self.numbers or self.reply:
            return True
        if self.report and self.is_in_trouble:
            return True
        return "bounce" in self.context and "@" in self.cleaned.text

    def _decide(self) -> tuple[Reply | None, Classification]:
        first: Reply | None = None
        chosen: tuple[Reply, Classification] | None = None
        others: list[Classification] = []
        for reply in sorted(self.replies, key=lambda reply: (reply.returned, reply.code is None)):
            verdict = self._weigh(reply)
            if verdict is None:
                continue
            first = first or reply
            if chosen is None and verdict.best()[1] >= ENOUGH:
                chosen = reply, verdict
            else:
                others.append(verdict)
            if chosen and len(others) >= MOST_OTHERS:
                break
        answer, total = chosen or (first, self._prose(first))
        for verdict in others:
            _add(total, verdict, 0.2 if chosen else 1.0)
        return answer, total

    def _weigh(self, reply: Reply) -> Classification | None:
        """Return what one answer speaks for, None for a number that is no answer."""
        verdict = classifier().weigh(self.cleaned.folded, reply.start, reply.end)
        expected = self.is_in_trouble or "rcpt to:" in self.cleaned.folded
        known = reply.firm or (reply.spoken and expected)
        if not known and not self._is_an_answer(reply, verdict):
            return None
        add_codes(verdict, reply.code, reply.enhanced)
        return verdict

    def _is_an_answer(self, reply: Reply, verdict: Classification) -> bool:
        """Tell by its words alone whether a number and what follows are a server's answer."""
        best, weight = verdict.best()
        if self.context & _GOOD:
            return False
        if not reply.spoken:
            return weight >= PLAIN and best in verdict.sure
        if weight >= PLAIN or reply.code is None:
            return weight >= PLAIN
        if reply.at < 4 and reply.end > len(self.cleaned.text) - 4:  # nothing else stands there
            return weight > ALONE or bool(verdict.ideas & _OF_ANSWERS)
        if self.cleaned.text.rfind("\n", 0, reply.at) < reply.at - 4:
            return False  # amidst a line
        return (weight >= ENOUGH and verdict.words <= 4) or "protocol" in verdict.ideas

    def _prose(self, reply: Reply | None) -> Classification:
        """Return what the sentences, the numbers and the status fields speak for."""
        total = Classification()
        answered = reply is not None and reply.end - reply.start > BRIEF
        for start, end in self._sentences():
            verdict = classifier().weigh(self.cleaned.folded, start, end)
            if self.is_in_trouble or self._is_a_cry(verdict, start, end):
                # What a dialog says itself is only a guess where the server has said more.
                vague = answered and verdict.ideas & {"recipient-refused", "sender-refused"}
                _add(total, verdict, 0.6 if vague else 0.9)
        for number in self.numbers:
            _weigh_in(total, wordings().outlook.get(str(number.value), {}), number)
        for field in self.report:
            value = self._value(field)
            found = Found(value, field.start, field.end)
            if field.name == "status":
                code = value[2:].partition(" ")[0]
                _weigh_in(total, wordings().enhanced.get(code, {}), found)
            elif field.name == "action" and value.startswith("delay"):
                _weigh_in(total, {"temporary": ENOUGH}, found)
        return total

    def _is_a_cry(self, verdict: Classification, start: int, end: int) -> bool:
        """Tell whether a sentence is a refusal, though nothing around it says so."""
        best, weight = verdict.best()
        if verdict.words > LONGEST_CRY or " = " in self.cleaned.folded[start:end]:
            return False
        if self.context & _GOOD:
            return False
        if "client" in self.context and best in _OF_PROGRAMS and weight >= PLAIN:
            return True
        return best in verdict.sure and self.is_about_mail

    def _sentences(self) -> Iterator[tuple[int, int]]:
        """Yield the sentences of the running text."""
        for start, limit in self.layout.running_text(PROSE):
            for stop in _STOP.finditer(self.cleaned.folded, start, limit):
                if stop.start() - start > 3:
                    yield start, stop.start()
                start = stop.end()
            if limit - start > 3:
                yield start, limit

    def _value(self, field: Field) -> str:
        return self.cleaned.folded[field.start : field.end].strip()


def _add(total: Classification, more: Classification, share: float) -> None:
    for reason, weight in more.weights.items():
        if weight * share > total.weights.get(reason, 0.0):
            total.weights[reason] = weight * share
            if share > 0.5 and reason in more.places:
                total.places[reason] = more.places[reason]


def _weigh_in(total: Classification, weights: Mapping[str, float], found: Found) -> None:
    for reason, weight in weights.items():
        total.weights[reason] = total.weights.get(reason, 0.0) + weight
        total.places.setdefault(reason, [(found.start, found.end)])
