"""The portals there are now: read at start, read anew on request, never worse than before."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

from .loader import Loaded, load_portals
from .portal import Portal

log = logging.getLogger(__name__)


class PortalRegistry:
    """The portals of a file.

    :param languages: the codes of the languages that the app speaks
    :param use: called with the portals whenever they are others than before
    :param demo: the origin of a demo page that may embed every portal
    """

    def __init__(
        self,
        path: Path | None,
        languages: tuple[str, ...],
        use: Callable[[tuple[Portal, ...]], None],
        demo: str = "",
    ) -> None:
        self.path = path
        self.languages = languages
        self.use = use
        self.demo = demo
        self._portals: Mapping[str, Portal] = {}
        if path:
            # One portal's mistake is no reason to leave everybody without the wizard.
            loaded = self._read(path)
            self._take(loaded)
            if loaded.faults:
                log.error("%s: portals that run: %s", path, self._names)

    def find(self, id: str) -> Portal | None:
        """Return a portal by its id."""
        return self._portals.get(id)

    def all(self) -> tuple[Portal, ...]:
        """Return every portal, in the order of the file."""
        return tuple(self._portals.values())

    def reload(self) -> bool:
        """Read the file anew; with a fault in it everything stays as it was.  Tell which it was."""
        if self.path is None:
            return False
        loaded = self._read(self.path)
        if loaded.faults:
            log.error("%s is not used: the portals stay as they were", self.path)
            return False
        self._take(loaded)
        log.warning("%s was read anew; portals: %s", self.path, self._names)
        return True

    def _read(self, path: Path) -> Loaded:
        loaded = load_portals(path, self.languages, self.demo)
        for warning in loaded.warnings:
            log.warning("%s", warning)
        for fault in loaded.faults:
            log.error("%s", fault)
        return loaded

    def _take(self, loaded: Loaded) -> None:
        self._portals = loaded.portals
        self.use(self.all())

    @property
    def _names(self) -> str:
        return ", ".join(self._portals) or "none"
