"""The portals there are now: read at start, read anew on request, never worse than before.

What is right in the file becomes portals, what is wrong a fault that says where.
"""

from __future__ import annotations

import logging
import os
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .checks import Claims, Key, adjusted_colours, entry_faults, locate
from .entry import PortalEntry
from .identity_provider import IdentityProvider
from .looks import BadLogo, read_logo
from .portal import Portal
from .secret import read_secret

LARGEST = 32_000_000
"""Bytes of a portals file that are read: 5,000 portals with every comment of the example."""
_DEEP = re.compile(
    r"""(?<![\w."'-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+[.][ \t]*+){50}""", re.ASCII
)
_HEAD = re.compile(r"[ \t]*\[\[[ \t]*portal[ \t]*\]\]")
_LINE = re.compile(r"\(at line (\d+)")

log = logging.getLogger(__name__)


@dataclass
class Loaded:
    """What a file says: the portals that are right, the faults, and what was changed."""

    portals: dict[str, Portal] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def load_portals(path: Path, languages: Collection[str], demo: str = "") -> Loaded:
    """Return the portals of a file, each one that is without fault.

    :param languages: the codes of the languages that the app speaks
    :param demo: the origin of a demo page that may embed every portal
    """
    loaded = Loaded()
    try:
        text, rows = read_tables(path)
    except ValueError as fault:
        return Loaded(faults=[str(fault)])
    loaded.faults += [
        locate(path.name, (key,), "is no key of this file; it holds [[portal]] tables")
        for key in rows
        if key != "portal"
    ]
    listed = rows.get("portal", [])
    if not isinstance(listed, list):
        loaded.faults.append(locate(path.name, ("portal",), "is a list of tables: [[portal]]"))
        return loaded
    if not listed:  # an editor or a full disk may have emptied it
        loaded.faults.append(locate(path.name, (), "holds no [[portal]] table"))
    read = [_read_safely(row, path, languages, demo) for row in listed]
    claims = Claims(net for portal, *_ in read if portal for net in portal.entry.networks)
    for number, line in enumerate(_lines(text, len(listed))):
        portal, found, adjusted = read[number]
        if portal and not found:
            found = list(claims.faults(portal))
        if portal and not found:
            claims.add(portal)
            loaded.portals[portal.id] = portal
        place: Key = ("portal", number)
        for lines, described in ((loaded.faults, found), (loaded.warnings, adjusted)):
            lines += [locate(path.name, (*place, *key), text, line) for key, text in described]
    return loaded


def read_tables(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the text of a portals file, and what it says as TOML.

    :raise ValueError: it cannot be read at all; the message names it, and the line if that is known
    """
    try:
        if path.exists() and not path.is_file():
            raise ValueError("is no file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError(f"is larger than {LARGEST} bytes, the most that is read")
        text = data.decode("utf-8-sig").replace("\r\n", "\n")  # as some editors write it
        if _DEEP.search(text):  # tomllib's time grows with the square of them
            raise ValueError("holds a key of more than 50 parts")
        return text, tomllib.loads(text)
    # UnicodeError and TOMLDecodeError are ValueErrors; brackets may be nested without end.
    except (OSError, ValueError, RecursionError) as fault:
        why = str(getattr(fault, "strerror", None) or fault)
        at = _LINE.search(why)
        raise ValueError(locate(path.name, (), why, int(at[1]) if at else 0)) from None


def _lines(text: str, count: int) -> list[int]:
    """Return the line that each portal's table begins in; 0 where they are written otherwise."""
    lines = [number for number, line in enumerate(text.split("\n"), 1) if _HEAD.match(line)]
    return lines if len(lines) == count else [0] * count


Described = list[tuple[Key, str]]
_Read = tuple[Portal | None, Described, Described]
"""One portal, what is wrong with it, and what was changed, by keys from its table."""


def _read_safely(row: Any, path: Path, languages: Collection[str], demo: str) -> _Read:
    try:
        return _read(row, path, languages, demo)
    except Exception as fault:  # whatever somebody wrote, it must not end the service
        return None, [((), f"cannot be read ({type(fault).__name__})")], []


def _read(row: Any, path: Path, languages: Collection[str], demo: str) -> _Read:
    try:
        entry = PortalEntry.model_validate(row)
    except ValidationError as fault:
        return None, _form_faults(fault), []
    faults = list(entry_faults(entry, languages))
    logo = None
    if entry.logo is not None:
        try:
            logo = read_logo(path.parent / entry.logo)
        except BadLogo as fault:
            faults.append((("logo",), str(fault)))
    identity = None
    if entry.sign_in is not None:
        name = entry.sign_in.client_secret_from
        try:
            secret = read_secret(os.environ, name)
            why = "" if secret else f"the environment has no {name} and no {name}_FILE"
        except ValueError as fault:
            secret, why = None, str(fault)
        if why:
            faults.append((("sign_in", "client_secret_from"), why))
        settings = entry.sign_in.model_dump(exclude={"client_secret_from"})
        identity = IdentityProvider(client_secret=secret or "", **settings)
    portal = Portal(entry, path.name, logo, demo, identity)
    return portal, faults, list(adjusted_colours(portal))


def _form_faults(fault: ValidationError) -> Described:
    faults: dict[Key, str] = {}
    for error in fault.errors(include_url=False):
        # A union's alternatives are told by name, which no key of the file is.
        key = tuple(part for part in error["loc"] if part not in ("str", "dict[str,str]", "int"))
        text = _TEXTS.get(error["type"], error["msg"].removeprefix("Value error, "))
        faults.setdefault(key, text)
    return list(faults.items())


_TEXTS: Mapping[str, str] = {
    "missing": "is missing",
    "bool_type": "is true or false, without quotation marks",
    "extra_forbidden": "is an unknown key; see the example file",
    "model_type": "is a table",
    "string_type": "is a text",
    "int_type": "is a number without quotation marks",
    "list_type": "is a list",
    "date_type": "is a day without quotation marks, like 2026-11-24",
    "is_instance_of": "is a day without quotation marks, like 2026-11-24",
}


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
        self.faulty = False
        """Whether the file had a fault when it was last read."""
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
            log.error("%s has errors: the previous portals stay in use", self.path)
            return False
        self._take(loaded)
        log.warning("%s was reloaded; portals: %s", self.path, self._names)
        return True

    def _read(self, path: Path) -> Loaded:
        loaded = load_portals(path, self.languages, self.demo)
        self.faulty = bool(loaded.faults)
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
