"""What an operator may write about a portal: the keys of the file, and the form of each value."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from ..diagnosis.domains import NotADomain, normalise_domain, normalise_host
from .identity_provider import GROUPS, check_address

Text = str | dict[str, str]
"""A text that is the same in all languages, or one a language."""
MOST = 200
"""Entries of any list: more is a mistake, and what is compared with each other stays quick."""
LONGEST_ORIGIN = 300
"""Characters that are read of what somebody gives as the address of their site."""
_USUAL_PORTS = {"http": 80, "https": 443}


def read_origin(given: str) -> str:
    """Return the origin of an address that somebody pasted, '' when there is none in it.

    That is what browsers send and compare (RFC 6454 section 6.2).
    Without a scheme it is taken for https; the port that a scheme has anyway is left out, and names
    are in the form that browsers send (A-labels).
    """
    text = given.strip()[:LONGEST_ORIGIN]
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
        host.encode("idna")  # again: only now some signs are dots, and a label may be empty
    except (ValueError, UnicodeError):
        return ""
    plain = (host and all(c.isalnum() or c in "-." for c in host)) or ":" in host
    if parts.scheme not in _USUAL_PORTS or not plain:
        return ""
    shown = f"[{host}]" if ":" in host else host
    own_port = "" if port in (None, _USUAL_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{shown}{own_port}"


def _cut(value: Any) -> str:
    """Return a value as a message quotes it."""
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


def _domain(text: str) -> str:
    try:
        return normalise_domain(text)
    except NotADomain:
        raise ValueError(f"{_cut(text)} is not a domain, like proseware.com") from None


def _host(text: str) -> str:
    with suppress(NotADomain):
        if "." in (name := normalise_host(text)):
            return name
    raise ValueError(f"{_cut(text)} is not a host name, like smtp.proseware.com")


def _network(text: Any) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text) if isinstance(text, str) and "%" not in text else None
    except ValueError as fault:
        raise ValueError(
            f"{_cut(text)} is not a network, like 192.0.2.0/24 or 2001:db8::/32: {fault}"
        ) from None
    if network is None:
        raise ValueError(f"{_cut(text)} is not a network in quotation marks, like '192.0.2.0/24'")
    mapped = isinstance(network, IPv6Network) and network.network_address.ipv4_mapped
    if network.prefixlen < (8 if network.version == 4 else 16):
        raise ValueError(f"{_cut(text)} is larger than any provider's network")
    if mapped:
        raise ValueError(f"{_cut(text)}: write it as an IPv4 network; it covers both forms")
    return network


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise ValueError(f"{_cut(text)} is no address of a site") from None


def _origin(text: str) -> str:
    parts = _split(text)
    if text != f"{parts.scheme}://{parts.netloc}" or any(c in text for c in " ;,'\"*@\\"):
        raise ValueError(
            f"{_cut(text)} is not an origin; use https:// and a host name, without a path or final "
            "slash, like https://support.proseware.com"
        )
    origin = read_origin(text)
    if not origin or "[" in origin:  # a Content-Security-Policy has no IPv6 addresses
        raise ValueError(f"{_cut(text)} is not an origin that a browser could compare")
    return origin


def _past(day: date) -> date:
    if day > date.today():
        raise ValueError(f"{day} is in the future")
    return day


def _url(text: str) -> str:
    parts = _split(text)
    leads = parts.netloc if parts.scheme in ("https", "http") else parts.path
    kinds = ("https", "http", "mailto", "tel")
    if parts.scheme not in kinds or not leads or any(c.isspace() for c in text):
        raise ValueError(f"{_cut(text)} is not a link; it begins with https://")
    return text


def _issuer(text: str) -> str:
    try:
        return check_address(text)
    except ValueError as fault:
        raise ValueError(f"{_cut(text)} {fault}") from None


def _like(pattern: str, fault: str) -> AfterValidator:
    shape = re.compile(pattern)

    def check(text: str) -> str:
        if not shape.fullmatch(text):
            raise ValueError(f"{_cut(text)} {fault}")
        return text

    return AfterValidator(check)


def _once(values: list[Any]) -> list[Any]:
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{str(value)!r} is used twice")
        seen.add(value)
    return values


Domain = Annotated[str, AfterValidator(_domain)]
Host = Annotated[str, AfterValidator(_host)]
Network = Annotated[IPv4Network | IPv6Network, BeforeValidator(_network)]
Origin = Annotated[str, AfterValidator(_origin)]
Url = Annotated[str, Field(max_length=500), AfterValidator(_url)]
Colour = Annotated[str, _like(r"#[0-9a-fA-F]{6}", "is not a colour, like #7a2048")]
Port = Annotated[int, Field(ge=1, le=65535)]
Line = Annotated[str, _like(r"[^`⟦⟧⟨⟩{}\n]{1,60}", "is no name: 1 to 60 characters on one line")]
Phone = Annotated[
    str, _like(r"\+?[0-9][0-9 ().-]{1,30}", "is not a phone number, like +84 24 5555 0000")
]
Word = Annotated[
    str, _like(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", "is no word of a to z, 0 to 9 and -")
]
Named = Annotated[str, Field(min_length=1, max_length=200)]
Issuer = Annotated[str, AfterValidator(_issuer)]
Variable = Annotated[
    str, _like(r"OIDC_[A-Z0-9_]{1,60}", "is no name of a variable, like OIDC_PROSEWARE_SECRET")
]
Claim = Annotated[str, _like(r"[!-~]{1,200}", "is no name of a claim, like groups")]
Authorisation = Literal["smtp-auth", "pop-before-smtp", "authorised-network", "ip-allow-list"]
Few = Field(min_length=1, max_length=MOST)
Listed: Any = Field(default=[], max_length=MOST)
Unique = AfterValidator(_once)


class Table(BaseModel):
    """A table of the file: no key but its own, nothing bent into shape."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class OutgoingServer(Table):
    """An outgoing server; the first one is advised."""

    server: Host
    port: Port
    security: Literal["none", "starttls", "tls"]
    login: Literal["none", "password", "app-password", "oauth"]


