"""Thông Thư: a wizard for mail that comes back with "relaying denied"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from flask import Flask

    from .settings import Settings


def create_app(
    settings: Settings | None = None,
    today: date | None = None,
    now: Callable[[], datetime] | None = None,
) -> Flask:
    """Put the floors together and return the WSGI application.

    :param today: the day that the age of facts is judged by, in place of the real one
    :param now: the clock that cases, sessions and locks go by, in place of the real one
    """
    # Imported here so that app.diagnosis can be used without the web.
    from pathlib import Path

    from flask import Flask

    from . import cli, keeping
    from .api import api, cors
    from .cases import cases
    from .desk import DeskSessions, desk
    from .developers import developers
    from .device import device
    from .diagnosis import Facts, next_step
    from .handouts import handouts
    from .knowledge import add_providers
    from .knowledge.local import read_providers
    from .portal import Portal, PortalBook
    from .settings import Settings
    from .store.cases import utc_now
    from .web import clock, errors, foreign, headers, pages, security_log
    from .web.cache import PageCache
    from .web.counting import Counting
    from .web.hosts import HostCheck
    from .web.languages import LanguageConverter, languages
    from .web.mount import Mount
    from .web.pastes import MemoryRequest
    from .wizard import wizard

    security_log.install()
    settings = settings or Settings.from_environment()
    imported = read_providers(Path(settings.providers_file)) if settings.providers_file else ()
    add_providers(imported)
    next_step(Facts())  # reads and compiles the content now: a fault in it stops the start
    app = Flask(__name__, static_folder=None, template_folder="../templates")
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.config["MAX_FORM_MEMORY_SIZE"] = 64 * 1024
    app.request_class = MemoryRequest
    tell_day = clock.install(app, today)
    app.extensions["public_url"] = settings.public_url
    app.extensions["hosts"] = settings.hosts
    app.extensions["demo_url"] = settings.demo_url
    pages.install(app, pages.Pages(settings.public_url))
    headers.install(app, settings.hsts)
    errors.install(app)
    foreign.install(app)
    keeping.install(app, settings, now or utc_now, tell_day)
    app.url_map.merge_slashes = False  # its redirects would repeat what was typed
    app.url_map.converters["language"] = LanguageConverter
    app.register_blueprint(wizard)
    app.register_blueprint(api)
    app.register_blueprint(device)
    app.register_blueprint(handouts)
    app.register_blueprint(developers)
    app.register_blueprint(cases)
    app.register_blueprint(desk)
    app.session_interface = DeskSessions()
    cli.install(app)
    app.add_url_rule("/healthz", view_func=lambda: ("ok\n", {"Content-Type": "text/plain"}))
    cache = PageCache(app.wsgi_app, settings.page_cache)

    def use(portals: tuple[Portal, ...]) -> None:
        add_providers(imported, before=tuple(portal.provider for portal in portals))
        cache.clear()

    file = Path(settings.portals) if settings.portals else None
    demo = settings.demo_url.split("/", 3)[:3]
    book = PortalBook(file, tuple(languages()), use, "/".join(demo))
    app.extensions["portals"] = book
    cors.install(app, book)
    tally = app.extensions["tally"]
    # Outside of the cache, so that a page counts each time it is shown.
    counted = Counting(cache, tally) if tally else cache
    mounted = Mount(counted, book.find, settings.proxies)
    app.wsgi_app = HostCheck(mounted)  # type: ignore[assignment]
    return app
