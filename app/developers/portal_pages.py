"""Pages for those who put a portal's wizard into their site, and the script that does it."""

from __future__ import annotations

from flask import Response, abort, current_app, redirect, request
from werkzeug.wrappers import Response as Answer

from ..diagnosis import FACT_KEYS
from ..knowledge import knowledge
from ..web.assets import scripts, styles
from ..web.headers import POLICY
from ..web.links import Spot
from ..web.messages import PROBLEMS
from ..web.mount import look_of
from ..web.pages import page
from ..web.site import find_site, home_url
from ..wizard.query import read_query, typed_in_url
from ..wizard.questions import shown_question
from .embedding import loaders, newest, newest_of
from .origins import judge_origin
from .views import developers

FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
ASKED = tuple(key for key in FACT_KEYS if key in knowledge().questions)
"""The facts that a support link can fill in."""


@developers.get("/embed/<name>")
def embed(name: str) -> Response:
    """Send the embedding script: a full version for ever, ``v1.js`` as the newest of its kind.

    :raise 404: there is no such version
    """
    loader = loaders().get(name) or newest_of(name)
    if loader is None or not name.endswith(".js"):
        abort(404)
    response = Response(loader.content, mimetype="text/javascript")
    response.headers["Cache-Control"] = FOR_EVER if loader.name == name else FOR_AN_HOUR
    # Any site may load it, and check that it is the one it knows.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@developers.get("/logo/<name>")
def logo(name: str) -> Response:
    """Send the portal's logo; its name changes with its content, so it is kept for ever.

    :raise 404: this is no portal, or another logo is its own now
    """
    look = look_of(request.environ)
    picture = look.portal.logo if look else None
    if picture is None or picture.name != name:
        abort(404)
    response = Response(picture.content, mimetype=picture.mimetype)
    response.headers["Cache-Control"] = FOR_EVER
    return response


@developers.get("/<language:lang>/developers")
def overview(lang: str) -> Response:
    """Show how to embed the wizard, or, outside of all portals, what there is for developers.

    :raise 404: there is no such language
    """
    site = find_site(lang)
    demo = current_app.extensions["demo_url"]
    values = {
        "loader": newest(),
        "home": home_url(),
        "demo": f"{demo}{site.base}/demo" if demo and site.portal else "",
        "here": "developers",
    }
    return page(site, "developers.html", values, keep=False)


@developers.get("/<language:lang>/developers/links")
def links(lang: str) -> Answer:
    """Show the link that fills in the facts which are chosen in the form.

    :raise 404: there is no such language
    """
    site = find_site(lang)
    spot, wrong = read_query(fill=False)
    name = "developers/links"
    if typed_in_url(spot.facts):
        return redirect(site.part(name, Spot(spot.facts)), 302)
    errors = {fact: site.language.gettext(PROBLEMS[code]) for fact, code in wrong.items()}
    path = site.check(Spot(spot.facts)) if spot.facts.pairs else site.start()
    values = {
        "questions": [shown_question(lang, fact) for fact in ASKED],
        "spot": spot,
        "errors": errors,
        "link": home_url() + path,
        "typed": {fact: request.args.get(fact, "")[:400] for fact in errors},
        "here": site.within(site.part(name, Spot(spot.facts))),
    }
    return page(site, "links.html", values, 422 if errors else 200, keep=False)


@developers.get("/<language:lang>/developers/test")
def test(lang: str) -> Response:
    """Tell whether a site may embed this portal.

    :raise 404: there is no such language, or this is no portal
    """
    site = find_site(lang)
    if site.portal is None:
        abort(404)
    given = request.args.get("origin", "")
    verdict = judge_origin(given, site.portal.origins) if given.strip() else None
    values = {
        "verdict": verdict,
        "given": given[:300],
        "home": home_url(),
        "here": "developers/test",
    }
    return page(site, "embed-test.html", values, keep=False)


@developers.get("/<language:lang>/demo")
def demo(lang: str) -> Response:
    """Show a foreign page with a strict policy that has the portal's wizard in it.

    It is meant to be fetched from another address than the wizard's: see DEMO_URL.

    :raise 404: there is no such language, or this is no portal
    """
    site = find_site(lang)
    if site.portal is None:
        abort(404)
    loader = newest()
    values = {"loader": loader, "home": home_url(), "here": "demo"}
    response = page(site, "demo.html", values, keep=False)
    response.headers[POLICY] = _demo_policy(home_url())
    return response


def _demo_policy(home: str) -> str:
    """Return the strictest policy under which a page can embed the wizard with the script."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {home} {scripts()['demo'].csp}",
            f"frame-src {home}",
            f"style-src {styles()['demo'].csp}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
