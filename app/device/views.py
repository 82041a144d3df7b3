"""The files a device sets itself up from, for the facts of a link or for an address's domain."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from ..diagnosis import Facts, Situation, read_facts
from ..presentation.wizard_query import canonical_state
from ..web.pages import FRESH
from ..web.site import Site
from .files import make_client_config, make_profile

device = Blueprint("device", __name__)
HOST = "autoconfig."
"""The host name that clients look under in a mail domain."""


@device.get("/<language:site>/profile.mobileconfig")
def profile_file(site: Site) -> Response:
    """Send the configuration profile for iPhone, iPad and Mac.

    :raise 404: nobody publishes settings it could be made from
    """
    translate = site.language.gettext
    provider = canonical_state(site.profile).situation.provider
    if not (provider and provider.has_profile):
        abort(404)
    title = translate("{provider}: email settings").format(provider=provider.name)
    description = translate(
        "This file sets up an account with the settings published by {provider}. It "
        "doesn't contain your password: your device asks you for it."
    ).format(provider=provider.name)
    content = make_profile(provider, title, description)
    return _file(content, "application/x-apple-aspen-config", f"{provider.id}.mobileconfig")


@device.get("/<language:site>/autoconfig.xml")
def autoconfig_file(site: Site) -> Response:
    """Send the settings file for Thunderbird and others.

    :raise 404: nobody publishes the settings
    """
    content = _client_config(canonical_state(site.autoconfig).situation)
    return _file(content, "text/xml", "config-v1.1.xml")


@device.get("/mail/config-v1.1.xml")
@device.get("/.well-known/autoconfig/mail/config-v1.1.xml")
def well_known() -> Response:
    """Response a client that looks for the settings of an address, or of its host's domain.

    Clients put the address into the query; only its domain is read, and nothing is kept.

    :raise 404: nobody publishes the domain's settings
    """
    address = request.args.get("emailaddress", "")
    host = request.host.partition(":")[0].lower()
    named = address.rpartition("@")[2] if "@" in address else host.removeprefix(HOST)
    if "@" not in address and not host.startswith(HOST):
        abort(404)
    facts, _ = read_facts({"account_domain": named})
    account = Facts(account_domain=facts.known("account_domain"))
    return Response(_client_config(Situation(account)), mimetype="text/xml")


def _client_config(situation: Situation) -> bytes:
    provider = situation.provider
    if not (provider and provider.has_account):
        abort(404)
    return make_client_config(provider, situation.facts.known("account_domain"))


def _file(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = FRESH
    return response
