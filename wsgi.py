"""WSGI entry point: ``wsgi:app``."""

import sys

try:
    # Imported here because the content is loaded with them: a mistake in it is one line too.
    from app import create_app
    from app.reading import read
    from app.server.sighup import on_sighup
    from app.services import services
    from app.store.retention import start_maintenance

    app = create_app()
    read("550")  # compiles the patterns before the first request
except ValueError as fault:  # an invalid setting, or a mistake in the content
    sys.exit(str(fault))
made = services(app)
made.templates.compile()
on_sighup(made.portals.reload)
if made.storage:
    start_maintenance(made.storage.cases.sweep)
