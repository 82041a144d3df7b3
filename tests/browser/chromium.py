"""The browser of this machine."""

import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Playwright

SYSTEM_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first that is there; the headless shell draws the same pages with less around them."""


def find_browser(playwright: Playwright) -> str | None:
    """Return where the system's browser is, or else playwright's own; None without both."""
    own = playwright.chromium.executable_path
    return _system_browser() or (own if Path(own).exists() else None)


def _system_browser() -> str | None:
    for name in SYSTEM_BROWSERS:
        # Some systems have a stub that only asks to install something: it must answer.
        path = shutil.which(name)
        if path and subprocess.run([path, "--version"], capture_output=True).returncode == 0:
            return path
    return None
