"""A desk's identity provider: where it is, and what its word about somebody is worth here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

LONGEST: Final = 300
"""Characters of an issuer."""
GROUPS: Final = "groups"
_NAMES: Final = ("name", "preferred_username", "nickname", "sub")


@dataclass(frozen=True)
class IdentityProvider:
    """``issuer``: its address, as it calls itself.  ``name``: what people call it.

    ``client_id``, ``client_secret``: what the desk is known by there.
    ``groups_claim``: where it tells the groups that somebody is in.
    ``agents``: the group that may work here; empty for everybody whom the provider lets in.
    ``leads``: the group that leads; empty for nobody.
    ``acr``: how people may have signed in there, in its words, each of which will do; empty for
    any way.  ``amr``: by what they must have, all of it; empty for anything (RFC 8176).
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = ""
    groups_claim: str = GROUPS
    agents: str = ""
    leads: str = ""
    acr: str = ""
    amr: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> IdentityProvider | None:
        """Read the variables named like the fields, after ``OIDC_``; without an issuer, none.

        :raise ValueError: a value that cannot be meant
        """
        told = {
            name: value
            for name in cls.__dataclass_fields__
            if (value := environment.get(f"OIDC_{name.upper()}", "").strip())
        }
        if not told.get("issuer"):
            return None
        try:
            check_address(told["issuer"])
        except ValueError as fault:
            raise ValueError(f"OIDC_ISSUER {fault}") from None
        for name in ("client_id", "client_secret"):
            if name not in told:
                raise ValueError(f"OIDC_{name.upper()} is missing, but OIDC_ISSUER is set")
        return cls(**told)

    @property
    def shown(self) -> str:
        """What the button to it says."""
        return self.name or urlsplit(self.issuer).netloc

    def role_of(self, claims: Mapping[str, Any]) -> str | None:
        """Return the role of somebody here by what the provider tells of them, None for nobody."""
        told = claims.get(self.groups_claim)
        groups = [told] if isinstance(told, str) else told if isinstance(told, list) else []
        if self.leads and self.leads in groups:
            return "lead"
        return "agent" if not self.agents or self.agents in groups else None

    def is_safe(self, claims: Mapping[str, Any]) -> bool:
        """Tell whether somebody has signed in there as safely as is asked for here.

        What the provider does not tell counts as not done (OpenID Connect Core 1.0, section 2).
        """
        ways = claims.get("amr")
        done = {way for way in ways if isinstance(way, str)} if isinstance(ways, list) else set()
        right = not self.acr or claims.get("acr") in self.acr.split()
        return right and set(self.amr.split()) <= done


def name_of(claims: Mapping[str, Any]) -> str:
    """Return what somebody is called; of an address only what stands before the @."""
    for key in _NAMES:
        told = claims.get(key)
        if isinstance(told, str) and told.isprintable():
            name = told.partition("@")[0].strip()
            if name:
                return name
    return "?"


def check_address(address: str) -> str:
    """Return the address of something of a provider's.

    :raise ValueError: it is none, or what is sent there could be read on the way
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        plain = not (parts.username or parts.password or parts.fragment) and parts.port != 0
    except ValueError:
        raise ValueError("is no address") from None
    if not (host and plain and address.isprintable() and " " not in address):
        raise ValueError("is no address, like https://login.proseware.com")
    if len(address) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("begins with https:// (http:// only on this machine)")
    return address


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, by its name or a loopback address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
