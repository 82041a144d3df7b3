"""The content as dataclasses, one field a key of the TOML files.  All text is English."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

from .programs import Programs
from .remedies import Remedy, When
from .variables import FACT_OF, UNKNOWN, VARIABLES
from .vendors import Vendor, VendorReply

if TYPE_CHECKING:
    from .provider_table import ProviderTable

Row = TypeVar("Row")

FACTS: Final = tuple(FACT_OF.values())
SECURITY: Final = ("none", "starttls", "tls")
USERS: Final = ("address", "local-part", "unknown")
"""What one signs in as: the whole address, the part before the @, or a name that was given."""
STOPS: Final = ("line", "server", "recipient", "nowhere", "lost", "unclear")
"""Where a message stops on its route; nowhere: it gets through, lost: accepted, then gone."""


@dataclass(frozen=True)
class Choice:
    """One answer to a question.

    ``more``: shown only when unfolded; ``short``: for pictures; ``icon``: of icons.html, beside it.
    ``of``: the choice that this one is a kind of, offered only to who has chosen that one.
    """

    value: str
    says: str
    text: str = ""
    short: str = ""
    icon: str = ""
    more: bool = False
    of: str = ""


@dataclass(frozen=True)
class How:
    """How to find an answer; ``program``: in which app, '' where that does not matter."""

    text: str
    program: str = ""


@dataclass(frozen=True)
class Question:
    """How one fact is asked for.

    ``seconds`` is how long an answer takes, ``weights`` how often each one is given; ``given`` has
    other weights for those with a certain error.
    """

    fact: str
    label: str
    seconds: int
    text: str
    why: str
    weights: Mapping[str, int]
    needs: Annotated[str, FACTS] | None = None
    about: tuple[Annotated[str, FACTS], ...] = ()
    how: tuple[How, ...] = ()
    choices: tuple[Choice, ...] = ()
    states: tuple[Choice, ...] = ()
    yours: bool = False
    field: str | None = None
    example: str | None = None
    same: str | None = None
    given: Mapping[str, Mapping[str, int]] | None = None

    def weights_given(self, error: str) -> Mapping[str, int]:
        """Return the weights of the answers of those with a certain error."""
        return (self.given or {}).get(error, self.weights)

    def choice(self, value: str) -> Choice | None:
        """Return the choice, or the finite state of a typed text, with this value."""
        both = self.choices + self.states
        return next((choice for choice in both if choice.value == value), None)


@dataclass(frozen=True)
class StageRow:
    """One row of a stage: its result when its conditions hold."""

    result: str = field(metadata={"key": "is"})
    when: tuple[When, ...]


@dataclass(frozen=True)
class Stage:
    """A decision made before the scenarios: some variables give one result."""

    name: str
    rows: tuple[StageRow, ...] = field(metadata={"key": "row"})

    @property
    def results(self) -> tuple[str, ...]:
        """All results that the stage can give."""
        return tuple(dict.fromkeys(row.result for row in self.rows))


@dataclass(frozen=True)
class Scenario:
    """One row of the decision table: conditions, verdict, explanation, ordered remedies.

    ``relay`` and ``refused`` map the value of ``error`` to the verdict, or hold the verdict for
    every error under ``*``; the relay verdict ``by-recipient`` follows the recipient.
    """

    id: str
    when: tuple[When, ...]
    relay: Mapping[str, str]
    refused: Mapping[str, str]
    cause: str
    stops: Annotated[str, STOPS]
    title: str
    why: str
    remedies: tuple[str, ...]
    article_row: int | None = None
    aside: str | None = None


@dataclass(frozen=True)
class Outgoing:
    """One published outgoing server; ``login``: it takes people who log in, from anywhere."""

    server: str
    port: int
    security: Annotated[str, SECURITY]
    login: bool = True


@dataclass(frozen=True)
class Incoming:
    """One published server for fetching mail."""

    protocol: Annotated[str, ("imap", "pop3")]
    server: str
    port: int
    security: Annotated[str, SECURITY]


@dataclass(frozen=True)
class Note:
    """A dated fact about a provider; ``first``: what has to be done before any step can help."""

    text: str
    source: str
    checked: date | None = None
    first: bool = False


@dataclass(frozen=True)
class Provider:
    """A provider's published settings, the first server of each list recommended.

    ``oauth``: mail programs can be let in through the provider's own window (always so where that
    is the only way).  ``page`` is the provider's own on how to get an app password; ``two_step``:
    it gives one only where two-step verification is on.  ``username``: what one signs in as.
    ``mail_only``: it runs no lines.  ``networks``: the domains that its lines are registered under.
    ``offers``: the ways of authorisation and webmail, None where it has not said which.
    ``phone``: its helpdesk's number, where that is known.  ``lacks``: remedies that never help.
    """

    id: str
    name: str
    domains: tuple[str, ...]
    sign_in: Annotated[str, VARIABLES["account"]]
    outgoing: tuple[Outgoing, ...]
    source: str
    checked: date
    incoming: tuple[Incoming, ...] = ()
    oauth: bool = False
    username: Annotated[str, USERS] = "address"
    page: str | None = None
    two_step: bool = False
    mail_only: bool = False
    networks: tuple[str, ...] = ()
    notes: tuple[Note, ...] = field(default=(), metadata={"key": "note"})
    offers: frozenset[str] | None = None
    phone: str | None = None
    lacks: tuple[str, ...] = ()

    @property
    def names(self) -> Iterator[tuple[str, str]]:
        """What it is looked up by: ``id``, ``domain`` or ``server``, and which one."""
        yield "id", self.id
        yield from (("domain", domain) for domain in self.domains)
        yield from (("server", outgoing.server) for outgoing in self.outgoing)

    def offers_any(self, needs: tuple[str, ...]) -> bool:
        """Tell whether something that needs one of these ways of authorisation may be advised."""
        return self.offers is None or not needs or not self.offers.isdisjoint(needs)

    @property
    def has_login(self) -> bool:
        """Whether one can log in for sending, as far as the provider says."""
        return self.offers_any(("smtp-auth",))

    @property
    def has_account(self) -> bool:
        """Whether what is published makes a whole account that a device can set up."""
        return bool(self.incoming) and self.has_login

    @property
    def has_profile(self) -> bool:
        """Whether a configuration profile makes the account, too: it knows passwords only.

        So not where a sign-in window is the only way (Apple: com.apple.mail.managed).
        """
        return self.has_account and self.sign_in != "oauth-only"


@dataclass(frozen=True)
class MailHost:
    """Who runs the servers that take a domain's mail, by the end of their names (MX).

    ``provider`` is the one of the content.  ``name`` is that of one whose servers differ from
    customer to customer; ``outgoing`` says how: ``{mx}`` stands for the host that takes the mail,
    ``{domain}`` for the mail domain.  Without either it is a filter, or it passes mail on.
    """

    suffix: str
    source: str
    checked: date
    provider: str = ""
    name: str = ""
    sign_in: Annotated[str, VARIABLES["account"]] = UNKNOWN
    outgoing: tuple[Outgoing, ...] = ()

    @property
    def owner(self) -> str:
        """Who has the mailboxes, '' where that is not known."""
        return self.provider or self.name

    def servers(self, host: str, domain: str) -> tuple[Outgoing, ...]:
        """Return the outgoing servers of a customer whose mail a host takes."""
        return tuple(
            replace(each, server=each.server.format(mx=host, domain=domain))
            for each in self.outgoing
        )


@dataclass(frozen=True)
class Authorisation:
    """A way in which a server recognises a customer: how one asks for it, what its lack means."""

    id: str
    ask: str
    without: str | None = None


@dataclass(frozen=True)
class Estimates:
    """What the editors estimate beside the questions and remedies: docs/estimates.md says how."""

    page_seconds: int
    wrong_plan_seconds: int
    own_words_seconds: int
    own_values_seconds: int
    still_works: int
    comes_anyway: int
    helpless_minutes: int
    """Shares are of a hundred."""


@dataclass(frozen=True)
class Knowledge:
    """All content; the loader checks its form, ``app.diagnosis.checks`` its logic.

    ``providers``: those that are held in memory; ``imported``: the others, which come after them.
    """

    questions: Mapping[str, Question]
    stages: tuple[Stage, ...]
    scenarios: Mapping[str, Scenario]
    remedies: Mapping[str, Remedy]
    providers: tuple[Provider, ...]
    article: Mapping[str, str]
    programs: Programs
    authorisations: Mapping[str, Authorisation]
    estimates: Estimates
    vendors: Mapping[str, Vendor]
    mail_hosts: Mapping[str, MailHost]
    imported: ProviderTable | None = None

    @cached_property
    def covering(self) -> Mapping[str, Remedy]:
        """The remedy that covers others, by the id of each of those."""
        return {name: r for r in self.remedies.values() for name in r.covers}

    @cached_property
    def weighed_errors(self) -> frozenset[str]:
        """The errors that have weights of their own for the answers to other questions."""
        return frozenset(error for q in self.questions.values() for error in q.given or ())

    @cached_property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """The values of every fact that is chosen from a list: those its question offers."""
        return {
            fact: tuple(choice.value for choice in question.choices)
            for fact, question in self.questions.items()
            if question.choices and not question.field
        }

    def provider_by(self, kind: str, name: str | None) -> Provider | None:
        """Return the first provider that has a name of a kind of ``Provider.names``."""
        name = name or ""
        found = self._by_name.get((kind, name))
        return found or (self.imported.find(kind, name) if self.imported else None)

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Provider]:
        return {name: p for p in reversed(self.providers) for name in p.names}

    @cached_property
    def by_reply(self) -> Mapping[str, tuple[Vendor, VendorReply]]:
        """The replies of vendors by id, each with the vendor."""
        return {r.id: (vendor, r) for vendor in self.vendors.values() for r in vendor.replies}

    def find_reply(self, reply: str | None) -> tuple[Vendor, VendorReply] | tuple[None, None]:
        """Return a vendor and its reply with an id, None for both where there is none."""
        return self.by_reply.get(reply or "", (None, None))

    @cached_property
    def by_provider(self) -> Mapping[str, Vendor]:
        """The vendors that are a provider, by its id."""
        vendors = reversed(tuple(self.vendors.values()))  # the first has a provider's ways
        return {vendor.provider: vendor for vendor in vendors if vendor.provider}

    def provider_of_companies(self, server: str) -> Provider | None:
        """Return whose an outgoing server is, for the domain of a company that is a customer."""
        return self._by_server_of_companies.get(server) or self.provider_by("server", server)

    @cached_property
    def _by_server_of_companies(self) -> Mapping[str, Provider]:
        companies = [p for p in self.providers if not p.domains]
        return {o.server: p for p in reversed(companies) for o in p.outgoing}

    def mail_host(self, name: str) -> MailHost | None:
        """Return who runs a server that takes mail: the longest end of its name decides."""
        return _nearest(name, self.mail_hosts.get)

    def provider_above(self, domain: str) -> Provider | None:
        """Return the published provider of a domain, or of the nearest domain above it."""
        return _nearest(domain, partial(self.provider_by, "domain"))


def _nearest(name: str, find: Callable[[str], Row | None]) -> Row | None:
    """Return the row of the longest end of a name that has one."""
    labels = name.split(".")
    ends = (".".join(labels[at:]) for at in range(len(labels)))
    return next(filter(None, map(find, ends)), None)
