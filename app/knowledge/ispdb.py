"""Read a copy of the ISPDB, the public database of mail providers' settings, as providers.

The data is the operator's own copy (MPL-2.0); none of its files is kept in this project.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from .client_config import HOST_NAME, LARGEST, BadFile, ClientConfig
from .model import Provider

MOST: Final = 5000
"""Files that are read."""
ARCHIVE, WHOLE = 8 * 1024**2, 32 * 1024**2
"""Bytes of a zip, and of all that is in it."""
_Entry = tuple[str, Callable[[], bytes]]
"""A file's name, and what reads its content."""


@dataclass
class Imported:
    """What was read: the providers, and what was left out, one line each."""

    providers: list[Provider] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_ispdb(path: Path, checked: date, shipped: Iterable[Provider] = ()) -> Imported:
    """Read a folder or a zip of the database.

    A domain in two files belongs to the first file by name; a domain of a shipped provider is
    left out.

    :param checked: the day of the copy, kept with every provider
    :raise BadFile: the path is neither a folder nor a zip, or too much is in it
    """
    imported = Imported()
    owners = {domain: "shipped with the app" for p in shipped for domain in p.domains}
    for name, content in _read_files(path):
        try:
            if isinstance(content, BadFile):
                raise content
            found = list(_providers(name, content, checked))
        except BadFile as fault:
            imported.faults.append(f"{name}: {fault}")
            continue
        for provider in found:
            taken = [domain for domain in provider.domains if domain in owners]
            imported.conflicts += [f"{domain}: {name}, but {owners[domain]}" for domain in taken]
            free = tuple(domain for domain in provider.domains if domain not in owners)
            owners |= dict.fromkeys(free, name)
            if free:
                imported.providers.append(replace(provider, domains=free))
    return imported


def _providers(name: str, content: bytes, checked: date) -> Iterator[Provider]:
    """Yield the providers of a file: one, or one a domain where host names depend on it."""
    config = ClientConfig(content)
    if not config.domains:
        raise BadFile("no domain")
    groups = [(domain,) for domain in config.domains] if config.depends else [config.domains]
    for group in groups:
        settings = config.settings(group[0])
        yield Provider(
            id=group[0],
            name=config.name or group[0],
            domains=group,
            sign_in=settings.sign_in,
            outgoing=settings.outgoing,
            source=f"Thunderbird ISPDB, {name}",
            checked=checked,
            incoming=settings.incoming,
            oauth=settings.oauth,
        )


def _read_files(path: Path) -> Iterator[tuple[str, bytes | BadFile]]:
    """Yield name and content of each file of the database, or why it has none, ordered by name."""
    total = 0
    try:
        for name, read in _folder(path) if path.is_dir() else _archive(path):
            try:
                content = read()
            # zipfile raises all kinds of exceptions on an archive that is broken.
            except Exception as fault:
                why = BadFile(f"cannot be read ({_one_line(fault)})")
                yield name, fault if isinstance(fault, BadFile) else why
                continue
            total += len(content)
            if total > WHOLE:
                raise BadFile(f"{path} holds more than {WHOLE // 1024**2} MB")
            yield name, content
    except OSError as fault:
        raise BadFile(f"{path} cannot be read ({_one_line(fault)})") from None


def _folder(path: Path) -> Iterator[_Entry]:
    folder = path / "ispdb" if (path / "ispdb").is_dir() else path
    files = sorted(file for file in folder.iterdir() if _is_entry(file.name))
    _count(files)
    for file in files:
        yield file.name, partial(_read_file, file)


def _read_file(file: Path) -> bytes:
    if not file.is_file():  # a folder, or a pipe that would never end
        raise BadFile("is no file")
    with file.open("rb") as opened:
        return opened.read(LARGEST + 1)


def _archive(path: Path) -> Iterator[_Entry]:
    if not path.is_file():
        raise BadFile(f"{path} is neither a folder nor a zip")
    if path.stat().st_size > ARCHIVE:
        raise BadFile(f"{path} is larger than {ARCHIVE // 1024**2} MB")
    try:
        archive = ZipFile(path)
    except Exception as fault:
        why = f"{path} is neither a folder nor a zip that can be read ({_one_line(fault)})"
        raise BadFile(why) from None
    with archive:
        inside = [member for member in archive.infolist() if member.filename[-1:] != "/"]
        within = [member for member in inside if "ispdb/" in member.filename] or inside
        members = [member for member in within if _is_entry(_base(member))]
        _count(members)
        for member in sorted(members, key=lambda member: member.filename):
            yield _base(member), partial(_read_member, archive, member)


def _base(member: ZipInfo) -> str:
    return member.filename.rpartition("/")[2]


def _read_member(archive: ZipFile, member: ZipInfo) -> bytes:
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # others unpack without a limit
        raise BadFile("is packed in an unusual way")
    with archive.open(member) as opened:
        return opened.read(LARGEST + 1)


def _one_line(fault: Exception) -> str:
    """Return an exception's message on one line, at most 200 characters."""
    text = str(getattr(fault, "strerror", None) or fault) or type(fault).__name__
    return " ".join(text.split())[:200]


def _is_entry(name: str) -> bool:
    """Tell whether a file is one of the database: older ones are named like their domain."""
    stem = name.removesuffix(".xml")
    return bool(HOST_NAME.fullmatch(stem)) and not name.endswith((".md", ".json", ".py", ".txt"))


def _count(files: Sized) -> None:
    if len(files) > MOST:
        raise BadFile(f"{len(files)} files are more than {MOST}")
