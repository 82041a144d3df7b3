"""An agent: who they are, and what they may do by the way they sign in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from sqlalchemy import Row

ROLES: Final = ("agent", "lead")
Passwords = Literal["everybody", "agents", "nobody"]
"""Who may work with a password of ours; the others come through the identity provider."""


@dataclass(frozen=True)
class Agent:
    """Somebody of a portal's desk, or, with '' for the portal, of the one outside of all."""

    id: int
    portal: str
    name: str
    role: str
    vouched: bool = False
    """Whether an identity provider vouches for them: then others may have the same name."""
    kept: str = field(default="", repr=False, compare=False)
    """The hash of the password that they have just told, '' where none was asked for."""

    @property
    def signature(self) -> str:
        """What stands in the audit and under notes: nobody else's."""
        return f"{self.name[:80]} (#{self.id})" if self.vouched else self.name


def read_agent(row: Row[Any], allowed: Passwords) -> Agent | None:
    """Return the agent of a row with the role that they have by the way they sign in.

    None for one with a password where nobody may work with one.
    """
    agent = agent_of_row(row)
    if agent.vouched or allowed == "everybody":
        return agent
    return replace(agent, role="agent") if allowed == "agents" else None


def agent_of_row(row: Row[Any]) -> Agent:
    """Return the agent of a row, with the role that is kept."""
    return Agent(row.id, row.portal, row.name, row.role, row.issuer is not None)
