"""The page templates, compiled once for each language."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import FileSystemLoader
from markupsafe import Markup

from .languages import languages
from .template_i18n import TranslatingEnvironment

FOLDER: Final = Path(__file__).parent.parent.parent / "templates"
FRAGMENTS: Final = 2048
"""Fragments kept in memory: they have few different values, so all that are used."""


class Templates:
    """The templates in every language.

    ``fragment`` in a template renders a part whose few values recur on many pages (the choices of
    a question, the shape of the route) and remembers it.
    """

    def __init__(self) -> None:
        loader = FileSystemLoader(FOLDER)
        self._environments = {
            code: TranslatingEnvironment(loader, language) for code, language in languages().items()
        }
        for environment in self._environments.values():
            # A filter: Jinja calls it directly, where a function takes a call of its own.
            fragment = lru_cache(maxsize=FRAGMENTS)(_fragments(environment))
            environment.filters["fragment"] = fragment

    def compile(self) -> None:
        """Compile all templates in all languages, so that no visitor waits for it."""
        for environment in self._environments.values():
            for name in environment.list_templates():
                environment.get_template(name)

    def render(self, language: str, name: str, values: Mapping[str, Any]) -> str:
        """Return a template's text in a language."""
        return self._environments[language].get_template(name).render(values)


def _fragments(environment: TranslatingEnvironment) -> Callable[..., Markup]:
    def fragment(name: str, *values: Hashable) -> Markup:
        return Markup(environment.get_template(name).render(values=values))

    return fragment
