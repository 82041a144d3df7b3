"""The article's six rows and the cases G1 to G23: facts, and what has to come out.

One line a case: name, facts as a query string, article row, relay, refused, first remedies.
The pages, the JSON API and the terminal are all held against this one list.
"""

from typing import NamedTuple
from urllib.parse import parse_qs

from app.knowledge.variables import FACT_OF

HOME = "account_domain=proseware.com&server=smtp.proseware.com"
LOCAL = f"{HOME}&recipient_domain=proseware.com"
FOREIGN = f"{HOME}&recipient_domain=adatum.com"


class Case(NamedTuple):
    """Facts and the outcome they must have; a word in the plan's text may be asked for too."""

    name: str
    query: str
    row: int | None
    relay: str
    refused: str
    first: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def answered(self) -> str:
        """The facts, with "I don't know" for all that is not said: nothing is left to ask."""
        told = parse_qs(self.query)
        return "&".join([self.query, *(f"{f}=unknown" for f in FACT_OF.values() if f not in told)])


CASES = (
    Case("row 1", f"place=home&connection=own&{LOCAL}", 1, "no", "no", ("none-needed",)),
    Case("row 2", f"place=home&connection=own&{FOREIGN}", 2, "yes", "no", ("none-needed",)),
    Case("row 3", f"place=work&connection=other&{LOCAL}", 3, "no", "no", ("none-needed",)),
    Case(
        "row 4",
        f"place=work&connection=other&{FOREIGN}",
        4,
        "yes",
        "maybe",
        ("use-login",),
        ("ask-isp", "pop-first", "server-of-this-network"),
    ),
    Case("row 5", f"place=away&connection=other&{LOCAL}", 5, "no", "no", ("none-needed",)),
    Case(
        "row 6",
        f"place=away&connection=other&{FOREIGN}",
        6,
        "yes",
        "maybe",
        ("use-login",),
        ("webmail", "ask-isp", "pop-first"),
    ),
    Case(
        "row 4 seen",
        f"place=work&connection=other&{FOREIGN}&error=relay-denied",
        4,
        "yes",
        "yes",
        ("use-login",),
    ),
    Case(
        "G1 work account at home",
        "place=home&connection=other&account_domain=thephone-company.com"
        "&server=smtp.thephone-company.com&recipient_domain=adatum.com",
        None,
        "yes",
        "maybe",
        ("use-login",),
        ("work-vpn", "ask-isp"),
    ),
    Case(
        "G2 work server, home sender",
        "place=work&connection=own&account_domain=proseware.com"
        "&server=smtp.thephone-company.com&recipient_domain=adatum.com",
        None,
        "yes",
        "no",
        ("use-login",),
        ("server-of-this-network",),
    ),
    Case(
        "G2 told as a sender",
        "place=work&connection=own&account_domain=thephone-company.com"
        "&sender_domain=proseware.com&recipient_domain=adatum.com",
        None,
        "yes",
        "no",
        ("use-login",),
        ("server-of-this-network",),
    ),
    Case(
        "G3 foreign sender",
        f"place=home&connection=own&{FOREIGN}&sender_domain=fabrikam.com",
        None,
        "yes",
        "maybe",
        ("match-sender",),
    ),
    Case(
        "G4 another ISP's line at home",
        f"place=home&connection=other&{FOREIGN}",
        None,
        "yes",
        "maybe",
        ("use-login",),
    ),
    Case("G4 local", f"place=home&connection=other&{LOCAL}", None, "no", "no", ("none-needed",)),
    Case(
        "G5 hotel on the own ISP",
        f"place=away&connection=own&{FOREIGN}",
        None,
        "yes",
        "no",
        ("none-needed",),
    ),
    Case("G5 local", f"place=away&connection=own&{LOCAL}", None, "no", "no", ("none-needed",)),
    Case(
        "G6 phone data",
        f"place=mobile&connection=own&{FOREIGN}",
        None,
        "yes",
        "maybe",
        ("use-login",),
    ),
    Case("G6 local", f"place=mobile&{LOCAL}", None, "no", "no", ("none-needed",)),
    Case(
        "G7 VPN at home",
        f"place=home&connection=own&vpn=yes&{FOREIGN}",
        None,
        "yes",
        "maybe",
        ("vpn-off",),
        ("work-vpn", "use-login"),
    ),
    Case(
        "G8 two recipients",
        f"place=work&connection=other&{HOME}&recipient_domain=proseware.com,adatum.com",
        4,
        "yes",
        "maybe",
        ("use-login",),
    ),
    Case(
        "G9 logged in, row 4",
        f"place=work&connection=other&{FOREIGN}&login=password&port=587&security=starttls",
        None,
        "yes",
        "no",
        ("none-needed",),
    ),
    Case(
        "G9 signed in, row 6",
        f"place=away&connection=other&{FOREIGN}&login=oauth",
        None,
        "yes",
        "no",
        ("none-needed",),
    ),
    Case(
        "G10 wrong password",
        f"{FOREIGN}&login=password&error=authentication-failed",
        None,
        "no",
        "yes",
        ("fix-password",),
    ),
    Case(
        "G10 goes on without login",
        f"place=away&connection=other&{FOREIGN}&login=password&security=tls&error=relay-denied",
        None,
        "yes",
        "yes",
        ("fix-password",),
        ("report-server",),
    ),
    Case(
        "G11 login only after TLS",
        f"place=away&connection=other&{FOREIGN}&login=password&security=none&error=relay-denied",
        None,
        "yes",
        "yes",
        ("fix-encryption",),
    ),
    Case(
        "G11 foretold",
        f"place=away&connection=other&{FOREIGN}&login=password&security=none",
        None,
        "yes",
        "maybe",
        ("fix-encryption",),
    ),
    Case(
        "G12 row 1 on 587 without login",
        f"place=home&connection=own&{LOCAL}&port=587&login=none",
        None,
        "no",
        "yes",
        ("use-login",),
    ),
    Case(
        "G12 row 2 on 465 without login",
        f"place=home&connection=own&{FOREIGN}&port=465&login=none",
        None,
        "yes",
        "yes",
        ("use-login",),
    ),
    Case(
        "G12 row 3 on 587 without login",
        f"place=work&connection=other&{LOCAL}&port=587&login=none",
        None,
        "no",
        "yes",
        ("use-login",),
    ),
    Case(
        "G13 POP expired",
        f"place=away&connection=other&{FOREIGN}&login=pop-first&error=relay-denied",
        None,
        "yes",
        "yes",
        ("use-login",),
        ("pop-first",),
    ),
    Case(
        "G13 foretold",
        f"place=away&connection=other&{FOREIGN}&login=pop-first",
        None,
        "yes",
        "maybe",
        ("use-login",),
        ("pop-first",),
    ),
    Case(
        "G14 port 25 blocked",
        f"place=away&connection=other&{FOREIGN}&port=25&error=no-connection",
        None,
        "no",
        "no",
        ("use-submission-port",),
    ),
    Case(
        "G15 no such user",
        f"{FOREIGN}&error=unknown-recipient",
        None,
        "no",
        "yes",
        ("check-recipient",),
    ),
    Case("G15 full", f"{FOREIGN}&error=mailbox-full", None, "no", "yes", ("tell-recipient",)),
    Case("G15 spam", f"{FOREIGN}&error=spam", None, "no", "yes", ("reword-message",)),
    Case("G15 IP list", f"{FOREIGN}&error=blocklisted", None, "no", "yes", ("use-login",)),
    Case(
        "G15 SPF, DMARC",
        f"{FOREIGN}&error=unauthenticated-domain",
        None,
        "no",
        "yes",
        ("fix-dns", "match-sender"),
    ),
    Case(
        "G16 553 names the sender",
        f"{FOREIGN}&error=sender-not-allowed",
        None,
        "no",
        "yes",
        ("match-sender",),
    ),
    Case(
        "G16 foreign sender",
        f"{FOREIGN}&sender_domain=fabrikam.com&error=sender-not-allowed",
        None,
        "no",
        "yes",
        ("match-sender",),
    ),
    Case(
        "G17 anti-forgery on row 3",
        f"place=work&connection=other&{LOCAL}&sender_domain=proseware.com&login=none"
        "&error=sender-not-allowed",
        None,
        "no",
        "yes",
        ("use-login",),
    ),
    Case(
        "G17 sender not told",
        f"place=work&connection=other&{LOCAL}&login=none&error=sender-not-allowed",
        None,
        "no",
        "yes",
        ("use-login",),
    ),
    Case(
        "G18 nothing known",
        "place=unknown&connection=unknown&vpn=unknown&account_domain=unknown"
        "&sender_domain=unknown&recipient_domain=unknown&server=unknown&port=unknown"
        "&security=unknown&login=unknown&error=unknown&refused_by=unknown&program=unknown",
        None,
        "unknown",
        "maybe",
        ("use-login",),
    ),
    Case(
        "G18 subdomain",
        "place=work&connection=other&account_domain=proseware.com"
        "&recipient_domain=hanoi.proseware.com",
        None,
        "unknown",
        "maybe",
        ("use-login",),
    ),
    Case(
        "G19 bounce from the recipient's server",
        f"place=work&connection=other&{FOREIGN}&error=relay-denied&refused_by=recipient-server",
        None,
        "no",
        "yes",
        ("tell-recipient",),
    ),
    Case(
        "G20 Outlook.com",
        "account_domain=outlook.com&recipient_domain=adatum.com&error=relay-denied",
        None,
        "no",
        "yes",
        ("sign-in-again", "webmail"),
    ),
    Case(
        "G20 Microsoft 365 by its server",
        "account_domain=proseware.com&server=smtp.office365.com&error=relay-denied",
        None,
        "no",
        "yes",
        ("sign-in-again", "webmail"),
    ),
    Case("webmail", f"{FOREIGN}&program=webmail", None, "no", "no", ("none-needed",)),
    Case(
        "G21 signed in and still refused",
        f"place=home&connection=own&{FOREIGN}&login=oauth&security=tls&error=relay-denied",
        None,
        "yes",
        "yes",
        ("fix-password",),
        ("report-server",),
    ),
    Case(
        "G22 454, the same verdict",
        f"place=away&connection=other&{FOREIGN}&error=relay-denied",
        6,
        "yes",
        "yes",
        ("use-login",),
    ),
    Case(
        "G23 accepted and gone",
        f"place=away&connection=other&{FOREIGN}&error=silent",
        None,
        "unknown",
        "no",
        ("ask-isp-logs",),
    ),
)
