"""Facts that lead to every scenario and remedy, with names of nobody's in every typed place.

Made from the decision table, so that a scenario or a remedy written tomorrow is among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product

from app.diagnosis import CHOICES, Facts, diagnose
from app.diagnosis.reduction import reduce_choice
from app.diagnosis.table import decision_table
from app.knowledge import knowledge

ACCOUNT, SENDER, RECIPIENT, SERVER = MARKERS = (
    "marker-account",
    "marker-sender",
    "marker-recipient",
    "marker-server",
)
"""What stands in each typed name: of the account, the sender, the recipient, the server."""

PROGRAMS = [
    *(name for name in CHOICES["program"] if not knowledge().programs.find(name).kind),
    *(products[0].id for products in knowledge().programs.products.values()),
]
"""Every program, and a product of each kind: the others differ in their labels only."""

_PORTS = {"relay": 25, "submission": 587, "other": 2525}
_SECURITY = {"on": "tls"}


@cache
def worlds(
    domains: tuple[str, ...] = ("gmail.com", "outlook.com"),
    servers: tuple[str, ...] = ("smtp.gmail.com", "smtp.office365.com"),
) -> tuple[Facts, ...]:
    """Return facts for each scenario and its remedies, account and server.

    :param domains: of known providers, whose accounts and servers are met beside nobody's
    """
    accounts = (f"{ACCOUNT}.example", *(f"{ACCOUNT}.{domain}" for domain in domains), "unknown")
    found: dict[tuple[object, ...], Facts] = {}
    table = decision_table()
    programs = [name for name in CHOICES["program"] if reduce_choice("program", name) == "program"]
    for number, (box, _) in enumerate(table.outcomes):
        point = table.space.witness([box])
        for account, *names in product(accounts, *_names(point, servers)):
            facts = _facts(point, account, *names, programs[number % len(programs)])
            made = diagnose(facts)
            found.setdefault((made.scenario, made.remedies, account, facts.server), facts)
    return tuple(found.values())


def _names(point: dict[str, str], servers: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield what sender, recipient and server may be; ``{}`` stands for the account's domain."""
    kinds = {"same": "{}", "other": "{0}.example"}
    for fact, marker in (("sender", SENDER), ("recipient", RECIPIENT)):
        yield (kinds.get(point.get(fact, ""), f"{marker}.{{}}").replace("{0}", marker),)
    told = point.get("server")
    borrowed = (f"{SERVER}.example", *servers)
    yield (
        (f"{SERVER}.{{}}",)
        if told == "own"
        else borrowed
        if told == "other"
        else (
            *borrowed,
            f"{SERVER}.{{}}",
        )
    )


def _facts(
    point: dict[str, str], account: str, sender: str, recipient: str, server: str, program: str
) -> Facts:
    domain = f"{ACCOUNT}.example" if account == "unknown" else account
    chosen = {key: point[key] for key in CHOICES if key in point and key in Facts.__annotations__}
    if "security" in point:
        chosen["security"] = _SECURITY.get(point["security"], point["security"])
    if chosen.get("connection") == "uncounted":
        del chosen["connection"]
    told = point.get("program", "program")
    chosen["program"] = told if told in CHOICES["program"] else program
    return Facts(
        **chosen,  # type: ignore[arg-type]
        account_domain=account,
        sender_domain=sender.format(domain),
        recipient_domain=recipient.format(domain),
        server=server.format(domain),
        port=_PORTS.get(point.get("port", "")),
        reply_code=550,
        enhanced_status="5.7.1",
    )
