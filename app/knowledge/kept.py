"""Keep what was made of files, as Python keeps compiled modules, and where it does.

That is a ``__pycache__`` beside a file of the installation, or below PYTHONPYCACHEPREFIX: whoever
may write there may change the program itself.  Where nothing may be written (a read-only
installation, PYTHONDONTWRITEBYTECODE) everything is made anew at each start.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from typing import Any


def kept(path: Path, sources: Iterable[Path], make: Callable[[], Any], *versions: str) -> Any:
    """Return what ``make`` returns, kept until one of its sources changes.

    :param path: what it is kept beside and named after
    :param versions: what it depends on besides
    """
    digest = sha256(MAGIC_NUMBER + repr(versions).encode())
    for source in sorted(sources):
        content = source.read_bytes()
        digest.update(f"{source.name} {len(content)} ".encode() + content)
    file = Path(cache_from_source(f"{path}.kept"))
    with suppress(OSError):
        content = file.read_bytes()
        data = content[digest.digest_size :]
        if content == _sealed(digest, data):  # else older, or damaged
            return pickle.loads(data)
    made = make()
    if not sys.dont_write_bytecode:
        new = file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(_sealed(digest, pickle.dumps(made)))
            new.replace(file)
    return made


def _sealed(digest: Any, data: bytes) -> bytes:
    """Return data after a digest of itself and of what it was made of."""
    whole = digest.copy()
    whole.update(data)
    return bytes(whole.digest()) + data
