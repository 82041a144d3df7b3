"""Decide which reply and which sentences of a text count, and score the reasons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from ..knowledge.wordings import wordings
from .classify import Scores, Surroundings, Told, classifier
from .commands import CommandOutput
from .layout import Field, dialog_fields, find_layout, report_fields
from .normalise import CleanText
from .replies import Reply, find_replies, introductions
from .shapes import outlook_numbers

NAMED_WEIGHT = 4.0
"""Least weight of a reason that is named."""
UNSUPPORTED_WEIGHT = 7.0
"""Least weight where nothing else in the text points to an error."""
SHOWN_WEIGHT = 10.0
"""Weight of what the output of a command shows."""
LONE_REPLY_WEIGHT = 4.4
"""Least weight of a reply that is the whole text."""
PROSE_LIMIT = 12_000
"""Characters of running text that are scored."""
MAIL_HEADERS = 4
"""Header fields from which on a text is the source of a message."""
CONTEXT_LIMIT = 6_000
"""Characters from the start that are searched for context."""
LONE_CODE = 60
"""Characters of a text in which a number may be all that is said."""
BRIEF_REPLY = 30
"""A reply with fewer characters after its codes says little."""
MAX_OTHER_REPLIES = 3
"""Further replies that are scored once one has decided."""
MAX_REFUSAL_WORDS = 30
"""Longest sentence, in words, that may be a refusal without a code or context."""

_SETTINGS = frozenset({"server", "port", "security", "account", "protocol"})
_FAILURES = frozenset({"response", "number", "code", "socket", "recipient", "sender"})
_FAILURE_IDEAS = frozenset({"bounce", "program", "recipient-refused", "remote", "sender-refused"})
_SUCCESS_ACTIONS = ("delivered", "relayed", "expanded")  # RFC 3464 section 2.3.3
_REPLY_IDEAS = frozenset({"protocol", "deny", "refuse", "failed"})
_PROGRAM_REASONS = frozenset({"no-connection", "authentication-failed"})  # no server has replied
_NO_FAILURE_IDEAS = frozenset({"web", "delivered"})
_HEARD = re.compile(
    r"(?:<<<|<[~-][ *-]?|<\*\*|(?:^|\n|: )s:|\n<|\bcode[:=]?|\breply:) {0,3}[\"'(b]{0,4}$"
)
"""What stands before a server's reply in a session: an arrow, "S:", "got code"."""
_EXPECTED = re.compile(r"\bexpect\w{0,3} [^\n]{1,40}\bgot[^\n]{0,12}$")
"""What stands before a code that a program did not wait for: "Expected code 250, got 552"."""
_NOT_NEEDED = re.compile(
    r"(?:^|\n)[^\w\n]{0,8}(?:help|vrfy|expn|noop)\b[^\n]{0,80}\n(?:[^\w\n][^\n]{0,60}\n)?[^\w\n]{0,8}$"
    r"|command failed: $"
)
"""What stands before the reply to a command that only a test sends: curl asks for HELP or VRFY."""
_SERVER_CODES = frozenset(
    {421, 451, 452, 454, 455, 501, 502, 503, 504, 521, 523, 534, 535, 538, 541, 571}
    | {*range(551, 558)}
)
"""Reply codes that servers refuse with (RFC 5321 section 4.2.3, RFC 4954, common others).

Round numbers are not among them: they are prices and other counts.
"""
_RECEIVING = re.compile(
    r"(?<![@\w])(?:imap|imaps|pop|pop3|pop3s|ftp)\b|imap-login|pop3-login|\b0x800ccc9[0-2]\b"
    r"|(?:- |')receiving\b"
    r"|\b(?:port|cong|cổng)\D{0,3}(?:110|143|993|995)\b|\bauthenticationfailed\b"
)
_RECEIVING_WORDS = (
    *("imap", "pop", "ftp", "0x800ccc9", "receiving", "authenticationfailed"),
    *("110", "143", "993", "995"),
)
"""One of these is in what ``_RECEIVING`` finds: a fast test, as most texts have none."""
_SENDING = re.compile(r"\bsmtp|- sending\b|\b(?:25|465|587)\b|rcpt to|outgoing|gui (?:di|thu|mail)")
_SENDING_DIALOG = re.compile(r"smtp|- sending\b|\b(?:25|465|587)\b|rcpt to")
_GOODBYE = re.compile(r"(?:^|\n)[^\w\n]{0,6}(?:[a-z]: )?221[ -]")
_LISTED = re.compile(r"(?:^|\n)[^\w\n]{0,6}(?:[^\W\d_]{2,12} )?([45]\d\d)\b(?!-)")
LONGEST_STORY = 300
"""Characters in which somebody tells of an error, its code named."""
LONGEST_CLUE = 800
"""Characters of a text in which a failed connection is taken for one to a mail server."""
_CLUES = frozenset({"tls-failed", "no-connection"})
MIN_LISTED = 3
"""Different codes, each at the beginning of a line, from which on a text explains codes."""
_LINES = re.compile(r"[^\n]{8,400}")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_SENTENCE_END = re.compile(r"[.!?。](?=\s|$)|\n[ \t]*\n|\n(?=[ \t]*[\w.-]{2,60}:)|。")


