"""Seals on what was found: a link may carry it, and nobody else can write such a link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from itsdangerous import Signer

from ..diagnosis.found import Found

_PURPOSE = b"thongthu.found"


@dataclass(frozen=True)
class Seals:
    """Seals and checks findings.

    :param keys: returns the keys of this service, the one that seals last
    """

    keys: Callable[[], Sequence[str]]

    def seal(self, found: Found) -> Found:
        """Return what was found with the seal on it."""
        signature = self._signer().get_signature(_text(found))
        return replace(found, seal=signature.decode("ascii"))

    def holds(self, found: Found) -> bool:
        """Tell whether this service has found that."""
        return self._signer().verify_signature(_text(found), found.seal)

    def _signer(self) -> Signer:
        return Signer(list(self.keys()), _PURPOSE, key_derivation="hmac", digest_method=sha256)


def _text(found: Found) -> str:
    return f"{found.domain} {found.statement}"
