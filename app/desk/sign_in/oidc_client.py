"""One sign-in with an identity provider: OpenID Connect's code flow, by Authlib.

Whatever is asked of the provider is asked anew for each sign-in: those are few, a provider that is
away is noticed before anybody is sent there, and a key that it has changed is never an old one.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from flask import request, session
from requests import RequestException

from ...i18n.messages import N_
from ...portals.identity_provider import IdentityProvider, check_address
from ...store.hashing_limit import Slots, SlotsFull
from .bounded_http import BoundedSession, Untrusted

TIMEOUT: Final = 5.0
"""Seconds that the provider may be silent."""
TOTAL: Final = 10.0
"""Seconds that all its answers to one request of ours may take together."""
ASKING: Final = Slots(most=3, waiting=2, patience=1.0)
"""Of the threads that make pages, so many wait for a provider at once, and for their turn."""
AWAY_STATUS: Final = 503
ALGORITHMS: Final = tuple(
    f"{kind}{size}" for kind in ("RS", "ES", "PS") for size in (256, 384, 512)
)
"""What an ID token may be signed with: keys that only the provider has."""
_ASKED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
_PENDING: Final = "_state_"
"""What the session's keys begin with that Authlib keeps a sign-in under."""

STALE: Final = N_("This sign-in took too long, or was already completed. Please try again.")
DECLINED: Final = N_("Sign-in with {name} was refused or cancelled.")
AWAY: Final = N_(
    "{name} is not responding. Please try again in a minute, or use a helpdesk "
    "password if you have one."
)
WEAK: Final = N_(
    "Your sign-in with {name} is not secure enough for this helpdesk. Two-step "
    "verification may be missing. Please turn it on for that account, then sign "
    "in again."
)
WRONG: Final = N_(
    "We couldn't verify the reply from {name}, so you are not signed in. Please "
    "tell the server administrator. The server log has the details."
)
_FAULTS: Final = {
    "mismatching_state": (STALE, 400),
    "invalid_grant": (STALE, 400),
    "access_denied": (DECLINED, 403),
    "login_required": (DECLINED, 403),
    "unmet_authentication_requirements": (WEAK, 403),
    "temporarily_unavailable": (AWAY, AWAY_STATUS),
    "server_error": (AWAY, AWAY_STATUS),
}

log = logging.getLogger(__name__)


@dataclass(eq=False)
class SignInRefused(Exception):
    """The provider's word could not be had; the text to show, and the status."""

    text: str
    status: int


