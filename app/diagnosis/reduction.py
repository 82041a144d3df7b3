"""Reduce free text and long lists to the finite facts of the decision table.

Comparing names is wrong both ways (hosted and sister domains, subdomains, a domain moved to a big
host: G18), so a relation is claimed only where the names are the same, plainly different, or known
to belong to one published provider; in between it is ``unknown``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..knowledge import Provider, knowledge
from ..knowledge.variables import FACT_OF, UNKNOWN, VARIABLES
from .domains import belongs_to
from .facts import Facts

Case = Mapping[str, str]
"""One value for every variable of the decision table."""

SUBMISSION_PORTS = (465, 587)
"""Ports for sending with a login: RFC 8314 section 3.3 and RFC 6409 section 3.1."""
_NOT_SAID: Mapping[Any, str] = {None: UNKNOWN, UNKNOWN: UNKNOWN}
_PORTS = {**_NOT_SAID, 25: "relay", **dict.fromkeys(SUBMISSION_PORTS, "submission")}
_SECURITY = {**_NOT_SAID, "none": "none"}


def find_provider(facts: Facts) -> Provider | None:
    """Return the published provider that the account or its outgoing server belongs to.

    Where neither tells, a reply of the outgoing server that only one provider gives does.
    """
    content = knowledge()
    of_domain = content.provider_above(facts.known("account_domain") or "")
    found = of_domain or _found(facts) or content.provider_by("server", facts.known("server"))
    return found or content.provider_by("id", who_replied(facts))


def _found(facts: Facts) -> Provider | None:
    """Return the provider that was found for the account's domain, as long as it is that one."""
    found = facts.found
    return found.settings if found and found.domain == facts.account_domain else None


def who_replied(facts: Facts) -> str | None:
    """Return the id of the provider whose outgoing server gave the reply that was read."""
    vendor, reply = knowledge().find_reply(facts.vendor_reply)
    said = {reply.refused_by, facts.known("refused_by")} if reply else set()
    return vendor.provider if vendor and said <= {"own-server", None} else None


def reduce_facts(
    facts: Facts, provider: Provider | None = None, recipient: str = UNKNOWN
) -> dict[str, str]:
    """Return the case that the facts state; what was not said is ``unknown``.

    :param provider: as ``find_provider`` returns it
    :param recipient: the relation of the one recipient to judge
    """
    # A fact that the table takes as it is needs no line below.
    answered = {name: getattr(facts, name, None) or UNKNOWN for name in VARIABLES}
    return answered | {
        "error": reduce_answer("error", facts.error, provider),
        "program": _program(facts.known("program")),
        "account": provider.sign_in if provider else UNKNOWN,
        "login": reduce_answer("login", facts.login, provider),
        "connection": reduce_answer("connection", facts.connection, provider),
        "recipient": recipient,
        "sender": _relation(facts.known("sender_domain"), facts.known("account_domain")),
        "server": _server(facts, provider),
        "port": _PORTS.get(facts.port, "other"),
        "security": _SECURITY.get(facts.security, "on"),
    }


def _program(program: str | None) -> str:
    """Return the finite value of a program: itself, the kind that a product is of, or any app."""
    if program is None:
        return UNKNOWN
    kind = knowledge().programs.find(program).kind or program
    return kind if kind in VARIABLES["program"] else "program"


def reduce_choice(name: str, choice: str) -> str:
    """Return the finite value of a variable that a choice of its question comes to alone."""
    told = int(choice) if choice.isdecimal() else choice
    return reduce_facts(Facts().but(**{FACT_OF[name]: told}))[name]


def reduce_answer(fact: str, answer: str | None, provider: Provider | None) -> str:
    """Return the finite value of a chosen answer: some providers make another one of it."""
    reduce = _BY_PROVIDER.get(fact) if provider else None
    return reduce(answer, provider) if reduce and provider else answer or UNKNOWN


def _error(error: str | None, provider: Provider) -> str:
    # Asked to log in where there is no login: the server only does not know its customer.
    if error == "authentication-required" and not provider.has_login:
        return "relay-denied"
    return error or UNKNOWN


def _connection(connection: str | None, provider: Provider) -> str:
    if not provider.offers_any(("authorised-network",)):
        return "uncounted"
    # A provider of mail alone runs nobody's line.
    return "other" if provider.mail_only else connection or UNKNOWN


def _login(login: str | None, provider: Provider) -> str:
    """Return how the person is taken to log in: not at all where the provider has no login."""
    if provider.has_login:
        return login or UNKNOWN
    if login == "pop-first" or not provider.offers_any(("pop-before-smtp",)):
        return login if login == "pop-first" else "none"
    return "none" if login in ("password", "oauth") else login or UNKNOWN


_BY_PROVIDER = {"error": _error, "connection": _connection, "login": _login}


def relate_recipient(facts: Facts, recipient: str, provider: Provider | None) -> str:
    """Return whether the outgoing server looks after a domain itself: same, other or unknown."""
    if recipient == UNKNOWN:
        return UNKNOWN
    server, account = facts.known("server"), facts.known("account_domain")
    if server and belongs_to(server, recipient):
        return "same"
    relation = _relation(recipient, account)
    # Through somebody else's server even mail to one's own provider may have to be passed on.
    borrowed = relation == "same" and _server(facts, provider) == "other"
    return UNKNOWN if borrowed else relation


def _server(facts: Facts, provider: Provider | None) -> str:
    server, account = facts.known("server"), facts.known("account_domain")
    replied = who_replied(facts)
    if account and provider and replied and replied != provider.id:
        return "other"
    if server is None or account is None:
        return UNKNOWN
    hosts = {outgoing.server for outgoing in provider.outgoing} if provider else set()
    return "own" if belongs_to(server, account) or server in hosts else "other"


def _relation(domain: str | None, account: str | None) -> str:
    if domain is None or account is None:
        return UNKNOWN
    if domain == account or _sisters(domain, account):
        return "same"
    if belongs_to(domain, account) or belongs_to(account, domain):
        return UNKNOWN
    return "other"


def _sisters(domain: str, account: str) -> bool:
    provider = knowledge().provider_by("domain", domain)
    return provider is not None and provider == knowledge().provider_by("domain", account)
