"""What an operator may set, read from the environment once, at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """``page_cache``: how many finished pages are kept in memory, 0 for none.

    ``public_url``: the address the wizard is known by, without a closing slash.  Pages name
    their canonical address and their other languages only when it is set.
    """

    page_cache: int = 512
    public_url: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read ``PAGE_CACHE`` and ``PUBLIC_URL``.

        :raise ValueError: a value that cannot be meant
        """
        size = environment.get("PAGE_CACHE", str(cls.page_cache))
        url = environment.get("PUBLIC_URL", "").rstrip("/")
        if not size.isdecimal():
            raise ValueError(f"PAGE_CACHE is a number of pages, not {size!r}")
        if url and not url.startswith(("https://", "http://")):
            raise ValueError(f"PUBLIC_URL starts with https://, unlike {url!r}")
        return cls(int(size), url)
