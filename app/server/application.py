"""The application as servers run it: loaded with this module, so that its workers share it."""

from __future__ import annotations

import sys

try:
    # Imported here because the content is loaded with them: a mistake in it is one line too.
    from .. import create_app
    from ..reading import read
    from ..services import services
    from ..store.retention import start_maintenance
    from .sighup import on_sighup

    app = create_app()
    read("550")  # compiles the patterns before the first request
except ValueError as fault:  # an invalid setting, or a mistake in the content
    sys.exit(str(fault))
made = services(app)
made.templates.load()


def start_threads() -> None:
    """Start what each process has of its own."""
    on_sighup(made.portals.reload)
    if made.storage:
        start_maintenance(made.storage.cases.sweep)
