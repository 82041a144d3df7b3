"""Pages about embedding a portal's wizard in another site, and the script for it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as Answer

from ..diagnosis import FACT_KEYS, Facts, read_facts
from ..http.portal_prefix import theme_of
from ..http.responses import POLICY
from ..i18n.languages import languages
from ..i18n.messages import PROBLEMS
from ..knowledge import knowledge
from ..portals.entry import LONGEST_ORIGIN
from ..presentation.questions import shown_question
from ..presentation.wizard_query import has_uncanonical_names, read_query
from ..services import services
from ..web.links import Links, WizardState
from ..web.pages import page, script, style
from ..web.site import Site, home_url, visitor_site
from .embedding import check_origin, loaders, newest, newest_of
from .snippet import LONGEST, Snippet, read_snippet

developers = Blueprint("developers", __name__)

FOR_EVER = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
ASKED = tuple(key for key in FACT_KEYS if key in knowledge().questions)
"""The facts that a support link can fill in."""


@developers.get("/embed/<name>")
def embed(name: str) -> Response:
    """Return the embedding script; ``v1.js`` is the newest version 1.

    :raise 404: there is no such version
    """
    loader = loaders().get(name) or newest_of(name)
    if loader is None or not name.endswith(".js"):
        abort(404)
    headers = {
        "Cache-Control": FOR_EVER if loader.name == name else FOR_AN_HOUR,
        # Any site may load it, and check that it is the one it knows.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Response(loader.content, headers=headers, mimetype="text/javascript")


@developers.get("/logo/<name>")
def logo(name: str) -> Response:
    """Return the portal's logo; its name changes with its content, so caches may keep it.

    :raise 404: this is no portal, or another logo is its own now
    """
    theme = theme_of(request.environ)
    picture = theme.portal.logo if theme else None
    if picture is None or picture.name != name:
        abort(404)
    headers = {"Cache-Control": FOR_EVER}
    return Response(picture.content, headers=headers, mimetype=picture.mimetype)


@developers.get("/developers")
@developers.get("/developers/test")
def redirect_to_language() -> Answer:
    """Redirect to the page in the visitor's language; scripts link to it without one."""
    given = request.args.get("origin")
    query = "" if given is None else urlencode({"origin": given[:LONGEST_ORIGIN]})
    site = visitor_site()
    link = site.embed_test if request.path.endswith("/test") else site.developers
    return redirect(link(query), 302)


@developers.get("/<language:site>/developers")
def overview(site: Site) -> Response:
    """Show how to embed the wizard, or, outside of all portals, what there is for developers."""
    demo = services().settings.demo_url
    codes = [language.code for language in site.languages]
    snippet, problems = read_snippet(request.args, codes, site.language.code)
    values = {
        "loader": newest(),
        "home": home_url(),
        "demo": f"{demo}{site.demo()}" if demo and site.portal else "",
        "snippet": snippet,
        "frame": _frame_path(site, snippet),
        "errors": {
            field: f"{fact}: " * bool(fact) + site.language.gettext(message)
            for field, (message, fact) in problems.items()
        },
        "typed": {field: request.args[field][:LONGEST] for field in problems},
        "here": site.developers(),
    }
    return page(site, "developers/overview.html", values, 422 if problems else 200, keep=False)


def _frame_path(site: Site, snippet: Snippet) -> str:
    """Return the path of the page that a snippet's frame shows first."""
    root = site.root.partition(";")[0] + (f";accent={snippet.accent}" if snippet.accent else "")
    framed = Links(languages().get(snippet.language, site.language), root)
    if not snippet.language:
        return framed.in_any_language(snippet.facts)
    return framed.check(snippet.facts) if snippet.facts.pairs else framed.start()


@developers.get("/<language:site>/developers/links")
def links(site: Site) -> Answer:
    """Show the form for a support link, and the link for the facts that the query holds."""
    facts = read_query(fill=False)[0].facts
    if has_uncanonical_names(facts):
        return redirect(site.support_link(facts), 302)
    return _links_page(site, facts, {})


@developers.post("/<language:site>/developers/links")
def make_link(site: Site) -> Answer:
    """Reduce what was typed to domains, and redirect to the page with the link."""
    facts, wrong = read_facts({fact: request.form.get(fact) for fact in ASKED})
    if wrong:
        return _links_page(site, facts, wrong)
    return redirect(site.support_link(facts), 303)


def _links_page(site: Site, facts: Facts, wrong: Mapping[str, str]) -> Response:
    path = site.check(WizardState(facts)) if facts.pairs else site.start()
    values = {
        "questions": [shown_question(site.language.code, fact) for fact in ASKED],
        "facts": facts,
        "errors": {fact: site.language.gettext(PROBLEMS[code]) for fact, code in wrong.items()},
        "typed": {fact: request.form.get(fact, "")[:400] for fact in wrong},
        "link": home_url() + path,
        "here": site.support_link(facts),
    }
    return page(site, "developers/links.html", values, 422 if wrong else 200, keep=False)


@developers.get("/<language:site>/developers/test")
def test(site: Site) -> Response:
    """Tell whether a site may embed this portal.

    :raise 404: this is no portal
    """
    if site.portal is None:
        abort(404)
    given = request.args.get("origin", "")
    verdict = check_origin(given, site.portal.origins) if "origin" in request.args else None
    values = {
        "verdict": verdict,
        "given": given[:300],
        "home": home_url(),
        "here": site.embed_test(),
    }
    return page(site, "developers/embed-test.html", values, keep=False)


@developers.get("/<language:site>/demo")
def demo(site: Site) -> Response:
    """Show a page of another site, with a strict policy, that embeds the portal's wizard.

    It is meant to be fetched from another address than the wizard's: see DEMO_URL.

    :raise 404: this is no portal
    """
    if site.portal is None:
        abort(404)
    home = home_url()
    values = {"loader": newest(), "home": home, "here": site.demo()}
    response = page(site, "developers/demo.html", values, keep=False)
    # The strictest policy under which a page can embed the wizard with the script.
    response.headers[POLICY] = (
        f"default-src 'none'; script-src {home} {script('demo').csp}; frame-src {home}; "
        f"style-src {style('demo').csp}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return response
