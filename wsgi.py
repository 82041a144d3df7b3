"""WSGI entry point: ``wsgi:app``."""

import sys

from app import create_app
from app.reading import read
from app.server.sighup import on_sighup
from app.services import services
from app.store.maintenance import start_maintenance

try:
    app = create_app()
except ValueError as fault:  # an invalid setting: one line instead of a traceback
    sys.exit(str(fault))
# Warm up: compile templates and patterns before the first request.
shared = services(app)
shared.templates.compile()
read("550")
on_sighup(shared.portals.reload)
if shared.storage:
    start_maintenance(shared.storage.cases.sweep)
