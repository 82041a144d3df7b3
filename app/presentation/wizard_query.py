"""Read a request's URL: the state of the wizard that it names."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, redirect, request

from ..diagnosis import OF_REPLY, SEEN, Facts, read_facts
from ..diagnosis.facts import flat_values
from ..http.client_ip import client_address
from ..http.portal_prefix import OWN_NETWORK_KEY
from ..knowledge import knowledge
from ..knowledge.variables import UNKNOWN
from ..services import services
from ..web.links import WizardState, with_defaults
from ..web.site import Site, known_facts
from .questions import typed_facts

LOOKED_AT = ("change", "way", "worked", "plan")
"""Keys of a query for what a state holds besides the facts."""
LONGEST_QUERY = 4000
"""Characters of a query string that are read; no set of answers comes near it."""


def read_query(fill: bool = True) -> tuple[WizardState, dict[str, str]]:
    """Read the query string: the state it names, and per wrong fact the code of what is wrong.

    :param fill: fill in what the portal knows of everybody

    :raise 414: it is longer than any set of answers
    """
    if len(request.query_string) > LONGEST_QUERY:
        abort(414)
    questions, remedies = knowledge().questions, knowledge().remedies
    # A plain dict: a MultiDict raises and catches an error for each key that is missing.
    given = request.args.to_dict(flat=False)
    facts, wrong = read_facts(flat_values(given, remedies), holds=services().holds)
    # No question asks for these, so a wrong one is no reason to stop anybody.
    wrong = {fact: code for fact, code in wrong.items() if fact not in (*OF_REPLY, *SEEN)}
    change, way, worked, plan = (given.get(key, [None])[0] for key in LOOKED_AT)
    return WizardState(
        with_defaults(facts, known_facts()) if fill else facts,
        change=change if change in questions else None,
        way=way if way in remedies else None,
        worked=worked if worked in remedies else None,
        plan=plan if plan in ("now", "full") else "",
    ), wrong


def detected(site: Site, state: WizardState) -> WizardState | None:
    """Return the state with what the visitor's address tells, None where it tells nothing new.

    Only for the way in, which leads to the URL that says so: a page never looks at the address.
    """
    facts = _on_own_network(site, state) if site.portal else None
    facts = _on_known_network(state if facts is None else state.at(facts=facts)) or facts
    return None if facts is None else state.at(facts=facts)


def _on_own_network(site: Site, state: WizardState) -> Facts | None:
    """Tell that the connection is the portal's; for an account elsewhere that says nothing."""
    if OWN_NETWORK_KEY not in request.environ or state.facts.connection is not None:
        return None
    served = site.serves(state.situation.provider)
    return state.facts.but(connection="own") if served else None


def _on_known_network(state: WizardState) -> Facts | None:
    """Tell which network it is, and what that means for an account whose provider is known."""
    known, facts = services().access_networks, state.facts
    if known is None:
        return None
    told: dict[str, str] = {}
    if facts.network is None:
        address = client_address(request.environ, services().settings.proxies)
        network = known.at(address) if address else None
        told["network"] = network.domain if network else UNKNOWN
    else:
        network = known.of(facts.known("network"))
    if network and network.has_servers and facts.vpn is None:
        told["vpn"] = "yes"
    lines = state.situation.provider.networks if state.situation.provider else ()
    if network and not network.has_servers and lines and facts.connection is None:
        told["connection"] = "own" if network.domain in lines else "other"
    return facts.but(**told) if told else None


def canonical_state(link: Callable[[WizardState], str]) -> WizardState:
    """Return the state that the query string names.

    An address in a link somebody wrote by hand must not stay in it.

    :param link: returns the page's canonical URL
    :raise 302: the request came by another URL
    """
    state = read_query()[0]
    if has_uncanonical_names(state.facts):
        abort(redirect(link(state), 302))
    return state


def has_uncanonical_names(facts: Facts) -> bool:
    """Tell whether the URL holds a name as somebody typed it, maybe with an address."""
    given = request.args
    for fact in typed_facts():
        value = getattr(facts, fact)
        if value is not None and given.get(fact, value) != str(value):
            return True
    return False
