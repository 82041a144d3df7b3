"""Text in a screenshot or a photo, recognised by Tesseract in a process of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

LANGUAGES: Final = ("vie", "eng")
"""The languages that are recognised, as far as they are installed."""
LONGEST_WAIT: Final = 2.0
"""Seconds that a picture waits for another one to be done."""
LONGEST_RUN: Final = 12.0
"""Seconds after which a picture is given up."""

_PROGRAM = "tesseract"
_RECOGNISE = Path(__file__).with_name("recognise.py")
_TOO_LARGE, _BROKEN = 3, 4
"""What ``recognise.py`` ends with."""
_BLANK_LINES = re.compile(r"\n\s*\n\s*")


class Unreadable(Exception):
    """No text was found; ``args[0]`` says why, as a key of ``PROBLEMS``."""


@cache
def installed() -> tuple[str, ...]:
    """Return what Tesseract has been trained on here, nothing where it is not installed."""
    if shutil.which(_PROGRAM) is None:
        return ()
    listed = subprocess.run([_PROGRAM, "--list-langs"], capture_output=True, timeout=LONGEST_RUN)
    return tuple(listed.stdout.decode("utf-8", "replace").split())


@dataclass(frozen=True)
class Pictures:
    """Reader of pictures, one at a time in each process of the server.

    ``languages``: those of ``installed()``, at least one; ``options``: more for Tesseract.
    """

    languages: tuple[str, ...]
    options: tuple[str, ...] = ()
    _turn: BoundedSemaphore = field(default_factory=BoundedSemaphore)

    @classmethod
    def find(cls) -> Pictures | None:
        """Return a reader if Tesseract is installed."""
        found = installed()
        languages = tuple(language for language in LANGUAGES if language in found)
        # With "osd", it also finds out which side is up.
        return cls(languages, ("--psm", "1") if "osd" in found else ()) if languages else None

    def text_of(self, picture: bytes) -> str:
        """Return the text that a PNG, JPEG or WebP holds.

        :raise Unreadable: there is none, it is broken, too large or takes too long, or others are
            being read
        """
        if not self._turn.acquire(timeout=LONGEST_WAIT):
            raise Unreadable("pictures-busy")
        try:
            text = _BLANK_LINES.sub("\n", self._recognise(picture)).strip()
        finally:
            self._turn.release()
        if not text:
            raise Unreadable("empty-picture")
        return text

    def _recognise(self, picture: bytes) -> str:
        # -I: nothing of this server's environment or folder is read; a group of its own, so that
        # Tesseract ends with it.
        command = [sys.executable, "-I", str(_RECOGNISE), "+".join(self.languages), *self.options]
        keep = {
            name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX") if name in os.environ
        }
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**keep, "LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1"},
            start_new_session=True,
        ) as process:
            try:
                found, _ = process.communicate(picture, LONGEST_RUN)
            except subprocess.TimeoutExpired:
                raise Unreadable("slow-picture") from None
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        if process.returncode in (_TOO_LARGE, _BROKEN):
            large = process.returncode == _TOO_LARGE
            raise Unreadable("large-picture" if large else "broken-picture")
        return found.decode("utf-8", "replace")
