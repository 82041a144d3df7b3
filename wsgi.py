"""The door for WSGI servers: ``wsgi:app``."""

import sys

from app import create_app
from app.reading import read
from app.reload import on_hangup
from app.store.upkeep import begin_upkeep

try:
    app = create_app()
except ValueError as fault:  # a setting that cannot be meant: said in one line, to the terminal too
    sys.exit(str(fault))
# The first visitor of a worker should not wait longer than the second.
app.extensions["pages"].compile()
read("550")
on_hangup(app.extensions["portals"].reload)
if app.extensions["cases"]:
    begin_upkeep(app.extensions["cases"].sweep)
