"""Put a case's own names into a text: domains, servers, settings, what the server answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ..knowledge import Provider, Question, knowledge
from ..knowledge.variables import UNKNOWN
from .diagnosis import Diagnosis
from .domains import display, display_all
from .facts import CODES, Facts
from .inline_markup import value

Translate = Callable[[str], str]
_BEGINS = re.compile(r"(?:^|(?<=[.?] ))\{\w")
"""A placeholder that begins a sentence."""


def filler(diagnosis: Diagnosis, provider: Provider | None, translate: Translate) -> Translate:
    """Return a translator that also puts names into a text of ours.

    Names come from a link, a paste or an API call, so anybody may have chosen them, also such as
    read like a message: what is named in our words is a known provider's, or a stand-in.
    """
    return _filled(_named(diagnosis, provider, translate), provider, translate)


def speaker(diagnosis: Diagnosis, provider: Provider | None, translate: Translate) -> Translate:
    """Return a translator for words that the person says: they name what is set at present."""
    facts = diagnosis.facts
    account, server = _shown(facts, "account_domain"), _shown(facts, "server")
    named = _named(diagnosis, provider, translate)
    there = ", ".join(map(display, _concerned(diagnosis)))
    told = {
        "recipient": there or named["recipient"],
        "server": server or named["server"],
        "settings": _told_settings(facts, translate),
        "answer": _told_answer(facts, translate),
        # Said to somebody who knows their own domain: a stand-in would only be in the way.
        "account": _at(translate(" with an address at {domain}"), account),
        "there": _at(translate(" at {domain}"), there),
    }
    return _filled(named | told, provider, translate)


def _concerned(diagnosis: Diagnosis) -> list[str]:
    """Return the recipients' domains that meet the worst verdict."""
    worst = (diagnosis.relay, diagnosis.refused)
    return [
        verdict.recipient
        for verdict in diagnosis.verdicts
        if verdict.recipient
        and verdict.recipient != UNKNOWN
        and (verdict.relay, verdict.refused) == worst
    ]


def _named(diagnosis: Diagnosis, provider: Provider | None, translate: Translate) -> dict[str, str]:
    """Return what a text of ours may name."""
    server, concerned = diagnosis.facts.server, _concerned(diagnosis)
    known = all(name in knowledge().by_domain for name in concerned)
    published = provider is not None and server in {out.server for out in provider.outgoing}
    return {
        "provider": provider.name if provider else translate("your mail provider"),
        "recipient": (", ".join(map(display, concerned)) if known else "")
        or translate("other providers"),
        "server": display(str(server)) if published else translate("your outgoing server"),
        "offers": _offered(provider, translate),
        "outgoing": _outgoing(provider, translate),
        "phone": (provider and provider.phone) or "",
        "page": value(provider.page) if provider and provider.page else "",
    }


def _filled(named: dict[str, str], provider: Provider | None, translate: Translate) -> Translate:
    # A sentence may begin with a stand-in such as "your outgoing server"; names stay as they are.
    name = provider and provider.name
    first = {
        key.capitalize(): value if value == name or "." in value else value[:1].upper() + value[1:]
        for key, value in named.items()
    }

    def fill(text: str) -> str:
        return _BEGINS.sub(lambda found: found[0].upper(), translate(text)).format_map(
            named | first
        )

    return fill


def titles(
    ids: Iterable[str], diagnosis: Diagnosis, provider: Provider | None, translate: Translate
) -> tuple[str, ...]:
    """Return the titles of some remedies, also of those that are not advised any more."""
    fill = filler(diagnosis, provider, translate)
    return tuple(fill(knowledge().remedies[id].title) for id in ids)


def statement(question: Question, value: str, state: str, translate: Translate) -> str:
    """Return the sentence that says a fact; ``state`` is the finite value behind a typed text."""
    # What the provider makes of an answer goes before the answer.
    made = next((s for s in question.states if question.choices and s.value == state), None)
    choice = made or question.choice(value) or question.choice(state)
    if choice is None:  # a port that is no choice of its own
        return f"{translate(question.label)}: {value}"
    return translate(choice.says).format(value=display_all(value))


def _told_settings(facts: Facts, translate: Translate) -> str:
    """Return the port and encryption in words, as far as they were told."""
    choice = knowledge().questions["security"].choice(facts.known("security") or "")
    port = facts.known("port")
    parts = [translate("port {number}").format(number=port)] if port else []
    parts += [translate(choice.text)] if choice else []
    return ", ".join(parts) or translate("the settings I was given")


def _outgoing(provider: Provider | None, translate: Translate) -> str:
    """Return the server that a provider recommends, with port and encryption."""
    if provider is None:
        return ""
    best = provider.outgoing[0]
    choice = knowledge().questions["security"].choice(best.security)
    port = translate("port {number}").format(number=value(best.port))
    return ", ".join([value(best.server), port, *([translate(choice.text)] if choice else [])])


def _offered(provider: Provider | None, translate: Translate) -> str:
    """Return the ways of authorisation to ask for: those offered, as far as that is known."""
    ways = knowledge().authorisations.values()
    return ", ".join(
        translate(way.ask) for way in ways if provider is None or provider.offers_any((way.id,))
    )


def _at(words: str, domain: str | None) -> str:
    return words.format(domain=domain) if domain else ""


def _told_answer(facts: Facts, translate: Translate) -> str:
    """Return what the server answered, in figures, as far as a paste has told it."""
    codes = " ".join(str(getattr(facts, key)) for key in CODES if getattr(facts, key))
    if not codes:
        return translate("I can read you the exact words of the error.")
    return translate("The server answers {codes}.").format(codes=codes)


def _shown(facts: Facts, key: str) -> str | None:
    known = facts.known(key)
    return display(known) if known else None