class OidcClient(FlaskOAuth2App):
    """The desk as a client of its provider, for the time of one request.

    :param desk: whose sign-in it is: what was begun at one desk cannot be ended at another
    """

    def __init__(self, provider: IdentityProvider, desk: str) -> None:
        self.provider = provider
        self.server_metadata: dict[str, Any]
        self.client_cls = partial(BoundedSession, time.monotonic() + TOTAL)
        super().__init__(
            FlaskIntegration(desk),
            desk,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT,
                "max_redirects": 0,  # the secret goes where the provider says, and no further
            },
        )

    def begin(self, redirect_uri: str, **options: str) -> str:
        """Return the address to send the browser to, and keep in its session what it must answer.

        :raise SignInRefused: the provider is away, or is not the one that it should be
        """
        if self.provider.acr:
            options["acr_values"] = self.provider.acr
        try:
            with ASKING.taken():
                begun = self.create_authorization_url(redirect_uri, scope=self._scope(), **options)
        except Exception as fault:
            raise self._reason(fault) from None
        url: str = begun.pop("url")
        forget_pending()  # one at a time: a cookie has little room
        self.save_authorize_data(redirect_uri=redirect_uri, **begun)
        return url

    def is_pending(self) -> bool:
        """Tell whether the request answers what this browser asked of this provider."""
        state = request.args.get("state", "")
        issuer = request.args.get("iss", self.provider.issuer)  # RFC 9207
        known = self.framework.get_state_data(session, state)
        return bool(known) and issuer == self.provider.issuer

    def end(self) -> Mapping[str, Any]:
        """Return what the provider says of who has come back from it.

        :raise SignInRefused: it says nothing, or nothing that can be trusted
        """
        ours = self.provider
        options = {
            "iss": {"essential": True, "value": ours.issuer},
            "aud": {"essential": True, "value": ours.client_id},
            "sub": {"essential": True},
        }
        try:
            with ASKING.taken():
                return self._claims(self.authorize_access_token(claims_options=options))
        except SignInRefused:
            raise
        except Exception as fault:  # whatever a provider answers, it is no fault of ours
            raise self._reason(fault) from None
        finally:
            forget_pending()

    def _claims(self, token: Mapping[str, Any]) -> Mapping[str, Any]:
        ours, claims = self.provider, dict(token["userinfo"])
        subject = claims["sub"]
        if not (isinstance(subject, str) and subject.isprintable() and 0 < len(subject) < 256):
            raise Untrusted("it names nobody")
        if not ours.is_safe(claims):  # by the ID token alone, which is signed for this sign-in
            raise SignInRefused(WEAK, 403)
        # Many providers tell names and groups only there.
        lacking = {"name", ours.groups_claim} - claims.keys()
        if lacking and "userinfo_endpoint" in self.load_server_metadata():
            more = self.userinfo(token=token)
            if more.get("sub") != subject:
                raise Untrusted("its user info is about somebody else")
            claims = {**more, **claims}
        return claims

    def load_server_metadata(self) -> dict[str, Any]:
        """Return what the provider says about itself; of that only what is meant for us.

        :raise RequestException: it does not answer
        :raise Untrusted: it is another one, or does not sign what it says
        :raise ValueError: what is sent to it could be read on the way
        """
        if self.server_metadata:
            return self.server_metadata
        with self._get_session() as asking:
            answer = asking.request("GET", self._server_metadata_url, withhold_token=True)
        answer.raise_for_status()
        metadata = answer.json()
        if metadata["issuer"] != self.provider.issuer:
            raise Untrusted(f"it calls itself {str(metadata['issuer'])[:300]!r}")
        ours: dict[str, Any] = {
            name: check_address(metadata[name]) for name in _ASKED if metadata.get(name)
        }
        # Never "none" or a key that others have, even if the provider offers it.
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        signed = [name for name in offered if name in ALGORITHMS]
        if not signed:
            raise Untrusted(f"it signs with none of {', '.join(ALGORITHMS)}")
        ours["id_token_signing_alg_values_supported"] = signed
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" not in methods and "client_secret_post" in methods:
            ours["token_endpoint_auth_method"] = "client_secret_post"
        self._scopes = metadata.get("scopes_supported") or []
        self.server_metadata = ours
        return ours

    def _scope(self) -> str:
        self.load_server_metadata()
        groups = self.provider.groups_claim
        return f"openid profile {groups}" if groups in self._scopes else "openid profile"

    def _reason(self, fault: Exception) -> SignInRefused:
        """Return what is to be said of a fault; the log names its kind, and no secret."""
        code = str(fault.error) if isinstance(fault, OAuthError) else ""
        if code in _FAULTS:
            return SignInRefused(*_FAULTS[code])
        named = code if re.fullmatch("[a-z_]{1,40}", code) else type(fault).__name__
        kind = str(fault) if isinstance(fault, Untrusted) else named
        log.warning("signing in with %s failed: %s", self.provider.issuer, kind)
        if isinstance(fault, (RequestException, SlotsFull)):
            return SignInRefused(AWAY, AWAY_STATUS)
        return SignInRefused(WRONG, 502)


def forget_pending() -> None:
    """Forget every sign-in that was begun in this browser and not ended."""
    for key in [key for key in session if key.startswith(_PENDING)]:
        del session[key]
