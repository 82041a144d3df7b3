"""Thông Thư: a wizard for mail that comes back with "relaying denied"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from flask import Flask

    from .settings import Settings


TEXT = {"Content-Type": "text/plain; charset=utf-8"}


def create_app(
    settings: Settings | None = None,
    today: date | None = None,
    now: Callable[[], datetime] | None = None,
) -> Flask:
    """Return the WSGI application.

    :param today: the day that the age of facts is judged by, in place of the real one
    :param now: the clock that cases, sessions and locks go by, in place of the database's
    :raise ValueError: a setting that cannot be meant, or content that is wrong in form
    """
    # Imported here so that app.diagnosis can be used without Flask.
    from datetime import date
    from pathlib import Path

    from flask import Flask

    from . import services
    from .api.docs import api_docs
    from .api.views import api
    from .cases.views import cases
    from .cli import commands
    from .desk import DeskSessions, desk
    from .developers.views import developers
    from .device.views import device
    from .diagnosis import Facts, Situation
    from .handouts.views import handouts
    from .http import cross_site, responses, security_log
    from .http.event_counting import EventCounting
    from .http.host_check import HostCheck
    from .http.page_cache import PageCache
    from .http.portal_prefix import PortalPrefix
    from .i18n.languages import LanguageConverter, published
    from .i18n.templates import Templates
    from .knowledge import add_providers
    from .knowledge.provider_table import read_providers
    from .monitoring.views import monitoring
    from .portals import Portal, PortalRegistry
    from .presentation.paste_input import MemoryRequest
    from .settings import Settings
    from .web import errors, site
    from .wizard.views import wizard

    settings = settings or Settings.from_environment()
    security_log.install()
    app = Flask(__name__, static_folder=None, template_folder="../templates")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.config["MAX_FORM_MEMORY_SIZE"] = 64 * 1024
    app.request_class = MemoryRequest
    app.session_interface = DeskSessions()
    app.url_map.merge_slashes = False  # its redirects would repeat what was typed
    app.url_map.converters["language"] = LanguageConverter
    responses.install(app, settings.public_url, settings.hsts)
    for part in (errors, site, cross_site, commands):
        part.install(app)
    for blueprint in (wizard, api, api_docs, device, handouts, developers, cases, desk, monitoring):
        app.register_blueprint(blueprint)
    # Each page says by itself whether search engines may list it.
    app.add_url_rule("/robots.txt", "robots", lambda: ("User-agent: *\nAllow: /\n", TEXT))

    cache = PageCache(app.wsgi_app, settings.page_cache)
    imported = read_providers(Path(settings.providers_file)) if settings.providers_file else None
    add_providers(imported)
    _ = Situation(Facts()).next  # reads and compiles the content now: a fault in it stops the start

    def use(portals: tuple[Portal, ...]) -> None:
        add_providers(imported, tuple(portal.provider for portal in portals))
        cache.clear()

    file = Path(settings.portals) if settings.portals else None
    portals = PortalRegistry(file, tuple(published()), use, settings.demo_origin)
    clocks = (lambda: today or date.today()), now
    made = services.Services.create(settings, Templates(), portals, *clocks)
    app.extensions[services.KEY] = made
    # Outside of the cache, so that a page counts each time it is shown.
    counted = EventCounting(cache, made.storage.counters if made.storage else None)
    prefixed = PortalPrefix(counted, portals.find, settings.proxies)
    app.wsgi_app = HostCheck(prefixed)  # type: ignore[assignment]
    return app
