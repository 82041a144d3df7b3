"""The door for WSGI servers: ``wsgi:app``."""

from app import create_app
from app.reload import on_hangup
from app.store.upkeep import begin_upkeep

app = create_app()
app.extensions["pages"].compile()
on_hangup(app.extensions["portals"].reload)
if app.extensions["cases"]:
    begin_upkeep(app.extensions["cases"].sweep)
