"""Sign in with an identity provider by OpenID Connect, in place of a password.

Authlib is imported at the first such sign-in: a quarter of a second, and 20 MB, that few need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import abort, redirect, request, session
from werkzeug.wrappers import Response as Answer

from ...http.security_log import record
from ...i18n.languages import preferred, shown_wait
from ...i18n.messages import N_
from ...portals.identity_provider import name_of
from ...services import services, storage
from ...web.site import Site, find_site, home_url, rate_keys
from ..access import current_agent, desk, require_desk
from .page import canonical_place, provider_of, return_url, sign_in_page
from .password_views import MANY, begin

if TYPE_CHECKING:
    from .oidc_client import OidcClient

NOBODY: Final = N_(
    "Your {name} account has no access to this helpdesk. Please ask the "
    "administrator for access, or sign in with another account."
)
ON_THE_WAY: Final = "on_the_way"
"""The key of the session under which stands where somebody wanted to go, in which language."""
ANOTHER: Final = "another"
"""The key that is there when the next sign-in should be somebody else's."""
OURS: Final = ("same-origin", "none")
"""What a browser says of a click on our own page, and of an address typed or bookmarked.

It says so over https and on this machine, of all redirects on the way together (W3C Fetch Metadata
Request Headers, section 2.3).  Older browsers say nothing.
"""
LONGEST: Final = 1000
"""Characters of a page to lead back to: a cookie has little room."""


@desk.get("/<language:site>/desk/sign-in/provider")
def begin_with_provider(site: Site) -> Answer:
    """Send the browser to the identity provider, where somebody has asked for it on a page of ours.

    A link or a picture on another site gets the sign-in page instead: an identity provider whose
    session is open would finish the sign-in without asking.

    :raise 404: the desk has no identity provider
    """
    client, wanted = _client(site), request.args.get("to", "")
    from .oidc_client import SignInRefused

    if current_agent(site):
        return redirect(return_url(site, wanted), 303)
    if request.headers.get("Sec-Fetch-Site", OURS[0]) not in OURS:
        return sign_in_page(site)
    # Each costs a question to the provider; the wrong ones are counted when they come back.
    rate = services().rates.oidc
    began = rate.take(_keys("began")) if rate else None
    if began and not began.allowed:
        return _limited(site, client, wanted, began.wait)
    if rate and (wait := rate.wait(_keys("refused"))):
        return _limited(site, client, wanted, wait)
    first = Site(site.languages[0], site.root, site.theme)
    options = {"prompt": "login"} if session.pop(ANOTHER, False) else {}
    try:
        url = client.begin(f"{home_url()}{first.signed_in()}", **options)
    except SignInRefused as fault:
        return _refuse(site, client, wanted, fault.text, fault.status)
    kept = canonical_place(wanted)
    session[ON_THE_WAY] = {"lang": site.language.code, "to": kept if len(kept) <= LONGEST else ""}
    return redirect(url, 303)


@desk.get("/<language:site>/desk/signed-in")
def end_with_provider(site: Site) -> Answer:
    """Sign in whom the identity provider vouches for, and lead to the page they had asked for.

    :raise 404: the desk has no identity provider
    """
    client, begun = _client(site), session.get(ON_THE_WAY, {})
    from .oidc_client import AWAY_STATUS, STALE, WEAK, SignInRefused

    spoken = tuple(language.code for language in site.languages)
    asked = begun.get("lang") or preferred(request.headers.get("Accept-Language", ""), spoken)
    site = find_site(asked) if asked in spoken else site
    wanted: str = begun.get("to", "")
    if current_agent(site):  # somebody went back, or loads the page again
        return redirect(return_url(site, wanted), 303)
    if not client.is_pending():
        return _refuse(site, client, wanted, STALE, 400)
    rate = services().rates.oidc
    if rate and (wait := rate.wait(_keys("refused"))):
        return _limited(site, client, wanted, wait)
    try:
        claims = client.end()
    except SignInRefused as fault:
        if rate and fault.status != AWAY_STATUS:
            rate.take(_keys("refused"))
        if fault.text == WEAK:
            session[ANOTHER] = True
        return _refuse(site, client, wanted, fault.text, fault.status)
    ours, agents = client.provider, storage().agents
    role = ours.role_of(claims)
    if role is None:
        session[ANOTHER] = True
        return _refuse(site, client, wanted, NOBODY, 403)
    name = name_of(claims)
    begin(agents.provision(site.portal_id, ours.issuer, claims["sub"], name, role), "provider")
    return redirect(return_url(site, wanted), 303)


def _client(site: Site) -> OidcClient:
    require_desk()
    provider = provider_of(site)
    if provider is None:
        abort(404)
    from .oidc_client import OidcClient

    return OidcClient(provider, site.portal_id or "-")


def _keys(counted: str) -> tuple[str, ...]:
    """Return what a visitor's sign-ins at the provider are counted under."""
    return tuple(f"provider-{counted} {key}" for key in rate_keys())


def _limited(site: Site, client: OidcClient, wanted: str, wait: int) -> Answer:
    record("limit-hit", limit="provider", portal=site.portal_id)
    return _refuse(site, client, wanted, MANY, 429, wait)


def _refuse(
    site: Site, client: OidcClient, wanted: str, text: str, status: int, wait: int = 0
) -> Answer:
    record("sign-in-refused", portal=site.portal_id, reason="provider", status=status)
    message = site.language.gettext(text).format(
        name=client.provider.shown, time=shown_wait(wait, site.language.code)
    )
    return sign_in_page(site, error=message, status=status, to=wanted, at="provider")
