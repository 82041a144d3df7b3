"""Load the content, shipped and the operator's own: check keys, values and references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from .model import (
    Authorisation,
    Choice,
    Estimates,
    How,
    Knowledge,
    MailHost,
    Provider,
    Question,
    Scenario,
    Stage,
)
from .programs import Programs, read_programs
from .provider_table import ProviderTable
from .remedies import Remedy, Step, When
from .rows import (
    Built,
    KnowledgeError,
    Reader,
    as_list,
    build,
    check_keys,
    list_of,
    one_of,
    read_rows,
    read_table,
    read_toml,
    unique,
)
from .variables import FACT_OF, REFUSED, RELAY, SIGN_IN, UNKNOWN, UNTOLD, VARIABLES, WEBMAIL
from .vendors import read_vendors

FOLDER = Path(__file__).parent
_VARIABLES: Final = "app/knowledge/variables.py"
ARTICLE: Final = ("source", "no_relay", "relay_allowed", "relay_doubtful", "remedies", "today")

SHARES: Final = ("still_works", "comes_anyway")
"""The estimates that are shares of a hundred."""
ESTIMATES: Final = tuple(field.name for field in fields(Estimates))


@cache
def _shipped() -> Knowledge:
    return load(FOLDER)


_current: Knowledge | None = None


def knowledge() -> Knowledge:
    """Return the content: what the app ships with, and the operator's own providers."""
    return _current or _shipped()


def add_providers(
    imported: ProviderTable | None = None, portals: tuple[Provider, ...] = ()
) -> None:
    """Add the operator's own providers to the content, in place of those added earlier.

    :param imported: providers that lose a name to a shipped provider
    :param portals: providers that win a name from every other provider
    """
    global _current
    content = _shipped()
    _current = replace(content, providers=portals + content.providers, imported=imported)


def load(folder: Path) -> Knowledge:
    """Load all content from one folder.

    :raise KnowledgeError: a key, value or reference is wrong
    """
    article = read_toml(folder / "article.toml", ARTICLE)
    programs = read_programs(folder / "programs.toml", folder / "products.toml")
    stages = _stages(folder / "stages.toml")
    when = _conditions({**VARIABLES, **{stage.name: stage.results for stage in stages}})
    authorisations = read_table(folder / "authorisations.toml", "authorisation", Authorisation)
    in_steps = {
        "when": when,
        "needs": list_of((*authorisations, WEBMAIL, SIGN_IN)),
        "acts": list_of(programs.general.acts),
    }
    path, steps = folder / "remedies.toml", _texts_or(Step, in_steps)
    remedies = read_table(path, "remedy", Remedy, "id", harmful=when, steps=steps, **in_steps)
    covered: set[str] = set()
    for remedy in remedies.values():
        where = f"{path.name}: {remedy.id}"
        others = [name for name in remedies if name != remedy.id and name not in covered]
        list_of(others)(list(remedy.covers), f"{where}: covers")
        covered |= {*remedy.covers}
        _check_share(remedy.works, f"{where}: works")
        _check_time(remedy.minutes, f"{where}: minutes")
    estimates = build(Estimates, "estimates.toml", read_toml(folder / "estimates.toml", ESTIMATES))
    for key in ESTIMATES:
        check = _check_share if key in SHARES else _check_time
        check(getattr(estimates, key), f"estimates.toml: {key}")
    scenarios = [
        scenario
        for path in sorted((folder / "scenarios").glob("*.toml"))
        for scenario in read_table(
            path,
            "scenario",
            Scenario,
            when=when,
            relay=_verdict((*RELAY, "by-recipient")),
            refused=_verdict(REFUSED),
            remedies=list_of(remedies),
        ).values()
    ]
    lacks = list_of(remedies)
    providers = read_table(folder / "providers.toml", "provider", Provider, lacks=lacks)
    return Knowledge(
        _questions(folder / "questions.toml", programs),
        stages,
        unique(scenarios, "id", "scenarios"),
        remedies,
        tuple(providers.values()),
        article,
        programs,
        authorisations,
        estimates,
        read_vendors(folder / "vendors.toml", providers, remedies, steps),
        read_table(folder / "mx.toml", "mx", MailHost, "suffix", provider=one_of(providers)),
    )


def _questions(path: Path, programs: Programs) -> dict[str, Question]:
    hows = _texts_or(How, {"program": one_of(programs.known)})
    questions = read_table(
        path, "question", Question, "fact", fact=_known_fact, how=hows, given=_given
    )
    for question in questions.values():
        where = f"{path.name}: {question.fact}"
        if not question.choices and not question.field:
            raise KnowledgeError(
                f"{where}: key 'choices' is missing: add it (or 'field': typed text)"
            )
        unique(question.choices, "value", f"{where}: choices")
        _check_time(question.seconds, f"{where}: seconds")
        unique(question.states, "value", f"{where}: states")
    for variable, fact in FACT_OF.items():
        if fact not in questions:
            raise KnowledgeError(
                f"{path.name}: no question asks for {fact!r}, the fact behind {variable!r} in "
                "app/knowledge/variables.py: add it"
            )
        question, where = questions[fact], f"{path.name}: {fact}"
        for state in question.states:
            one_of(VARIABLES[variable])(state.value, f"{where}: states")
    program = questions["program"]
    _check_programs([choice.value for choice in program.choices], programs, path.name)
    products = _product_choices(program, programs)
    needed = {question.needs for question in questions.values()}
    for variable, fact in FACT_OF.items():
        _check_weights(questions[fact], variable, fact in needed, f"{path.name}: {fact}: weights")
    return questions | {"program": replace(program, choices=program.choices + products)}


