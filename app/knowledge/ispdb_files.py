"""Read the files of a copy of the ISPDB from a folder or a zip."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sized
from functools import partial
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

LARGEST: Final = 256 * 1024
"""Bytes of one file that are read."""
MOST: Final = 5000
"""Files that are read."""
ARCHIVE, WHOLE = 8 * 1024**2, 32 * 1024**2
"""Bytes of a zip, and of all that is in it."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})+")

_Entry = tuple[str, Callable[[], bytes]]
"""A file's name, and what reads its content."""


class BadFile(ValueError):
    """A file of the database that cannot be used; the message says why."""


def read_files(path: Path) -> Iterator[tuple[str, bytes | BadFile]]:
    """Yield name and content of each file of the database, or why it has none, ordered by name."""
    total = 0
    try:
        for name, read in _folder(path) if path.is_dir() else _archive(path):
            try:
                content = read()
            # zipfile raises all kinds of exceptions on an archive that is broken.
            except Exception as fault:
                why = BadFile(f"cannot be read ({one_line(fault)})")
                yield name, fault if isinstance(fault, BadFile) else why
                continue
            total += len(content)
            if total > WHOLE:
                raise BadFile(f"{path} holds more than {WHOLE // 1024**2} MB")
            yield name, content
    except OSError as fault:
        raise BadFile(f"{path} cannot be read ({one_line(fault)})") from None


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
        why = f"{path} is neither a folder nor a zip that can be read ({one_line(fault)})"
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


def one_line(fault: Exception) -> str:
    """Return an exception's message on one line, at most 200 characters."""
    text = str(getattr(fault, "strerror", None) or fault) or type(fault).__name__
    return " ".join(text.split())[:200]


def _is_entry(name: str) -> bool:
    """Tell whether a file is one of the database: older ones are named like their domain."""
    stem = name.removesuffix(".xml")
    return bool(NAME.fullmatch(stem)) and not name.endswith((".md", ".json", ".py", ".txt"))


def _count(files: Sized) -> None:
    if len(files) > MOST:
        raise BadFile(f"{len(files)} files are more than {MOST}")
