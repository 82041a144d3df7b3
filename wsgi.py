"""WSGI entry point: ``wsgi:app``."""

import sys

from app import create_app
from app.reading import read
from app.server.sighup import on_sighup
from app.services import services
from app.store.maintenance import start_maintenance

try:
    app = create_app()
except ValueError as fault:  # a setting that cannot be meant: said in one line, to the terminal too
    sys.exit(str(fault))
# The first visitor of a worker should not wait longer than the second.
made = services(app)
made.templates.compile()
read("550")
on_sighup(made.portals.reload)
if made.storage:
    start_maintenance(made.storage.cases.sweep)
