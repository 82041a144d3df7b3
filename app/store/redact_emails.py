"""Remove the local part of email addresses from agents' notes; the domain stays.

A sign (@, #, "at", "a còng" …) between a word and what looks like a domain makes both an address.
In doubt the word is removed: "Pat at adatum.com" becomes "@adatum.com".  Words that go before a
place ("refused at"), numbers, and plain words before a server's name ("SSL at smtp.") stay.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category, normalize

_FLAGS: Final = re.VERBOSE | re.IGNORECASE
_OPEN, _CLOSE = r"[\[({<（［｛【]", r"[\])}>）］｝】]"
_AT: Final = "[@＠﹫]"
_SPOKEN_AT: Final = r"a\s?(?:còng|cong|móc|moc|vòng|vong)"
_SEPARATORS: Final = ("dot", "chấm", "cham", "gạch dưới", "underscore", "gạch ngang", "dash")
"""Spoken separators within an address."""
_SEPARATOR, _REVERSED_SEPARATOR = (
    "|".join(separator[::step].replace(" ", r"\s") for separator in _SEPARATORS) for step in (1, -1)
)
_DOT: Final = rf"""(?: [.．。｡] | \s[.]\s? | \s{{1,2}}(?:{_SEPARATOR})\s{{1,2}}
    | \s?{_OPEN}\s?(?:{_SEPARATOR}|[.])\s?{_CLOSE}\s? )"""
_LABEL: Final = r"[\w-]{1,63}+"
_DOMAIN: Final = rf"""(?! \d+[.](?:am|pm|h)\b ) (?=
    (?:gmail|googlemail|hotmail|icloud|yahoo|ymail) (?![\w-])   # said without ".com"
    | {_LABEL} (?:{_DOT}{_LABEL}){{0,8}}?
      {_DOT} (?: [^\W\d_]{{2,24}}+ | xn--[\w-]++ ) (?![\w-]) )"""
_SIGN: Final = re.compile(
    rf"""
    (?P<space>\s{{0,3}})
    (?: {_AT} | (?P<hash>[\#＃])
      | (?P<clear> %(?:25)*40 | &(?:\#0*64|\#x0*40|commat); | \b{_SPOKEN_AT}(?=\s)
        | {_OPEN}\s?(?:at|a|{_AT}|{_SPOKEN_AT})\s?{_CLOSE} )
      | (?<=\s)at(?=\s) )
    \s{{0,3}} {_DOMAIN}
    | (?P<bare>{_AT})
    """,
    _FLAGS,
)
"""A sign before what looks like a domain; or, without one, right behind a word."""
_WORD: Final = r'(?: "[^"\n]{1,64}+" | [^\s<>,;"]++ )'
_REVERSED_WORDS: Final = re.compile(
    rf"""{_WORD} (?: (?: \s{{1,2}}(?:{_REVERSED_SEPARATOR}|[.])\s{{1,2}}
    | \s?{_CLOSE}\s?(?:{_REVERSED_SEPARATOR}|[.])\s?{_OPEN}\s? ) {_WORD} )*+""",
    _FLAGS,
)
"""The words before a sign, in the reversed text."""
_NUMBER: Final = re.compile(r"\d{1,5}|\d+(?:[.]\d+)+")
"""A port, an error's code, an IPv4 address."""
_SERVER: Final = re.compile(
    r"(?:smtps?|imaps?|pops?|mx|relay|www|webmail|autoconfig|autodiscover|outgoing)-?\d*\b",
    re.IGNORECASE,
)
_NOT_LOCAL: Final = re.compile(
    r"""
    (?: account | arriv | ask | block | bounc | call | chang | check | deferr? | deliver | email
      | end | error | fail | host | line | list | log | look | mailbox | password | port | queu
      | read | register | reject | refus | relay | run | server | sign | start | stay | stopp?
      | test | try | user | wait | work ) (?:e?s|e?d|n?ing|e)?
    | all | and | any | are | back | been? | being | but | down | e-mail | every | from | here | him
    | in | is | it | login | mail | me | not | off | on | only | or | other | out | people | set
    | stuck | that | the | them | there | this | timeout | to | tried | up | us | was | we | were
    | you
    """,
    _FLAGS,
)
"""Words that go before "at" and a place."""
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Characters that are blank although their category is visible."""


def redact_emails(text: str) -> str:
    """Replace ``lan@adatum.com`` by ``@adatum.com`` in a text, in linear time.

    The result is in NFC and has no invisible characters, which could hide an address.
    """
    text = normalize("NFC", text)
    if not text.isascii():
        text = "".join(c for c in text if category(c) != "Cf" and c not in _INVISIBLE)
    backwards, size = text[::-1], len(text)
    pieces, done, last = [], 0, 0
    for sign in _SIGN.finditer(text):
        words = _REVERSED_WORDS.match(backwards, size - sign.start(), size - last)
        last = sign.end()
        if words and _is_local(words[0][::-1], sign):
            pieces += [text[done : size - words.end()], "@"]
            done = last
    return "".join([*pieces, text[done:]])


def _is_local(word: str, sign: re.Match[str]) -> bool:
    """Return whether a word before a sign is the local part of an address."""
    if sign["bare"] or sign["clear"]:
        return True
    if sign["hash"] and ("/" in word or ":" in word):  # the end of a link
        return False
    if not sign["space"]:
        return True
    if word[-1] in ".:!?)" or _NUMBER.fullmatch(word):
        return False
    if re.search(r"[\d._+]", word):
        return True
    ordinary = _NOT_LOCAL.fullmatch(word.strip("\"'([{"))
    return ordinary is None and _SERVER.match(sign.string, sign.end()) is None
