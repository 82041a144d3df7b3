"""Dated facts, and which of them are out of date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .model import Knowledge, Provider
from .programs import Program
from .vendors import Vendor, VendorReply, Way


@dataclass(frozen=True)
class DatedFact:
    """Something that is true as of a day; ``checked`` is None where no day is recorded."""

    name: str
    source: str
    checked: date | None


def dated_facts(content: Knowledge) -> Iterator[DatedFact]:
    """Yield every dated fact of the content."""
    for provider in (*content.providers, *(content.imported or ())):
        yield from facts_of_provider(provider)
    for program in content.programs.known.values():
        yield from facts_of_program(program)
    for vendor in content.vendors.values():
        for reply in vendor.replies:
            yield fact_of_reply(reply)
        for way in vendor.ways:
            yield fact_of_way(vendor, way)


def facts_of_provider(provider: Provider) -> Iterator[DatedFact]:
    """Yield the facts about one provider: its settings, and each note."""
    yield DatedFact(f"provider {provider.id}", provider.source, provider.checked)
    for note in provider.notes:
        yield DatedFact(f"provider {provider.id}, note", note.source, note.checked)


def facts_of_program(program: Program) -> Iterator[DatedFact]:
    """Yield the fact that a program's labels are as we show them; none for a general guide."""
    if program.source:
        yield DatedFact(f"program {program.id}, labels", program.source, program.checked)


def fact_of_reply(reply: VendorReply) -> DatedFact:
    """Return the fact that a vendor means by a reply what we say."""
    return DatedFact(f"reply {reply.id}", reply.source, reply.checked)


def fact_of_way(vendor: Vendor, way: Way) -> DatedFact:
    """Return the fact that a remedy is done at a vendor as we say."""
    return DatedFact(f"vendor {vendor.id}, {way.remedy}", way.source, way.checked)


def is_stale(checked: date | None, on: date) -> bool:
    """Tell whether a fact was last checked more than twelve months before a day, or never."""
    if checked is None:
        return True
    if (checked.month, checked.day) == (2, 29):
        return (checked.year + 1, 3, 1) < (on.year, on.month, on.day)
    return (checked.year + 1, checked.month, checked.day) < (on.year, on.month, on.day)
