"""What DNS says now of records that somebody should have set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from .background import Background
from .network import Names, NotReached

AT_ONCE: Final = 4
KEPT: Final = 60.0
"""Seconds until the same records are asked for again: somebody is setting them right now."""
Record = tuple[str, str, str, str]
"""Its full name without a dot at the end; SRV, CNAME or TXT; its value in a zone file; its use."""


@dataclass
class RecordCheck:
    """What DNS says of records: by name ``right``, ``other``, ``missing`` or ``no-answer``."""

    records: Sequence[Record]
    said: dict[str, str] = field(default_factory=dict)
    done: bool = False


class RecordChecks(Background[RecordCheck]):
    """Asks DNS for records, each set of them once a minute."""

    def __init__(self, names: Names) -> None:
        super().__init__("record-check", AT_ONCE)
        self._names = names

    def begin(self, domain: str, records: Sequence[Record]) -> RecordCheck:
        """Return what is known of a domain's records, and begin to ask where that is nothing.

        :raise TooMany: another time
        """
        return self._begin(domain, lambda: RecordCheck(records))

    def _run(self, check: RecordCheck) -> float:
        try:
            for name, kind, value, _ in check.records:
                check.said[name] = self._ask(name, kind, value)
        finally:
            check.done = True
        return KEPT

    def _ask(self, name: str, kind: str, value: str) -> str:
        ask = {"SRV": self._srv, "CNAME": self._cname, "TXT": self._txt}
        try:
            found, wanted = ask[kind](name, value)
        except NotReached:
            return "no-answer"
        if wanted in found:
            return "right"
        return "other" if found else "missing"

    def _srv(self, name: str, value: str) -> tuple[list[str], str]:
        """Return host and port of the preferred record: the preference is the provider's affair."""
        service, _, domain = name.partition("._tcp.")
        found = self._names.srv(service, domain).records
        *_, port, host = value.rstrip(".").split()
        return [f"{host} {port}" for _, _, host, port in found[:1]], f"{host} {port}"

    def _cname(self, name: str, value: str) -> tuple[list[str], str]:
        """Return where a name leads to: any other way to the same addresses is as good."""
        target = value.rstrip(".")
        try:
            there = set(self._names.addresses(name))
        except NotReached as fault:
            if fault.args[0] == "no-name":
                return [], target
            raise
        same = there & set(self._names.addresses(target))
        return ([target] if same else sorted(there)), target

    def _txt(self, name: str, value: str) -> tuple[list[str], str]:
        found = self._names.txt(name).records
        return [text for (text,) in found], value.strip('"')
