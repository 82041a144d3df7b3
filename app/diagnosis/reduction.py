"""Reduce free text and long lists to the finite facts of the decision table.

Comparing names is wrong both ways (hosted and sister domains, subdomains, a domain moved to a big
host: G18), so a relation is claimed only where the names are the same, plainly different, or known
to belong to one published provider; in between it is ``unknown``.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..knowledge import Provider, knowledge
from ..knowledge.variables import UNKNOWN, VARIABLES
from .domains import belongs_to
from .facts import Facts

Case = Mapping[str, str]
"""One value for every variable of the decision table."""

SUBMISSION_PORTS = (465, 587)
"""Ports for sending with a login: RFC 8314 section 3.3 and RFC 6409 section 3.1."""


def find_provider(facts: Facts) -> Provider | None:
    """Return the published provider that the account or its outgoing server belongs to."""
    content = knowledge()
    labels = (facts.known("account_domain") or "").split(".")
    above = (".".join(labels[at:]) for at in range(len(labels)))
    # The nearest domain that is known: a subdomain belongs to the one above it.
    of_domain = next((content.by_domain[d] for d in above if d in content.by_domain), None)
    return of_domain or content.by_server.get(facts.known("server") or "")


def reduce_facts(facts: Facts, recipient: str | None = None) -> dict[str, str]:
    """Return the case that the facts state; what was not said is ``unknown``.

    :param recipient: the one recipient's domain to judge (G8), by default the foremost
    """
    provider = find_provider(facts)
    if recipient is None:
        recipient = foremost_recipient(facts, provider)
    # A fact that the table takes as it is needs no line below.
    as_told = {name: getattr(facts, name, None) or UNKNOWN for name in VARIABLES}
    return as_told | {
        "error": _error(facts, provider),
        "program": _program(facts.program),
        "account": provider.sign_in if provider else UNKNOWN,
        "login": _login(facts, provider),
        "connection": _connection(facts, provider),
        "recipient": _recipient(facts, recipient, provider),
        "sender": _relation(facts.known("sender_domain"), facts.known("account_domain")),
        "server": _server(facts, provider),
        "port": _port(facts.port),
        "security": {None: UNKNOWN, UNKNOWN: UNKNOWN, "none": "none"}.get(facts.security, "on"),
    }


def foremost_recipient(facts: Facts, provider: Provider | None) -> str | None:
    """Return the recipient's domain that most likely has to be relayed, whatever their order."""
    order = ("other", UNKNOWN, "same")
    return min(
        sorted(facts.recipients),
        key=lambda recipient: order.index(_recipient(facts, recipient, provider)),
        default=None,
    )


def _error(facts: Facts, provider: Provider | None) -> str:
    # Asked to log in where there is no login: the server only does not know its customer.
    if facts.error == "authentication-required" and provider and not provider.has_login:
        return "relay-denied"
    return facts.error or UNKNOWN


def _connection(facts: Facts, provider: Provider | None) -> str:
    if provider and not provider.offers_any(("authorised-network",)):
        return "uncounted"
    # A provider of mail alone runs nobody's line.
    return "other" if provider and provider.mail_only else facts.connection or UNKNOWN


def _login(facts: Facts, provider: Provider | None) -> str:
    """Return how the person is taken to log in: not at all where the provider has no login."""
    if provider is None or provider.has_login:
        return facts.login or UNKNOWN
    if facts.login == "pop-first" or not provider.offers_any(("pop-before-smtp",)):
        return facts.login if facts.login == "pop-first" else "none"
    return "none" if facts.login in ("password", "oauth") else facts.login or UNKNOWN


def _program(program: str | None) -> str:
    if program in (None, UNKNOWN):
        return UNKNOWN
    return "webmail" if program == "webmail" else "program"


def _port(port: int | str | None) -> str:
    if not isinstance(port, int):
        return UNKNOWN
    if port in SUBMISSION_PORTS:
        return "submission"
    return "relay" if port == 25 else "other"


def _recipient(facts: Facts, recipient: str | None, provider: Provider | None) -> str:
    """Tell whether the outgoing server looks after the recipient's domain itself."""
    if recipient in (None, UNKNOWN):
        return UNKNOWN
    server, account = facts.known("server"), facts.known("account_domain")
    if server and belongs_to(server, recipient):
        return "same"
    if account is None:
        return UNKNOWN
    relation = _relation(recipient, account)
    borrowed = server is not None and _server(facts, provider) == "other"
    # Through somebody else's server even mail to one's own provider may have to be passed on.
    return UNKNOWN if borrowed and relation == "same" else relation


def _server(facts: Facts, provider: Provider | None) -> str:
    server, account = facts.known("server"), facts.known("account_domain")
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
    by_domain = knowledge().by_domain
    return domain in by_domain and by_domain[domain] is by_domain.get(account)