def _check_weights(question: Question, variable: str, needed: bool, where: str) -> None:
    """Hold the weights against the answers: the choices or, for typed text, its finite values.

    :param needed: other questions rest on it, so that not telling it is an answer of its own
    """
    answers = [choice.value for choice in question.choices] or list(VARIABLES[variable])
    answers += ["other"] if question.choices and question.field else []
    answers += [UNTOLD] if needed else []
    check_keys(question.given or {}, f"{where}: given", optional=VARIABLES["error"])
    for weights in (question.weights, *(question.given or {}).values()):
        check_keys(weights, where, required=answers)
        if min(weights.values()) < 0 or not any(weights.values()):
            raise KnowledgeError(f"{where}: none is below 0, and one is above: correct them")


def _check_share(number: int, where: str) -> None:
    # Nothing is certain: a share of 0 or 100 would leave nobody to count.
    if not 0 < number < 100:
        raise KnowledgeError(f"{where}: write a number from 1 to 99, not {number}")


def _check_time(number: int, where: str) -> None:
    if number <= 0:
        raise KnowledgeError(f"{where}: write a number above 0, not {number}")


def _given(given: Any, where: str) -> dict[str, dict[str, int]]:
    """Return the weights for each error; a text names the error that has the same ones."""
    check_keys(given, where, optional=given)
    whole = one_of(error for error, weights in given.items() if isinstance(weights, dict))
    return {
        error: weights if isinstance(weights, dict) else given[whole(weights, f"{where}: {error}")]
        for error, weights in given.items()
    }


def _known_fact(fact: Any, where: str) -> str:
    if fact not in FACT_OF.values():
        raise KnowledgeError(
            f"{where}: the table does not know it: "
            f"add it with its values to VARIABLES in {_VARIABLES}"
        )
    return str(fact)


def _product_choices(question: Question, programs: Programs) -> tuple[Choice, ...]:
    """Return a choice for each product: its name, and what is said of its kind."""
    kinds = {choice.value: choice for choice in question.choices}
    return tuple(
        replace(kinds[kind], value=product.id, text=product.name, short="", icon="", of=kind)
        for kind, products in programs.products.items()
        for product in products
    )


def _check_programs(choices: list[str], programs: Programs, file: str) -> None:
    for program in programs.known.values():
        if not program.kind and program.id not in choices:
            raise KnowledgeError(
                f"{file}: program: choices: {program.id!r} of programs.toml is missing: add it"
            )
    for value in choices:
        if value not in (*programs.known, UNKNOWN):
            raise KnowledgeError(
                f"programs.toml: no program has the id {value!r}, which is a choice in {file}: "
                f'add [[program]] with id = "{value}"'
            )


def _stages(path: Path) -> tuple[Stage, ...]:
    values = dict(VARIABLES)
    stages = []
    for row in read_rows(path, "stage"):
        where = f"{path.name}: {row.get('name')}"
        stage = build(Stage, where, row, when=_conditions(values))
        if stage.name in values:
            raise KnowledgeError(f"{where}: the name is used twice: give each stage its own")
        stages.append(stage)
        values[stage.name] = stage.results
    return tuple(stages)


def _conditions(values: Mapping[str, tuple[str, ...]]) -> Reader:
    """Return a reader of what stands under ``when``: one block of conditions, or several."""

    def read(given: Any, where: str) -> tuple[When, ...]:
        blocks = as_list(given)
        for block in blocks:
            check_keys(block, where, optional=values, known_in=f"VARIABLES in {_VARIABLES}")
        return tuple(
            {name: allowed(name, said, f"{where}: {name}") for name, said in block.items()}
            for block in blocks
        )

    def allowed(name: str, said: Any, where: str) -> tuple[str, ...]:
        words = list_of(values[name])
        if not isinstance(said, dict):
            return tuple(words(said, where))
        check_keys(said, where, required=("not",))
        excluded = words(said["not"], where)
        return tuple(word for word in values[name] if word not in excluded)

    return read


def _texts_or(kind: type[Built], readers: Mapping[str, Reader]) -> Reader:
    """Return a reader of a list of rows; a text stands for a row that has nothing else."""

    def read(given: Any, where: str) -> tuple[Built, ...]:
        rows = ({"text": row} if isinstance(row, str) else row for row in as_list(given))
        return tuple(build(kind, where, row, **readers) for row in rows)

    return read


def _verdict(words: tuple[str, ...]) -> Reader:
    """Return a reader of a verdict: one for every error, or a table of one for each."""
    verdict = one_of(words)

    def read(said: Any, where: str) -> dict[str, str]:
        if not isinstance(said, dict):
            return {"*": verdict(said, where)}
        check_keys(said, where, optional=VARIABLES["error"])
        return {error: verdict(word, f"{where}: {error}") for error, word in said.items()}

    return read
