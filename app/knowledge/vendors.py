"""What mail providers and products mean by replies of their own, from vendors.toml.

Nothing here decides what has happened: that is the table's.  A vendor's reply names a reason of the
table, and puts one of that plan's remedies first; a vendor's way says how a remedy is done there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated

from .remedies import Remedy, Step
from .rows import KnowledgeError, Reader, list_of, one_of, read_table, unique
from .variables import VARIABLES


@dataclass(frozen=True)
class VendorReply:
    """A reply that means something of its own at one vendor.

    ``phrases`` recognise it, as in the reader's rules; ``example`` is one as the server gives it.
    ``means`` is what it means in a sentence, ``remedy`` what helps first.
    """

    id: str
    phrases: tuple[str, ...]
    example: str
    reason: Annotated[str, VARIABLES["error"]]
    remedy: str
    means: str
    source: str
    checked: date
    refused_by: Annotated[str, ("own-server", "recipient-server")] = "own-server"


@dataclass(frozen=True)
class Way:
    """How a remedy is done at one vendor, in place of its general steps.

    ``page`` is the vendor's own; ``alone``: nobody else has to be asked.
    """

    remedy: str
    steps: tuple[Step, ...]
    source: str
    checked: date
    page: str | None = None
    alone: bool = False


@dataclass(frozen=True)
class Vendor:
    """A mail provider or product that has replies, or ways to do something, of its own.

    ``provider`` is the id of the provider whose servers they are, where it is one.  ``first`` maps
    a reason to the remedies that help there first, whatever the reply's words.
    """

    id: str
    name: str
    provider: str | None = None
    first: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    replies: tuple[VendorReply, ...] = field(default=(), metadata={"key": "reply"})
    ways: tuple[Way, ...] = field(default=(), metadata={"key": "way"})

    def way(self, remedy: str) -> Way | None:
        """Return how a remedy is done here, None where nothing is known of that."""
        return next((way for way in self.ways if way.remedy == remedy), None)


def read_vendors(
    path: Path, providers: Mapping[str, object], remedies: Mapping[str, Remedy], steps: Reader
) -> dict[str, Vendor]:
    """Return the vendors that a TOML file describes, by id.

    :param steps: reads the steps of a way
    :raise KnowledgeError: a key, value or reference is wrong, or two replies have the same words
    """
    remedy = one_of(remedies)
    vendors = read_table(
        path, "vendor", Vendor, provider=one_of(providers), remedy=remedy, steps=steps
    )
    words: dict[str, str] = {}
    unique((reply for vendor in vendors.values() for reply in vendor.replies), "id", path.name)
    for vendor in vendors.values():
        where = f"{path.name}: {vendor.id}"
        unique(vendor.ways, "remedy", f"{where}: way")
        list_of(VARIABLES["error"])(list(vendor.first), f"{where}: first")
        for names in vendor.first.values():
            list_of(remedies)(list(names), f"{where}: first")
        for reply in vendor.replies:
            for phrase in reply.phrases:
                if phrase in words:
                    raise KnowledgeError(
                        f"{where}: {reply.id}: phrases: {phrase!r} is also one of "
                        f"{words[phrase]}: words that two replies have tell nothing, so remove it"
                    )
                words[phrase] = reply.id
    return vendors
