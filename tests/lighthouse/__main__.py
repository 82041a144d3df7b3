"""Measure the pages with Lighthouse, as production serves them: ``python -m tests.lighthouse``.

PAGES, a part of their names, leaves out the others.  Nothing stays behind but the report.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.chromium import find_browser
from tests.browser.server import ROOT, free_port, running

MEASURE = Path(__file__).parent / "measure.mjs"


def main() -> int:
    """Return 0 if every page has every point, and is there in time on a weak line."""
    with sync_playwright() as playwright:
        browser = find_browser(playwright)
    if browser is None:
        sys.exit("No Chromium was found: run tests/browser/install")
    # What the browser leaves, where it was killed for one, is no reason to fail.
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        with running(folder / "log", port, **_settings(folder, port)) as address:
            return _measure(folder, address, browser)


def _settings(folder: Path, port: int) -> dict[str, str]:
    """Return what `make run` sets, with a database of its own, and no limits."""
    return {
        "DATABASE_URL": f"sqlite:///{folder}/desk.sqlite3",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DEMO_URL": f"http://localhost:{port}",
        "DESK_OPEN": "yes",
        "PORTALS": str(ROOT / "docs/portals/example.toml"),
        "PROVIDERS_FILE": "",
        "RATE_LIMIT": "",
        "CASE_LIMIT": "",
    }


def _measure(folder: Path, address: str, browser: str) -> int:
    # Browsers keep things in their user's home too.
    homes = {"HOME": str(folder), "TMPDIR": str(folder)}
    command = ["node", str(MEASURE), address, browser, os.environ.get("PAGES", "")]
    return subprocess.run(command, cwd=folder, env=os.environ | homes).returncode


if __name__ == "__main__":
    sys.exit(main())
