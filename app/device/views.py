"""The files a device sets itself up from, for the facts of a link or for an address's domain."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, request

from ..diagnosis import Facts, Situation, read_facts
from ..diagnosis.domains import NotADomain, display, normalise_domain
from ..i18n.messages import N_
from ..presentation.server_check import check_in_words
from ..presentation.wizard_query import canonical_state
from ..services import services
from ..web.pages import FRESH, page
from ..web.site import Site, home_url
from .files import make_client_config, make_profile
from .records import AUTOCONFIG_HOST, PACC_HOST, PACC_PATH, DnsRecord, dns_records, make_pacc

device = Blueprint("device", __name__)
PUBLISHED: Final = ("pacc", "autoconfig", "srv")
"""How settings are found that the domain itself publishes."""
PUBLISHED_BY: Final = N_(
    "This file sets up an account with the settings published by {provider}. It "
    "doesn't contain your password: your device asks you for it."
)
FOUND_FOR: Final = N_(
    "This file sets up an account with the settings found for {provider}. It "
    "doesn't contain your password: your device asks you for it."
)
PARTS: Final = (
    ("srv", N_("Server names and ports (SRV)")),
    ("autoconfig", N_("For Thunderbird and others (autoconfig)")),
    ("pacc", N_("For newer email apps (PACC, a draft)")),
)
SAID: Final[Mapping[str, str]] = {
    "right": N_("as it should be"),
    "other": N_("there, but with another value"),
    "missing": N_("not there yet"),
    "no-answer": N_("DNS doesn't answer"),
}


@device.get("/<language:site>/profile.mobileconfig")
def profile_file(site: Site) -> Response:
    """Send the configuration profile for iPhone, iPad and Mac.

    :raise 404: nobody publishes settings it could be made from
    """
    translate = site.language.gettext
    situation = canonical_state(site.profile).situation
    provider, found = situation.provider, situation.facts.found
    if not (provider and provider.has_profile):
        abort(404)
    title = translate("{provider}: email settings").format(provider=provider.name)
    guessed = found is not None and found.settings == provider and found.how not in PUBLISHED
    description = translate(FOUND_FOR if guessed else PUBLISHED_BY).format(provider=provider.name)
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
    named = address.rpartition("@")[2] if "@" in address else host.removeprefix(AUTOCONFIG_HOST)
    if "@" not in address and not host.startswith(AUTOCONFIG_HOST):
        abort(404)
    facts, _ = read_facts({"account_domain": named})
    account = Facts(account_domain=facts.known("account_domain"))
    return Response(_client_config(Situation(account)), mimetype="text/xml")


@device.get(PACC_PATH)
def user_agent_configuration() -> Response:
    """Answer a client that looks for the settings of the domain that its host is of.

    :raise 404: nobody publishes the domain's settings
    """
    host = request.host.partition(":")[0].lower()
    facts, _ = read_facts({"account_domain": host.removeprefix(PACC_HOST)})
    provider = Situation(Facts(account_domain=facts.known("account_domain"))).provider
    document = make_pacc(provider) if provider and host.startswith(PACC_HOST) else None
    if document is None:
        abort(404)
    headers = {"Cache-Control": FRESH}
    return Response(document, headers=headers, mimetype="application/json")


@device.get("/<language:site>/developers/settings")
def published(site: Site) -> Response:
    """Show what a portal's provider puts into DNS, what DNS says now, and whether its servers work.

    :raise 404: this is no portal
    """
    if site.portal is None:
        abort(404)
    provider = site.portal.provider
    wanted = request.args.get("domain", "")
    domain = wanted if wanted in provider.domains else provider.domains[0]
    home = _public_name(home_url())
    records, check, servers = dns_records(provider, domain, home), None, []
    if discovery := services().discovery:
        from ..discovery import TooMany  # only where it is switched on

        with suppress(TooMany):
            check = discovery.records.begin(f"{domain} {home}", records)
            hosts = dict.fromkeys(server.server for server in provider.outgoing if server.login)
            servers = [discovery.checks.begin(host) for host in hosts]
    said = check.said if check else {}
    values = {
        "domain": display(domain),
        "domains": [
            (display(name), site.published_settings(f"domain={name}")) for name in provider.domains
        ],
        "parts": [
            (
                site.language.gettext(title),
                [_shown(record, said, site) for record in records if record.for_what == key],
            )
            for key, title in PARTS
            if any(record.for_what == key for record in records)
        ],
        "servers": [check_in_words(each, site.language) for each in servers if each.done],
        "searching": any(not each.done for each in (check, *servers) if each),
        "checked": check is not None,
        "named": bool(home),
        "here": site.published_settings(f"domain={domain}"),
    }
    return page(site, "developers/settings.html", values, keep=False)


def _public_name(url: str) -> str:
    """Return the host name of an address, '' where it has none that DNS could lead to."""
    try:
        return normalise_domain(urlsplit(url).hostname or "")
    except NotADomain:
        return ""


def _shown(record: DnsRecord, said: Mapping[str, str], site: Site) -> dict[str, str]:
    """Return a record as a line of a zone file, and what DNS says of it."""
    word = SAID.get(said.get(record.name, ""))
    return {
        "line": f"{record.name}. 3600 IN {record.kind} {record.value}",
        "said": site.language.gettext(word) if word else "",
    }


def _client_config(situation: Situation) -> bytes:
    provider = situation.provider
    if not (provider and provider.has_account):
        abort(404)
    return make_client_config(provider, situation.facts.known("account_domain"))


def _file(content: bytes, mimetype: str, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    headers = {"Content-Disposition": disposition, "Cache-Control": FRESH}
    return Response(content, headers=headers, mimetype=mimetype)
