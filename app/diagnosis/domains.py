"""Bring domains and host names into one canonical form.

People paste addresses, links and names typed on a Vietnamese keyboard.  What
is kept is the domain alone, as A-labels in lower case: the part before the @
never leaves this module.
"""

import ipaddress
import re
import unicodedata
from functools import lru_cache

import idna

from ..knowledge import knowledge

MAX_TYPED = 320
"""Longest text taken for one domain: the length of the longest address (RFC 5321 4.5.3.1)."""

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]{0,20}://", re.IGNORECASE)
_CANONICAL = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_LATIN = re.compile("[a-zß-öø-ÿā-įĳ-ķĺ-ňŋ-žơưșțạ-ỹ]")
_JAPANESE = {"CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}
_TOGETHER = ({"LATIN", *_JAPANESE}, {"LATIN", "CJK", "BOPOMOFO"}, {"LATIN", "CJK", "HANGUL"})
"""Scripts that are written together."""
_EDGES = " \t<>()[]{}\"'“”‘’«»„,;."
_DOTS = str.maketrans("。．｡", "...")

# How the Telex input method composes Vietnamese letters, undone; tones are dropped because the
# letter that typed them may have stood anywhere in the syllable.
_TELEX = {"đ": "dd", "â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw"}
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}


class NotADomain(ValueError):
    """The text holds no domain that mail could be sent to."""


def normalise_domain(text: str) -> str:
    """Return the mail domain in ``text`` as lower-case A-labels.

    Forgives an address, ``mailto:``, a link, quotes, brackets, full-width
    characters, zero-width characters and trailing dots.

    :raise NotADomain: no domain of at least two labels is left
    """
    if _is_canonical(text):
        return text
    name = _encode(_bare_name(text))
    labels = name.split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        raise NotADomain
    return name


def normalise_host(text: str) -> str:
    """Return the host name in ``text`` as lower-case A-labels, or an IPv4 address.

    :raise NotADomain: no host name is left
    """
    if _is_canonical(text):
        return text
    name = _bare_name(text)
    host, colon, port = name.rpartition(":")
    name = host if colon and port.isdigit() else name
    if re.fullmatch(r"[0-9.]+", name):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise NotADomain from None
    return _encode(name)


def display(name: str) -> str:
    """Return a canonical name as people read it: in Unicode where no other can look the same.

    A name that mixes scripts stays in A-labels: Cyrillic letters can make one that looks like
    anybody's (Unicode Technical Standard 39, section 5.2, "highly restrictive").  The whole name is
    judged, not a label at a time, so one wholly Cyrillic under ``.com`` stays in A-labels too.  So
    does a label with Latin and Han or kana (``ノ`` passes for a slash), and a known provider's name
    with accents: a dot below a letter is hard to see.
    """
    if "xn--" not in name or (shown := _decoded(name)) == name:
        return name
    scripts = _scripts(shown)
    alike = len(scripts) == 1 or any(scripts <= together for together in _TOGETHER)
    mixed = any({"LATIN"} < _scripts(label) for label in shown.split("."))
    return shown if alike and not mixed and not _passes_for_known(shown) else name


def _decoded(name: str) -> str:
    try:
        return idna.decode(name)
    except UnicodeError:  # idna.IDNAError is one
        return name


def _scripts(text: str) -> set[str]:
    return {_script(sign) for sign in text if sign not in ".-0123456789"}


def _passes_for_known(shown: str) -> bool:
    """Tell whether a name is a known provider's, or below it, once its accents are left out."""
    bare = "".join(c for c in unicodedata.normalize("NFD", shown) if not unicodedata.combining(c))
    return knowledge().provider_above(bare.replace("đ", "d")) is not None


@lru_cache(maxsize=1024)
def _script(sign: str) -> str:
    """Return the script of a letter, by its name in Unicode; rare Latin ones stand for themselves.

    ``ɑ`` and ``ı`` are letters of some languages, and look like another one in ours.
    """
    if _LATIN.fullmatch(sign):
        return "LATIN"
    script = unicodedata.name(sign, "").partition(" ")[0]
    return sign if script == "LATIN" else script


def display_all(names: str) -> str:
    """Return canonical names that are joined by commas as people read them."""
    return ", ".join(display(name) for name in names.split(","))


def plain_form(name: str) -> str | None:
    """Return what a Telex user probably meant to type, or None for a plain ASCII name.

    ``yahô.com`` gives ``yahoo.com``: Telex turns a doubled letter into one with a hat.
    """
    shown = unicodedata.normalize("NFC", _decoded(name))
    if shown.isascii():
        return None
    plain = []
    for letter in shown:
        untoned = "".join(c for c in unicodedata.normalize("NFD", letter) if c not in _TONES)
        letter = unicodedata.normalize("NFC", untoned)
        plain.append(_TELEX.get(letter, letter))
    guess = "".join(plain)
    return guess if guess.isascii() else None


def belongs_to(host: str, domain: str) -> bool:
    """Tell whether ``host`` is ``domain`` itself or a name below it."""
    return host == domain or host.endswith("." + domain)


def _is_canonical(text: str) -> bool:
    """Tell whether a text is a plain name in its final form, as in every link of ours."""
    # Two hyphens may mark an A-label, which has rules of its own.
    return len(text) <= 253 and "--" not in text and _CANONICAL.fullmatch(text) is not None


def _bare_name(text: str) -> str:
    """Cut everything that people type around a name away."""
    if len(text) > MAX_TYPED:
        raise NotADomain
    text = unicodedata.normalize("NFKC", text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc", "Cs"))
    text = text.strip(_EDGES)
    if text[:7].lower() == "mailto:":
        text = text[7:]
    text = _SCHEME.sub("", text)
    text = re.split(r"[/?#\\]", text, maxsplit=1)[0]
    text = text.rpartition("@")[2]
    return re.sub(r"\s+", "", text).translate(_DOTS).strip(_EDGES).lower()


def _encode(name: str) -> str:
    if not name or len(name) > 253:
        raise NotADomain
    try:
        encoded = idna.encode(name, uts46=True).decode("ascii")
    except UnicodeError:
        raise NotADomain from None
    if len(encoded) > 253:
        raise NotADomain
    return encoded
