"""Keep mail addresses out of what agents write down: only the domain of one stays.

A sign (@, #, "at", "a còng" …) between a word and what looks like a domain makes both an address.
In doubt the word goes: of "Pat at adatum.com" only "@adatum.com" stays.  Words after which a place
is named ("refused at"), numbers, and plain words before a server's name ("SSL at smtp.") do stay.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category, normalize

_FLAGS: Final = re.VERBOSE | re.IGNORECASE
_OPEN, _CLOSE = r"[\[({<（［｛【]", r"[\])}>）］｝】]"
_AT: Final = "[@＠﹫]"
_SPOKEN_AT: Final = r"a\s?(?:còng|cong|móc|moc|vòng|vong)"
_JOINTS: Final = ("dot", "chấm", "cham", "gạch dưới", "underscore", "gạch ngang", "dash")
"""What people say for what joins the words of an address."""
_JOINT, _TURNED_JOINT = (
    "|".join(joint[::step].replace(" ", r"\s") for joint in _JOINTS) for step in (1, -1)
)
_DOT: Final = rf"""(?: [.．。｡] | \s[.]\s? | \s{{1,2}}(?:{_JOINT})\s{{1,2}}
    | \s?{_OPEN}\s?(?:{_JOINT}|[.])\s?{_CLOSE}\s? )"""
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
_TURNED_WORDS: Final = re.compile(
    rf"""{_WORD} (?: (?: \s{{1,2}}(?:{_TURNED_JOINT}|[.])\s{{1,2}}
    | \s?{_CLOSE}\s?(?:{_TURNED_JOINT}|[.])\s?{_OPEN}\s? ) {_WORD} )*+""",
    _FLAGS,
)
"""The words before a sign, in a text that is turned around."""
_NUMBER: Final = re.compile(r"\d{1,5}|\d+(?:[.]\d+)+")
"""A port, an error's code, an IPv4 address."""
_SERVER: Final = re.compile(
    r"(?:smtps?|imaps?|pops?|mx|relay|www|webmail|autoconfig|autodiscover|outgoing)-?\d*\b",
    re.IGNORECASE,
)
_PLACED: Final = re.compile(
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
"""What stands before "at" and the name of a place."""
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Characters that show nothing although their category says otherwise."""


def redact_emails(text: str) -> str:
    """Return a text in which ``lan@adatum.com`` has become ``@adatum.com``, in linear time.

    The text comes back in NFC and without invisible characters, which may hide an address.
    """
    text = normalize("NFC", text)
    if not text.isascii():
        text = "".join(c for c in text if category(c) != "Cf" and c not in _INVISIBLE)
    turned, size = text[::-1], len(text)
    kept, done, last = [], 0, 0
    for sign in _SIGN.finditer(text):
        words = _TURNED_WORDS.match(turned, size - sign.start(), size - last)
        last = sign.end()
        if words and _is_local(words[0][::-1], sign):
            kept += [text[done : size - words.end()], "@"]
            done = last
    return "".join([*kept, text[done:]])


def _is_local(word: str, sign: re.Match[str]) -> bool:
    """Tell whether a word before a sign is part of an address."""
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
    placed = _PLACED.fullmatch(word.strip("\"'([{"))
    return placed is None and _SERVER.match(sign.string, sign.end()) is None
