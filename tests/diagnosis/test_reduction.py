"""Free text becomes finite facts, and names alone never claim too much (G18)."""

import pytest

from app.diagnosis import Facts, Situation
from app.diagnosis.reduction import find_provider

P, A = "proseware.com", "adatum.com"


@pytest.mark.parametrize(
    ("account", "recipient", "server", "relation"),
    [
        (P, P, None, "same"),
        (P, A, None, "other"),
        (P, None, None, "unknown"),
        ("unknown", A, None, "unknown"),
        (None, A, None, "unknown"),
        (P, "hanoi.proseware.com", None, "unknown"),  # a subdomain may be anywhere
        ("hanoi.proseware.com", P, None, "unknown"),
        ("hotmail.com", "outlook.com", None, "same"),  # sister domains of a published provider
        ("gmail.com", "outlook.com", None, "other"),
        (P, P, "smtp.proseware.com", "same"),
        (P, P, "smtp.thephone-company.com", "unknown"),  # through a borrowed server
        (P, "thephone-company.com", "smtp.thephone-company.com", "same"),
        (None, P, "smtp.proseware.com", "same"),
    ],
)
def test_recipient(account, recipient, server, relation) -> None:
    facts = Facts(account_domain=account, recipient_domain=recipient, server=server)
    assert Situation(facts).case["recipient"] == relation


@pytest.mark.parametrize(
    ("account", "server", "relation"),
    [
        (P, "smtp.proseware.com", "own"),
        (P, "smtp.notproseware.com", "other"),
        ("gmail.com", "smtp.gmail.com", "own"),
        (P, "smtp.office365.com", "own"),  # a domain hosted by a published provider
        (P, "unknown", "unknown"),
        (None, "smtp.proseware.com", "unknown"),
    ],
)
def test_server(account, server, relation) -> None:
    assert Situation(Facts(account_domain=account, server=server)).case["server"] == relation


@pytest.mark.parametrize(
    ("port", "kind"),
    [
        (25, "relay"),
        (465, "submission"),
        (587, "submission"),
        (2525, "other"),
        ("unknown", "unknown"),
        (None, "unknown"),
    ],
)
def test_port(port, kind) -> None:
    assert Situation(Facts(port=port)).case["port"] == kind


def test_a_provider_is_known_by_domain_subdomain_or_server() -> None:
    assert find_provider(Facts(account_domain="gmail.com")).id == "gmail"
    assert find_provider(Facts(account_domain="contoso.onmicrosoft.com")).id == "microsoft-365"
    assert find_provider(Facts(server="smtp.mail.me.com")).id == "icloud"
    assert find_provider(Facts(account_domain="notgmail.com")) is None
    both = Facts(account_domain="outlook.com", server="smtp.gmail.com")
    assert find_provider(both).id == "outlook.com"  # the account goes before the server
    assert Situation(both).case["server"] == "other"
