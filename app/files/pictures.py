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
LONGEST_RUN: Final = 20.0
"""Seconds after which a picture is given up."""

_PROGRAM = "tesseract"
_RECOGNISE = Path(__file__).with_name("recognise.py")
_BLANK_LINES = re.compile(r"\n\s*\n\s*")


class Busy(Exception):
    """Other pictures are being read, and none was done in time."""


@cache
def installed_languages() -> tuple[str, ...]:
    """Return the languages that Tesseract has here, none where it is not installed."""
    if shutil.which(_PROGRAM) is None:
        return ()
    listed = subprocess.run([_PROGRAM, "--list-langs"], capture_output=True, timeout=LONGEST_RUN)
    names = listed.stdout.decode("utf-8", "replace").split()
    return tuple(language for language in LANGUAGES if language in names)


@dataclass(frozen=True)
class Pictures:
    """Reader of pictures, one at a time in each process of the server.

    ``languages``: those of ``installed_languages()``, at least one.
    """

    languages: tuple[str, ...]
    _turn: BoundedSemaphore = field(default_factory=BoundedSemaphore)

    @classmethod
    def find(cls) -> Pictures | None:
        """Return a reader if Tesseract is installed."""
        languages = installed_languages()
        return cls(languages) if languages else None

    def text_of(self, picture: bytes) -> str:
        """Return the text that a PNG, JPEG or WebP holds, '' for none or a broken picture.

        :raise Busy: others are being read
        """
        if not self._turn.acquire(timeout=LONGEST_WAIT):
            raise Busy
        try:
            return _BLANK_LINES.sub("\n", self._recognise(picture)).strip()
        finally:
            self._turn.release()

    def _recognise(self, picture: bytes) -> str:
        # -I: nothing of this server's environment or folder is read; a group of its own, so that
        # Tesseract ends with it.
        command = [sys.executable, "-I", str(_RECOGNISE), "+".join(self.languages)]
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
                return ""
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        return found.decode("utf-8", "replace") if process.returncode == 0 else ""
