"""Read an operator's copy of a public list of mail providers' settings: the ISPDB, and others.

None of their files is kept in this project.
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
from .provider_lists import read_chatmail, read_mutt_wizard, read_nodemailer

MOST: Final = 5000
"""Files that are read."""
ARCHIVE, WHOLE = 8 * 1024**2, 32 * 1024**2
"""Bytes of a zip, and of all that is in it."""
ISPDB, CHATMAIL, MARKDOWN = "ispdb", "_providers", ".md"
"""The folders in which these databases have their files, and how chatmail's end."""
_Entry = tuple[str, Callable[[], bytes]]
"""A file's name, and what reads its content."""


@dataclass
class Imported:
    """What was read: the providers, and what was left out, one line each."""

    providers: list[Provider] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_copy(path: Path, checked: date, shipped: Iterable[Provider] = ()) -> Imported:
    """Read an operator's copy of a public list of providers; its form tells which one it is.

    The ISPDB or chatmail's database as a folder or a zip, nodemailer's ``services.json``, or
    mutt-wizard's ``domains.csv``.  A domain that stands twice belongs to the first by name; a
    domain of a shipped provider is left out.

    :param checked: the day of the copy, kept with every provider
    :raise BadFile: the path is none of these, or too much is in it
    """
    imported = Imported()
    owners = {domain: "shipped with the app" for p in shipped for domain in p.domains}
    for name, found in _read_list(path, checked):
        if isinstance(found, BadFile):
            imported.faults.append(f"{name}: {found}")
            continue
        taken = [domain for domain in found.domains if domain in owners]
        imported.conflicts += [f"{domain}: {name}, but {owners[domain]}" for domain in taken]
        free = tuple(domain for domain in found.domains if domain not in owners)
        owners |= dict.fromkeys(free, name)
        if free:
            imported.providers.append(replace(found, domains=free))
    return imported


def _read_list(path: Path, checked: date) -> Iterator[tuple[str, Provider | BadFile]]:
    reader = {".json": read_nodemailer, ".csv": read_mutt_wizard}.get(path.suffix)
    if reader and path.is_file():
        with path.open("rb") as opened:
            whole = opened.read(ARCHIVE + 1)
        if len(whole) > ARCHIVE:
            raise BadFile(f"{path} is larger than {ARCHIVE // 1024**2} MB")
        yield from ((path.name, found) for found in reader(whole, checked))
        return
    for name, content in _read_files(path):
        try:
            if isinstance(content, BadFile):
                raise content
            if name.endswith(MARKDOWN):
                yield name, read_chatmail(content, name, checked)
            else:
                yield from ((name, found) for found in list(_providers(name, content, checked)))
        except BadFile as fault:
            yield name, fault


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
            username=settings.user,
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
    found = (path / name for name in (ISPDB, CHATMAIL) if (path / name).is_dir())
    folder = next(found, path)
    is_entry = _is_markdown if folder.name == CHATMAIL else _is_entry
    files = sorted(file for file in folder.iterdir() if is_entry(file.name))
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
        of_chatmail = [member for member in inside if f"{CHATMAIL}/" in member.filename]
        of_ispdb = [member for member in inside if f"{ISPDB}/" in member.filename]
        is_entry = _is_markdown if of_chatmail and not of_ispdb else _is_entry
        within = of_ispdb or of_chatmail or inside
        members = [member for member in within if is_entry(_base(member))]
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


def _is_markdown(name: str) -> bool:
    return name.endswith(MARKDOWN) and not name.startswith("example.")


def _count(files: Sized) -> None:
    if len(files) > MOST:
        raise BadFile(f"{len(files)} files are more than {MOST}")