class IncomingServer(Table):
    """A server for fetching mail; with one, devices can be offered a settings file."""

    protocol: Literal["imap", "pop3"]
    server: Host
    port: Port
    security: Literal["starttls", "tls"]


class Link(Table):
    """A link for the foot of every page."""

    text: Text
    url: Url


class Scheme(Table):
    """Colours; what is not set stays as it is."""

    accent: Colour | None = None
    paper: Colour | None = None
    card: Colour | None = None
    ink: Colour | None = None


class Colours(Scheme):
    """Colours by day, and under ``dark`` those by night."""

    dark: Scheme = Scheme()


class SignInEntry(Table):
    """The identity provider that agents of the portal's desk sign in with.

    Its secret stands in the environment, in a variable that is named here.
    """

    issuer: Issuer
    client_id: Named
    client_secret_from: Variable
    name: Line = ""
    groups_claim: Claim = GROUPS
    agents: Named = ""
    leads: Named = ""
    acr: Named = ""
    amr: Named = ""


class PortalEntry(Table):
    """One portal, as the file describes it."""

    id: Word
    name: Line
    languages: Annotated[list[str], Few, Unique]
    default: str | None = None
    checked: Annotated[date, AfterValidator(_past)]
    domains: Annotated[list[Domain], Few, Unique]
    outgoing: Annotated[list[OutgoingServer], Few]
    incoming: Annotated[list[IncomingServer], Listed]
    authorisations: Annotated[list[Authorisation], Few, Unique]
    webmail: bool = True
    networks: Annotated[list[Network], Listed, Unique]
    phone: Phone | None = None
    hours: Text | None = None
    links: Annotated[list[Link], Field(default=[], max_length=5)]
    logo: str | None = None
    colours: Colours = Colours()
    origins: Annotated[list[Origin], Listed, Unique]
    facts: dict[str, str | int] = {}
    notes: dict[str, Text] = {}
    sign_in: SignInEntry | None = None
