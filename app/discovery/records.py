"""What DNS says now of records that somebody should have set."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Protocol

from .background import Background
from .network import Names, NotReached

AT_ONCE: Final = 4
KEPT: Final = 60.0
"""Seconds until the same records are asked for again: somebody is setting them right now."""


class Record(Protocol):
    """A record as it should be."""

    @property
    def name(self) -> str:
        """Its full name, without a dot at the end."""

    @property
    def kind(self) -> str:
        """SRV, CNAME or TXT."""

    @property
    def value(self) -> str:
        """As a zone file has it."""


@dataclass
class RecordCheck:
    """What DNS says of records: by name ``right``, ``other``, ``missing`` or ``no-answer``."""

    records: Sequence[Record]
    said: dict[str, str] = field(default_factory=dict)
    done: bool = False


class RecordChecks:
    """Asks DNS for records, each set of them once a minute.

    :param clock: tells seconds
    """

    def __init__(self, names: Names, clock: Callable[[], float] = monotonic) -> None:
        self._names = names
        self._background = Background("record-check", AT_ONCE, self._run, clock)

    def close(self) -> None:
        """End all threads, once what they are doing is done."""
        self._background.close()

    def begin(self, domain: str, records: Sequence[Record]) -> RecordCheck:
        """Return what is known of a domain's records, and begin to ask where that is nothing.

        :raise TooMany: another time
        """
        return self._background.begin(domain, lambda: RecordCheck(records))

    def _run(self, check: RecordCheck) -> float:
        try:
            for record in check.records:
                check.said[record.name] = self._ask(record)
        finally:
            check.done = True
        return KEPT

    def _ask(self, record: Record) -> str:
        ask: Mapping[str, Callable[[Record], tuple[list[str], str]]] = {
            "SRV": self._srv,
            "CNAME": self._cname,
            "TXT": self._txt,
        }
        try:
            found, wanted = ask[record.kind](record)
        except NotReached:
            return "no-answer"
        if wanted in found:
            return "right"
        return "other" if found else "missing"

    def _srv(self, record: Record) -> tuple[list[str], str]:
        """Return host and port of the preferred record: the preference is the provider's affair."""
        service, _, domain = record.name.partition("._tcp.")
        found = self._names.srv(service, domain).records
        *_, port, host = record.value.rstrip(".").split()
        return [f"{host} {port}" for _, _, host, port in found[:1]], f"{host} {port}"

    def _cname(self, record: Record) -> tuple[list[str], str]:
        """Return where a name leads to: any other way to the same addresses is as good."""
        target = record.value.rstrip(".")
        try:
            there = set(self._names.addresses(record.name))
        except NotReached as fault:
            if fault.args[0] == "no-name":
                return [], target
            raise
        same = there & set(self._names.addresses(target))
        return ([target] if same else sorted(there)), target

    def _txt(self, record: Record) -> tuple[list[str], str]:
        found = self._names.txt(record.name).records
        return [text for (text,) in found], record.value.strip('"')