class Decision:
    """Deciding reply of a text, if any, and the scores of the reasons."""

    def __init__(self, cleaned: CleanText) -> None:
        self.cleaned = cleaned
        self.layout = find_layout(cleaned.folded)
        self.fields = dialog_fields(cleaned, self.layout)
        self.report = report_fields(cleaned)
        self.replies = find_replies(cleaned, self.layout, self.fields)
        self.numbers = outlook_numbers(cleaned)
        self.output = CommandOutput(cleaned)
        self.reply, self.scores = self._decide()

    @cached_property
    def surroundings(self) -> Surroundings:
        """What kind of text it is, by its beginning."""
        folded = self.cleaned.folded
        return classifier().surroundings(folded, min(len(folded), CONTEXT_LIMIT))

    @property
    def context(self) -> frozenset[str]:
        """Context ideas near the start of the text."""
        return self.surroundings.ideas

    @property
    def is_lone_reply(self) -> bool:
        """Whether the deciding reply is the whole text."""
        return self.reply is not None and self._is_whole(self.reply)

    def _is_whole(self, reply: Reply) -> bool:
        return reply.at < 4 and reply.end > len(self.cleaned.folded) - 4

    @cached_property
    def told(self) -> dict[str, Told]:
        """What somebody tells in words of their own: nothing where a machine has written all."""
        if self.report or len(self.layout.headers) >= MAIL_HEADERS:
            return {}
        if self.is_lone_reply or ("bounce" in self.context and not self.complains):
            return {}
        found: dict[str, Told] = {}
        for start, end in self.layout.running_text(CONTEXT_LIMIT):
            found = classifier().told(self.cleaned.folded, start, end) | found
        return found

    @cached_property
    def complains(self) -> bool:
        """Whether somebody says in words of their own that sending fails."""
        return self.surroundings.complains and not self.report and not self.layout.headers

    @property
    def is_own_words(self) -> bool:
        """Whether somebody's own words are all that tells of a failure."""
        return self.reply is None and self.complains and not self.is_dialog

    @cached_property
    def is_about_mail(self) -> bool:
        """Whether the text mentions email, if only in a host name."""
        folded = self.cleaned.folded[:PROSE_LIMIT]
        return "@" in folded or "smtp" in folded or "mail" in folded or "mailish" in self.context

    @cached_property
    def is_harmless(self) -> bool:
        """Whether it is no failure to send: mail is fetched, all went well, or codes explained."""
        if self.is_lone_reply:
            return False
        folded = self.cleaned.folded[:PROSE_LIMIT]
        if self.output.command:
            return self.reply is None and self.output.failure is None
        sending = _SENDING_DIALOG if self.numbers else _SENDING
        if self._tells_of_receiving and not sending.search(folded):
            return True
        refused = any((reply.code or 0) >= 400 for reply in self.replies)
        if not refused and "221" in folded and _GOODBYE.search(folded):
            return True
        if folded.count("\n") < MIN_LISTED - 1 or "@" in folded or self.report:
            return False
        in_use = self.fields or "ehlo" in folded
        if in_use and "bounce" in self.context:
            return False
        listed = len(set(_LISTED.findall(folded))) >= MIN_LISTED
        return (listed and not in_use) or self._explains_reasons()

    @cached_property
    def _tells_of_receiving(self) -> bool:
        folded = self.cleaned.folded[:PROSE_LIMIT]
        return any(word in folded for word in _RECEIVING_WORDS) and bool(_RECEIVING.search(folded))

    def _explains_reasons(self) -> bool:
        """Whether each line tells of another reason, and nothing of anybody's mail."""
        text = self.cleaned.folded
        if any(text.startswith("-", reply.at + 3) for reply in self.replies):
            return False  # these are the lines of one reply
        told: set[str | None] = set()
        for line in _LINES.finditer(self.cleaned.folded, 0, PROSE_LIMIT):
            reason, weight = classifier().weigh(self.cleaned.folded, *line.span()).best()
            if weight >= NAMED_WEIGHT:
                told.add(reason)
        return len(told) >= MIN_LISTED

    @cached_property
    def is_dialog(self) -> bool:
        """Whether the fields belong to an error dialog rather than to a settings page."""
        names = {field.name for field in self.fields}
        return bool(self.numbers) or bool(names & _FAILURES and len(names & _SETTINGS) >= 2)

    @property
    def lists_settings(self) -> bool:
        """Whether somebody has written down the outgoing server and its port."""
        return {"server", "port"} <= {field.name for field in self.fields}

    @cached_property
    def reports_failure(self) -> bool:
        """Whether anything besides a reply says that sending has failed."""
        if self.is_dialog or self.complains:
            return True
        if self.report:
            actions = [self._value(field) for field in self.report if field.name == "action"]
            return not actions or not all(action.startswith(_SUCCESS_ACTIONS) for action in actions)
        if "notice" in self.context and len(self.layout.headers) >= MAIL_HEADERS:
            return "delivered" not in self.context
        # In a list of settings, the other server is the incoming one.
        settings = self.lists_settings or self._tells_of_receiving
        ideas = self.context - {"remote"} if settings else self.context
        return bool(ideas & _FAILURE_IDEAS)

    @cached_property
    def is_lone_code(self) -> bool:
        """Whether a short text is about a known reply code and has no other number: "lỗi 550"."""
        folded = self.cleaned.folded
        if len(self.replies) != 1 or len(folded) > LONE_CODE or self.context & _NO_FAILURE_IDEAS:
            return False
        words = set(_WORD.findall(folded))
        return (
            self.replies[0].code in wordings().meanings
            and len(_NUMBER.findall(folded)) == 1
            and (not words or not words.isdisjoint(introductions()) or self.is_about_mail)
        )

    @property
    def says_little(self) -> bool:
        """Whether the deciding reply has a code, and no words that say what it means."""
        reply = self.reply
        return (
            reply is not None
            and reply.code in wordings().meanings
            and reply.end - reply.start <= BRIEF_REPLY
        )

    @property
    def is_error(self) -> bool:
        """Whether there is an error, even of an unknown kind."""
        if self.reply or self.numbers or self.output.failure:
            return True
        if self.report and self.reports_failure:
            return True
        return {"bounce"} == self.context & {"bounce", "delivered"} and "@" in self.cleaned.text

    def _decide(self) -> tuple[Reply | None, Scores]:
        first: Reply | None = None
        chosen: tuple[Reply, Scores] | None = None
        others: list[Scores] = []
        for reply in sorted(self.replies, key=lambda reply: (reply.returned, reply.code is None)):
            scores = self._score_reply(reply)
            if scores is None:
                continue
            first = first or reply
            if chosen is None and scores.best()[1] >= NAMED_WEIGHT:
                chosen = reply, scores
            else:
                others.append(scores)
            if chosen and len(others) >= MAX_OTHER_REPLIES:
                break
        deciding, total = chosen or (first, self._score_prose(first))
        for scores in others:
            _add(total, scores, 0.2 if chosen else 1.0)
        # A server that refuses was reached, whatever a log says of the end of the connection.
        if deciding and (deciding.code or 0) >= 500 and not _is_about_routing(deciding):
            total.weights.pop("no-connection", None)
        return deciding, total

    def _score_reply(self, reply: Reply) -> Scores | None:
        """Return the scores of a reply, None if its number is not a reply code."""
        coded = reply.code is not None
        scores = classifier().weigh(self.cleaned.folded, reply.start, reply.end, coded)
        folded = self.cleaned.folded
        if self.output.is_here and _NOT_NEEDED.search(folded, max(0, reply.at - 160), reply.at):
            return None
        if not (reply.certain or self._is_reply(reply, scores) or self._is_heard(reply)):
            return None
        scores.add(wordings().reply.get(reply.code or 0, {}))
        scores.add(wordings().enhanced.get((reply.enhanced or "").partition(".")[2], {}))
        return scores

    def _is_heard(self, reply: Reply) -> bool:
        """Return whether what stands around a number shows that a server said it."""
        folded = self.cleaned.folded
        if reply.quoted:
            # "SMTPC: received error code. [550]": the log of a device that sends by itself.
            logged = folded.startswith("smtp", self._line_of(reply))
            logged = logged or any(other.certain for other in self.replies)
            if logged or "rcpt to:" in folded or self.reports_failure:
                return True
        if _EXPECTED.search(folded, max(0, reply.at - 60), reply.at):
            return True
        if reply.code is None or not _HEARD.search(folded, max(0, reply.at - 24), reply.at):
            return False
        arrow = folded[max(0, reply.at - 8) : reply.at].rstrip().endswith("<<<")
        return arrow or "ehlo" in folded or "helo" in folded or self.output.is_here

    def _is_reply(self, reply: Reply, scores: Scores) -> bool:
        """Return whether a number and the words after it are a reply, by those words."""
        best, weight = scores.best()
        whole = self._is_whole(reply)
        if (whole and weight >= UNSUPPORTED_WEIGHT) or self.is_lone_code:
            return True
        if self.context & _NO_FAILURE_IDEAS:
            return False
        if not reply.quoted:
            if weight >= UNSUPPORTED_WEIGHT and best in scores.sure:
                return True
            return reply.named and self._is_short_story(reply)
        if reply.code is None:
            return weight >= NAMED_WEIGHT
        if weight >= UNSUPPORTED_WEIGHT:
            return True
        if whole:
            said = 1 < scores.words <= MAX_REFUSAL_WORDS and reply.code in _SERVER_CODES
            return said or weight > LONE_REPLY_WEIGHT or bool(scores.ideas & _REPLY_IDEAS)
        if self.cleaned.text.rfind("\n", 0, reply.at) < reply.at - 4:  # in the middle of a line
            return (reply.named or reply.introduced) and self._is_short_story(reply)
        return (weight >= NAMED_WEIGHT and scores.words <= 4) or "protocol" in scores.ideas

    def _is_short_story(self, reply: Reply) -> bool:
        """Return whether somebody tells in few words, about mail, of a known reply code."""
        folded = self.cleaned.folded
        known = reply.code in wordings().meanings
        return known and self.is_about_mail and len(folded) <= LONGEST_STORY

    def _score_prose(self, reply: Reply | None) -> Scores:
        """Return the scores of the sentences, Outlook's numbers and the status fields."""
        total = Scores()
        has_reply = reply is not None and reply.end - reply.start > BRIEF_REPLY
        for start, end in self._sentences():
            scores = classifier().weigh(self.cleaned.folded, start, end)
            if self.reports_failure or self._is_refusal(scores, start, end):
                # A dialog only guesses; the server's reply is more exact.
                vague = has_reply and scores.ideas & {"recipient-refused", "sender-refused"}
                _add(total, scores, 0.6 if vague else 0.9)
        if self.output.failure:
            cause, start, end = self.output.failure
            total.add({cause: SHOWN_WEIGHT}, (start, end))
        for number in self.numbers:
            weights = wordings().outlook.get(str(number.value), {})
            total.add(weights, (number.start, number.end))
        for field in self.report:
            value, place = self._value(field), (field.start, field.end)
            if field.name == "status":
                code = value[2:].partition(" ")[0]
                total.add(wordings().enhanced.get(code, {}), place)
            elif field.name == "action" and value.startswith("delay"):
                total.add({"temporary": NAMED_WEIGHT}, place)
        return total

    def _is_refusal(self, scores: Scores, start: int, end: int) -> bool:
        """Return whether a sentence is a refusal by itself."""
        best, weight = scores.best()
        if scores.words > MAX_REFUSAL_WORDS or " = " in self.cleaned.folded[start:end]:
            return False
        if self.context & _NO_FAILURE_IDEAS:
            return False
        if "client" in self.context and best in _PROGRAM_REASONS and weight >= UNSUPPORTED_WEIGHT:
            return True
        short = len(self.cleaned.folded) <= LONGEST_CLUE and best in _CLUES
        return best in scores.sure and (self.is_about_mail or short)

    def _sentences(self) -> Iterator[tuple[int, int]]:
        """Yield start and end of each sentence of the running text."""
        for start, limit in self.layout.running_text(PROSE_LIMIT):
            for stop in _SENTENCE_END.finditer(self.cleaned.folded, start, limit):
                if stop.start() - start > 3:
                    yield start, stop.start()
                start = stop.end()
            if limit - start > 3:
                yield start, limit

    def _line_of(self, reply: Reply) -> int:
        """Return where the line of a reply begins."""
        return self.cleaned.folded.rfind("\n", 0, reply.at) + 1

    def _value(self, field: Field) -> str:
        return self.cleaned.folded[field.start : field.end].strip()


def _is_about_routing(reply: Reply) -> bool:
    """Return whether a status is of the class "network and routing" (RFC 3463 section 3.5)."""
    return (reply.enhanced or "")[1:].startswith(".4.")


def _add(total: Scores, more: Scores, share: float) -> None:
    for reason, weight in more.weights.items():
        if weight * share > total.weights.get(reason, 0.0):
            total.weights[reason] = weight * share
            if reason in more.replies:
                total.replies[reason] = more.replies[reason]
            if share > 0.5 and reason in more.places:
                total.places[reason] = more.places[reason]
