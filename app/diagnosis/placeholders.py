"""Put a case's own names into a text: domains, servers, settings, what the server answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property

from ..knowledge import Provider, Question, Way, knowledge
from ..knowledge.variables import UNKNOWN
from .domains import display, display_all
from .facts import CODES, Facts
from .inline_markup import value
from .situation import Situation

Translate = Callable[[str], str]
_BEGINS = re.compile(r"(?:^|(?<=[.?] ))\{\w")
"""A placeholder that begins a sentence."""


class Wording:
    """Puts the names of one situation into texts, in the language of a translator."""

    def __init__(self, situation: Situation, translate: Translate = str) -> None:
        self.situation = situation
        self.translate = translate

    def fill(self, text: str, way: Way | None = None) -> str:
        """Return a text of ours with the names that it may say.

        Names come from a link, a paste or an API call, so anybody may have chosen them, also such
        as read like a message: what our words name is a known provider's, or a stand-in.

        :param way: how a vendor says that this is done
        """
        page = {"page": value(way.page)} if way and way.page else {}
        return self._put(text, {**self._named, **page})

    def say(self, text: str) -> str:
        """Return words for the person to say: they name what is set at present."""
        return self._put(text, self._said)

    def title(self, remedy: str) -> str:
        """Return the title of a remedy, also of one that is not advised any more."""
        return self.fill(knowledge().remedies[remedy].title)

    def _put(self, text: str, names: Mapping[str, str]) -> str:
        text = self.translate(text)
        if "{" not in text:
            return text
        return _BEGINS.sub(lambda found: found[0].upper(), text).format_map(names)

    @cached_property
    def _concerned(self) -> list[str]:
        """The recipients' domains that meet the worst verdict."""
        diagnosis = self.situation.diagnosis
        worst = (diagnosis.relay, diagnosis.refused)
        return [
            verdict.recipient
            for verdict in diagnosis.verdicts
            if verdict.recipient != UNKNOWN and (verdict.relay, verdict.refused) == worst
        ]

    @cached_property
    def _recipients(self) -> str:
        return ", ".join(map(display, self._concerned))

    @cached_property
    def _named(self) -> Mapping[str, str]:
        """What a text of ours may name."""
        provider, server = self.situation.provider, self.situation.facts.server
        known = all(knowledge().provider_by("domain", name) for name in self._concerned)
        published = provider is not None and server in {out.server for out in provider.outgoing}
        translate = self.translate
        return self._with_capitals(
            {
                "provider": provider.name if provider else translate("your email provider"),
                "recipient": (known and self._recipients) or translate("other providers"),
                "server": display(str(server)) if published else translate("your outgoing server"),
                "sends": translate(_noun(self.situation.facts.program)),
                "offers": _offered(provider, translate),
                "outgoing": _outgoing(provider, translate),
                "phone": (provider and provider.phone) or "",
                "fallback": _fallback(self.situation.settings["port"], translate),
                "page": value(provider.page) if provider and provider.page else "",
                "two_step": _two_step(provider, translate),
                "vendor": self.situation.vendor.name if self.situation.vendor else "",
            }
        )

    @cached_property
    def _said(self) -> Mapping[str, str]:
        """What words that the person says may name."""
        facts, translate, named = self.situation.facts, self.translate, self._named
        account, server = (display(facts.known(k) or "") for k in ("account_domain", "server"))
        current = {
            "recipient": self._recipients or named["recipient"],
            "server": server or named["server"],
            "settings": _current_settings(facts, translate),
            "answer": _servers_answer(facts, translate),
            # Said to somebody who knows their own domain: a stand-in would only be in the way.
            "account": _at(translate(" from an address at {domain}"), account),
            "there": _at(translate(" at {domain}"), self._recipients),
        }
        return {**named, **self._with_capitals(current)}

    def _with_capitals(self, names: Mapping[str, str]) -> dict[str, str]:
        """Return names, and by their keys in capitals as they begin a sentence.

        A stand-in such as "your outgoing server" may begin one; names stay as they are.
        """
        provider = self.situation.provider
        name = provider and provider.name
        first = {
            key.capitalize(): text if text == name or "." in text else text[:1].upper() + text[1:]
            for key, text in names.items()
        }
        return {**names, **first}


def statement(question: Question, value: str, state: str, translate: Translate) -> str:
    """Return the sentence that says a fact; ``state`` is the finite value behind a typed text."""
    # What the provider makes of an answer goes before the answer.
    made = next((s for s in question.states if question.choices and s.value == state), None)
    choice = made or question.choice(value) or question.choice(state)
    if choice is None:  # a port that is no choice of its own
        return f"{translate(question.label)}: {value}"
    return translate(choice.says).format(value=display_all(value))


def _current_settings(facts: Facts, translate: Translate) -> str:
    """Return the port and encryption in words and brackets, '' where neither is known."""
    choice = knowledge().questions["security"].choice(facts.known("security") or "")
    port = facts.known("port")
    parts = [translate("port {number}").format(number=port)] if port else []
    parts += [translate(choice.short or choice.text)] if choice else []
    return f" ({', '.join(parts)})" if parts else ""


def _fallback(port: str | int, translate: Translate) -> str:
    """Return the other good port and its encryption: 587 where 465 is advised, and 465 else."""
    other, security = (587, "`STARTTLS`") if port == 465 else (465, "`SSL/TLS`")
    told = translate("port {number} with {security}")
    return told.format(number=other, security=security)


def _outgoing(provider: Provider | None, translate: Translate) -> str:
    """Return the server that a provider recommends, with port and encryption."""
    if provider is None:
        return ""
    best = provider.outgoing[0]
    choice = knowledge().questions["security"].choice(best.security)
    port = translate("port {number}").format(number=value(best.port))
    return ", ".join([value(best.server), port, *([translate(choice.text)] if choice else [])])


def _two_step(provider: Provider | None, translate: Translate) -> str:
    """Return what an app password needs first, '' where that is not known."""
    needed = provider is not None and provider.two_step
    return translate(" For that, two-step verification has to be on.") if needed else ""


def _noun(program: str | None) -> str:
    """Return what a sentence calls the program that sends."""
    programs = knowledge().programs
    guides = programs.guides(programs.find(program))
    return next(guide.noun for guide in guides if guide.noun)


def _offered(provider: Provider | None, translate: Translate) -> str:
    """Return the ways of authorisation to ask for: those offered, as far as that is known."""
    ways = knowledge().authorisations.values()
    return ", ".join(
        translate(way.ask) for way in ways if provider is None or provider.offers_any((way.id,))
    )


def _at(words: str, domain: str) -> str:
    return words.format(domain=domain) if domain else ""


def _servers_answer(facts: Facts, translate: Translate) -> str:
    """Return what the server answered, in figures, as far as a paste says."""
    codes = " ".join(str(getattr(facts, key)) for key in CODES if getattr(facts, key))
    if not codes:
        seen = facts.known("error") not in (None, "silent", "none")
        if not seen:
            return translate("I don't have the error message.")
        return translate("I can read you the exact error message.")
    return translate("The server answered {codes}.").format(codes=codes)
