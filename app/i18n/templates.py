"""The page templates, compiled once for each language, its translations folded in.

``_("text")`` in a template becomes the translated constant, and ``_("{n} of {m}", n=…, m=…)`` the
translated pieces with the expressions between them, so that rendering looks nothing up.  What that
saves: docs/decisions/template-translation.md.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Hashable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2 import __version__ as VERSION
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from ..diagnosis import inline_markup
from ..diagnosis.domains import display
from ..knowledge.kept import kept
from .languages import Language, catalogue_files, languages

FOLDER: Final = Path(__file__).parent.parent.parent / "templates"
FRAGMENTS: Final = 2048
"""Fragments kept in memory: they have few different values, so all that are used."""
_INDENTATION = re.compile(r"\s*\n\s*")
_FOREIGN = re.compile(r"`([^`]*)`")
_PLAIN, _ENGLISH = r"<samp>\1</samp>", r'<samp lang="en">\1</samp>'


class TranslatingEnvironment(Environment):
    """Compiles templates for one language."""

    def __init__(self, loader: BaseLoader, language: Language) -> None:
        super().__init__(
            loader=loader,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            auto_reload=False,
        )
        self.loader: BaseLoader = loader
        self.language = language
        # Few: Jinja copies them for each page.
        self.globals = {"namespace": self.globals["namespace"], "_n": language.ngettext}
        self.filters |= {
            "inline": _marker(samp=_PLAIN if language.code == "en" else _ENGLISH),
            # For what stands in another language than the page, where English must always say so.
            "inline_marked": _marker(samp=_ENGLISH),
            "breakable": breakable,
            "shown": display,
            "zip": zip,
        }

    def load(self) -> None:
        """Load all templates, compiled unless that was kept."""
        files = map(FOLDER.joinpath, self.list_templates())
        catalogue = (path for code, path in catalogue_files() if code == self.language.code)
        # Constants are also filtered when a template is compiled.
        code = (inspect.getfile(module) for module in (_Fold, inline_markup, display))
        sources = (*files, *catalogue, *map(Path, code))
        path = Path(__file__).with_name(f"templates-{self.language.code}")  # not among templates
        self._load(_Compiled(kept(path, sources, lambda: self._load(_Compiled({})), VERSION)))

    def _load(self, compiled: _Compiled) -> dict[str, bytes]:
        self.bytecode_cache = compiled
        for name in self.list_templates():
            self.get_template(name)
        return compiled.codes

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        folded: nodes.Template = _Fold(self).visit(tree)
        return folded


class _Compiled(BytecodeCache):
    """The code of templates by their names."""

    def __init__(self, codes: dict[str, bytes]) -> None:
        self.codes = codes

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self.codes.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key] = bucket.bytecode_to_string()


class _Fold(NodeTransformer):
    """Replace what is the same on every page of a language by constants.

    That is translatable calls, the language's own code, and indentation (one line break).
    An included template is put in its place: Jinja would copy all names for it on each page.
    """

    def __init__(self, environment: TranslatingEnvironment) -> None:
        self.environment = environment
        self.language = environment.language

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:
        self.generic_visit(node)
        if not (isinstance(node.node, nodes.Name) and node.node.name == "_"):
            return node
        (text,) = node.args
        if not isinstance(text, nodes.Const):
            raise TypeError(f"line {node.lineno}: only a constant can be translated here")
        translated = self.language.gettext(text.value)
        if not node.kwargs:
            return nodes.Const(translated)
        values = {pair.key: pair.value for pair in node.kwargs}
        pieces: list[nodes.Expr] = []
        for literal, field, _, _ in Formatter().parse(translated):
            if literal:
                pieces.append(nodes.Const(literal))
            if field:
                pieces.append(values[field])
        return nodes.Concat(pieces)

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Expr:
        self.generic_visit(node)
        if isinstance(node.node, nodes.Name) and node.node.name == "language":
            return nodes.Const(getattr(self.language, node.attr))
        return node

    def visit_Include(self, node: nodes.Include) -> nodes.Scope:
        name = node.template.as_const()
        source, file, _ = self.environment.loader.get_source(self.environment, name)
        return nodes.Scope(self.environment.parse(source, name, file).body)

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.TemplateData:
        return nodes.TemplateData(_INDENTATION.sub("\n", node.data), lineno=node.lineno)


def breakable(name: str) -> Markup:
    """Let a domain break after its dots rather than anywhere."""
    return escape(name).replace(".", Markup(".<wbr>"))


def _label(found: re.Match[str]) -> str:
    language, text = found.groups()
    return f'<b lang="{language}">{text}</b>' if language else f"<b>{text}</b>"


def _value(found: re.Match[str]) -> str:
    text = found[1]
    return f'<a href="{text}">{text}</a>' if text.startswith("https://") else f"<code>{text}</code>"


def _marker(samp: str) -> Callable[[str], Markup]:
    """Return the filter that turns the marks of a text into markup.

    Words between backticks are the English they stay in; labels and values: see ``marks``.
    """

    @lru_cache(maxsize=2048)
    def inline(text: str) -> Markup:
        marked = _FOREIGN.sub(samp, str(escape(text)))
        return Markup(inline_markup.VALUE.sub(_value, inline_markup.LABEL.sub(_label, marked)))

    return inline


class Templates:
    """The templates in every language.

    ``fragment`` in a template renders a part whose few values recur on many pages (the choices of
    a question, the shape of the route) and remembers it.
    """

    def __init__(self) -> None:
        self._environments = {
            code: _environment(language) for code, language in languages().items()
        }

    def load(self) -> None:
        """Load all templates in all languages, so that no visitor waits for it."""
        for environment in self._environments.values():
            environment.load()

    def render(self, language: str, name: str, values: Mapping[str, Any]) -> str:
        """Return a template's text in a language."""
        return self._environments[language].get_template(name).render(values)


@cache
def _environment(language: Language) -> TranslatingEnvironment:
    """Return the environment that all apps of a process share, as they share its language."""
    environment = TranslatingEnvironment(FileSystemLoader(FOLDER), language)
    # A filter: Jinja calls it directly, where a function takes a call of its own.
    environment.filters["fragment"] = _fragments(environment)
    return environment


def _fragments(environment: TranslatingEnvironment) -> Callable[..., Markup]:
    @lru_cache(maxsize=FRAGMENTS)
    def fragment(name: str, *values: Hashable) -> Markup:
        return Markup(environment.get_template(name).render(values=values))

    return fragment
