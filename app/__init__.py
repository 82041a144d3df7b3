"""Thông Thư: a wizard for mail that comes back with "relaying denied"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from .settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """Put the floors together and return the WSGI application."""
    # Imported here so that app.diagnosis can be used without the web.
    from flask import Flask

    from . import cli
    from .api import api
    from .device import device
    from .diagnosis import Facts, next_step
    from .handouts import handouts
    from .settings import Settings
    from .web import assets, errors, headers, pages
    from .web.cache import PageCache
    from .web.languages import LanguageConverter
    from .web.pastes import MemoryRequest
    from .wizard import wizard

    settings = settings or Settings.from_environment()
    next_step(Facts())  # reads and compiles the content now: a fault in it stops the start
    app = Flask(__name__, static_folder=None, template_folder="../templates")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.config["MAX_FORM_MEMORY_SIZE"] = 64 * 1024
    app.request_class = MemoryRequest
    styles, scripts = assets.styles(), assets.scripts()
    app.extensions["public_url"] = settings.public_url
    pages.install(app, pages.Pages(styles, scripts, settings.public_url))
    headers.install(app, styles.values(), scripts.values())
    errors.install(app)
    app.url_map.merge_slashes = False  # its redirects would repeat what was typed
    app.url_map.converters["language"] = LanguageConverter
    app.register_blueprint(wizard)
    app.register_blueprint(api)
    app.register_blueprint(device)
    app.register_blueprint(handouts)
    cli.install(app)
    app.add_url_rule("/healthz", view_func=lambda: ("ok\n", {"Content-Type": "text/plain"}))
    if settings.page_cache:
        app.wsgi_app = PageCache(app.wsgi_app, settings.page_cache)  # type: ignore[assignment]
    return app
