"""How a source's JSON interface is read: its `[source.api]` as checked rules.

Paths are JMESPath: `data.items`, `tags[*].name`, and `title || name` for the first
that is there. Addresses are templates: `/api/bai/{id}` takes `id` from the item.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from domain.errors import ConfigurationError
from domain.profile import SourceSpec

FIELDS = (
    "title",
    "lead",
    "text",
    "published",
    "modified",
    "author",
    "section",
    "media",
)
_OWN = {"items", "id", "link", "detail", "detail_item", "next", "total"} | {
    "method",
    "body",
    "first",
    "size",
    "most",
}
_METHODS = {"GET", "POST"}
_MOST = 1_000
"""Items of one visit. Larger lets an interface that repeats itself hold its queue for
hours; smaller takes several visits for a first reading."""
_HOLE = re.compile(r"\{([^{}]+)\}")
_PAGING = re.compile(r"\{(page|offset|size|cursor)\}")
_JMESPATH_ERRORS = (JMESPathError, TypeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Path:
    """One JMESPath; an empty one finds nothing."""

    text: str
    compiled: ParsedResult | None

    def find(self, value: object) -> Any:  # noqa: ANN401 - JSON of others
        """Return what the path leads to in parsed JSON, or None."""
        if self.compiled is None:
            return None
        try:
            return self.compiled.search(value)
        except _JMESPATH_ERRORS:
            return None


@dataclass(frozen=True, slots=True)
class Template:
    """An address with holes; each hole is a path into the item."""

    text: str
    holes: tuple[Path, ...]

    def fill(self, item: object) -> str:
        """Return the address, or "" where a hole finds neither text nor number."""
        address = self.text
        for hole in self.holes:
            value = hole.find(item)
            if isinstance(value, bool) or not isinstance(value, str | int) or not value:
                return ""
            address = address.replace(f"{{{hole.text}}}", quote(str(value), safe="/"))
        return address

    def undo(self, address: str) -> dict[str, str]:
        """Return what stands in the holes of an address made so; {} for others."""
        pattern, place = "", 0
        for number, hole in enumerate(_HOLE.finditer(self.text)):
            pattern += re.escape(self.text[place : hole.start()])
            pattern += f"(?P<h{number}>[^/?#]+)"
            place = hole.end()
        found = re.search(f"{pattern}{re.escape(self.text[place:])}$", address)
        if not found or not self.holes:
            return {}
        return {hole.text: found[f"h{n}"] for n, hole in enumerate(self.holes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRules:
    """The checked rules. `link` is a template, or a path that leads to the address."""

    items: Path
    id: Path
    link: Template | Path
    detail: Template
    detail_item: Path
    next: Path
    total: Path
    method: str = "GET"
    body: str = ""
    first: int = 1
    size: int = 0
    most: int = _MOST
    fields: Mapping[str, Path] = field(default_factory=dict)


def api_rules(spec: SourceSpec) -> ApiRules:
    """Read the source's `api` table. Raises `ConfigurationError` naming the key."""
    said = spec.api
    if unknown := set(said) - _OWN - set(FIELDS):
        keys, known = ", ".join(sorted(unknown)), ", ".join(sorted(_OWN | set(FIELDS)))
        raise _wrong(spec, f"has unknown keys in api: {keys} (known: {known})")
    if not said.get("items"):
        raise _wrong(spec, "does not say where its items are (api.items)")
    if not (said.get("id") or said.get("link")):
        raise _wrong(spec, "needs api.link or api.id to tell its items apart")
    method = said.get("method", "GET").upper()
    if method not in _METHODS:
        raise _wrong(spec, f"asks by {method}; only GET and POST read")
    return ApiRules(
        items=_path(spec, "items"),
        id=_path(spec, "id"),
        link=_link(spec, "link"),
        detail=_template(spec, "detail"),
        detail_item=_path(spec, "detail_item", "@"),
        next=_path(spec, "next"),
        total=_path(spec, "total"),
        method=method,
        body=said.get("body", ""),
        first=_number(spec, "first", 1),
        size=_number(spec, "size", 0),
        most=_number(spec, "most", _MOST),
        fields={name: _path(spec, name) for name in FIELDS if said.get(name)},
    )


def paged(template: str, *, page: int, offset: int, size: int, cursor: str) -> str:
    """Fill the places of a list's address or body that say which page is meant."""
    values = {"page": page, "offset": offset, "size": size, "cursor": cursor}
    return _PAGING.sub(lambda hole: quote(str(values[hole[1]]), safe=""), template)


def paging_of(template: str) -> set[str]:
    """Return which of `page`, `offset`, `size` and `cursor` the template holds."""
    return set(_PAGING.findall(template))


def _link(spec: SourceSpec, key: str) -> Template | Path:
    text = spec.api.get(key, "")
    if "://" in text or text.startswith("/"):
        return _template(spec, key)
    return _path(spec, key)


def _template(spec: SourceSpec, key: str) -> Template:
    text = spec.api.get(key, "")
    holes = tuple(_compiled(spec, key, hole[1]) for hole in _HOLE.finditer(text))
    return Template(text, holes)


def _path(spec: SourceSpec, key: str, otherwise: str = "") -> Path:
    return _compiled(spec, key, spec.api.get(key, otherwise))


def _compiled(spec: SourceSpec, key: str, text: str) -> Path:
    try:
        return Path(text, jmespath.compile(text) if text else None)
    except JMESPathError as error:
        first = str(error).split("\n", maxsplit=1)[0]
        raise _wrong(
            spec, f"has an api.{key} that is no JMESPath, {text!r}: {first}"
        ) from error


def _number(spec: SourceSpec, key: str, otherwise: int) -> int:
    text = spec.api.get(key, "") or str(otherwise)
    if not text.isdecimal():
        raise _wrong(spec, f"has an api.{key} that is no number: {text!r}")
    return int(text)


def _wrong(spec: SourceSpec, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"Source {spec.id} {what}.", hint="docs/sources.md shows examples."
    )
