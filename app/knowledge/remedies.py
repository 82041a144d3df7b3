"""What a person can do: remedies and their steps, from remedies.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .variables import FACT_OF

When = Mapping[str, tuple[str, ...]]
"""Conditions that hold together: variable → the values allowed (``not`` already resolved)."""


@dataclass(frozen=True)
class Step:
    """One step of a remedy, shown only when its conditions hold.

    ``acts`` are done in the mail program, in place of a text.  A ``note`` is nothing to do, but
    good to know.  A ``usual`` step is for settings
    that nobody publishes, so that the usual ones are advised.  ``needs``: ways of authorisation of
    which the provider must offer one, as far as it says.  ``helpdesk``: whether the provider's
    number has to be known, or must not be; ``told``: whether the provider has said what it offers;
    None where it does not matter.
    """

    text: str = ""
    acts: tuple[str, ...] = ()
    note: bool = False
    when: tuple[When, ...] = ()
    usual: bool = False
    needs: tuple[str, ...] = ()
    helpdesk: bool | None = None
    told: bool | None = None


@dataclass(frozen=True)
class Remedy:
    """Something a person can do.

    ``words`` are what to say to whoever can help; ``closing`` ones also when everything has been
    tried.  ``worked`` is good to know once it has helped.  ``needs`` and ``told``: as for a
    step.  It takes ``minutes``, and of a hundred people whom it is advised to it ``works`` for so
    many.  It ``covers`` remedies that are one visit to the same screen, and is advised in their
    place while more than one of them may be needed; ``setting`` names what is wrong where one of
    those is.  Where ``harmful`` holds it does harm.  A
    ``way_round`` sends this email and leaves the cause, so it is offered beside the others.
    """

    id: str
    title: str
    steps: tuple[Step, ...]
    minutes: int
    works: int
    when: tuple[When, ...] = ()
    warning: str | None = None
    words: str | None = None
    closing: bool = True
    worked: str | None = None
    settings: bool = False
    needs: tuple[str, ...] = ()
    told: bool | None = None
    covers: tuple[str, ...] = ()
    harmful: tuple[When, ...] = ()
    way_round: bool = False
    setting: str | None = None

    @property
    def in_program(self) -> bool:
        """Whether it is done in the mail program, so that the steps depend on which one it is."""
        return any(set(step.acts) - {"test"} for step in self.steps)

    @property
    def for_account(self) -> bool:
        """Whether the account changes the steps or the values."""
        return self.settings or any("account" in when for s in self.steps for when in s.when)

    @property
    def sets(self) -> frozenset[str]:
        """The facts about the settings that it makes what they should be."""
        return frozenset(act for step in self.steps for act in step.acts if act in FACT_OF.values())
