"""The `[[source]]` rows of a profile, each field checked, all faults told at once.

A person writes the file, so nothing in it is passed over: what is not understood is
refused before anything runs, as in `minhtin.toml`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from domain.errors import ConfigurationError
from domain.labels import About
from domain.profile import QUIET_HOURS, SOURCE_KINDS, SourceSpec
from extraction.api_rules import api_rules
from extraction.selectors import check_selectors
from extraction.sitemap_rules import sitemap_rules
from extraction.urls import canonical_url
from extraction.watched import watch_rules

BOUNDS: Mapping[str, tuple[float, float]] = {
    "interval_minutes": (1, 7 * 24 * 60),
    "max_pages": (1, 2_000),
    "delay_seconds": (0, 600),
    "requests_a_day": (0, 1_000_000),
}
"""Least and most of the figures of a source, in the file as in an edit."""

FILE_COLUMNS = frozenset(
    {"id", "url", "title", "lead", "text", "published", "author", "outlet"}
    | {"section", "kind", "thread", "parent"}
)
"""Fields that the columns of a source of kind `file` may be mapped to."""

_YOUTUBE = frozenset({"channel", "search", "comments"})
_REQUIRED = ("id", "name", "kind", "url")
_TYPES = get_type_hints(SourceSpec)
_EXTRA = frozenset({"grade"})
"""Known to the file alone: how sure its author is of the row."""
_ID = re.compile(r"[\w.-]+")
_HOLE = re.compile(r"\{\w+\}")
_PATH = re.compile(r"(?![a-z][a-z0-9+.-]*:)|file:", re.IGNORECASE)

Fault = tuple[str, str]
"""A field, and what is wrong with it and what would be right."""


def read_sources(path: Path, content: Mapping[str, Any]) -> tuple[SourceSpec, ...]:
    """Return the sources of a parsed `sources.toml`.

    Raises `ConfigurationError` with every fault: file, source, field, what is allowed.
    """
    faults = [
        f"{key}: {_unknown(key, ['source'])} Each source is a [[source]]."
        for key in content
        if key != "source"
    ]
    rows = content.get("source", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        faults.append("source: each source begins with [[source]], in two brackets.")
        rows = []
    first: dict[object, int] = {}
    specs = []
    for number, row in enumerate(rows, start=1):
        name = str(row.get("id", ""))
        spec, found = _read(row)
        if name and first.setdefault(name, number) != number:
            found.append(("id", f"number {first[name]} of the file has it already."))
        if spec:
            specs.append(spec)
        where = f"source {name or 'without id'} (number {number})"
        faults += [f"{where}, {field}: {what}" for field, what in found]
    if faults:
        said = "".join(f"\n  {fault}" for fault in faults)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise ConfigurationError(
            f"{path} has {count}, so no source is read:{said}\n",
            hint="docs/sources.md says what each field takes.",
        )
    return tuple(specs)


def texts_of(value: object) -> object:
    """Return a table as the text that its kind reads: `size = 20`, `title = [a, b]`.

    Of paths in a list the first that is there counts, as ` || ` says in JMESPath.
    """
    if not isinstance(value, dict):
        return value
    return {
        key: " || ".join(map(str, said)) if isinstance(said, list) else str(said)
        for key, said in value.items()
    }


def _read(row: Mapping[str, Any]) -> tuple[SourceSpec | None, list[Fault]]:
    faults: list[Fault] = []
    # An empty string stands for «not known», as in all files of a profile.
    given = {key: texts_of(value) for key, value in row.items() if value != ""}
    known: dict[str, Any] = {}
    for key, value in given.items():
        if key in _EXTRA:
            continue
        if key not in _TYPES:
            faults.append((key, _unknown(key, sorted(_TYPES))))
            continue
        try:
            known[key] = msgspec.convert(value, _TYPES[key])
        except msgspec.ValidationError as error:
            said = str(error).replace("`", "")
            faults.append((key, f"{value!r} does not fit: {said}."))
    faults += [(key, "is missing.") for key in _REQUIRED if key not in given]
    if any(key not in known for key in _REQUIRED):
        return None, faults
    spec = SourceSpec(**known)
    return spec, [*faults, *faults_of(spec)]


def faults_of(spec: SourceSpec) -> Iterator[Fault]:
    """Yield what is wrong with the values of a source, field by field."""
    if not _ID.fullmatch(spec.id):
        yield "id", "takes letters, digits, hyphens, points and underlines only."
    if spec.kind not in SOURCE_KINDS:
        yield "kind", f"{spec.kind!r} is none of {', '.join(SOURCE_KINDS)}."
    else:
        yield from _address(spec)
        yield from _tables(spec)
    yield from _figures(spec)
    if spec.quiet_hours and not QUIET_HOURS.fullmatch(spec.quiet_hours.strip()):
        yield "quiet_hours", f"{spec.quiet_hours!r} is no HH:MM-HH:MM like 22:00-05:00."
    if spec.about and spec.about not in set(About):
        yield "about", f"{spec.about!r} is none of {', '.join(About)}."


def _figures(spec: SourceSpec) -> Iterator[Fault]:
    for field, (low, high) in BOUNDS.items():
        figure = getattr(spec, field)
        # Nobody visits these two on a clock: profiles say 0 for «no interval».
        unvisited = field == "interval_minutes" and spec.kind in {"file", "intake"}
        if not (low <= figure <= high or (unvisited and figure == 0)):
            yield field, f"takes {low:g} to {high:g}, not {figure:g}."


def _address(spec: SourceSpec) -> Iterator[Fault]:
    if spec.kind == "intake" or (spec.kind == "file" and _PATH.match(spec.url)):
        return
    if not canonical_url(_HOLE.sub("1", spec.url)):
        begin = "http:// or https:// and a host"
        more = ", or a path" if spec.kind == "file" else ""
        yield "url", f"{spec.url!r} is no address: it takes {begin}{more}."


def _tables(spec: SourceSpec) -> Iterator[Fault]:
    checks: list[tuple[str, Callable[[SourceSpec], object]]] = [
        ("selectors", check_selectors),
        ("sitemap", sitemap_rules),
        ("page", watch_rules),
    ]
    if spec.kind == "json_api":
        checks.append(("api", api_rules))
    for table, check in checks:
        try:
            check(spec)
        except ConfigurationError as error:
            yield table, error.message.removeprefix(f"Source {spec.id} ")
    if spec.kind == "youtube":
        yield from _keys("api", spec.api, sorted(_YOUTUBE))
        if not (spec.api.get("channel") or spec.api.get("search")):
            yield "api", "needs channel or search."
    if spec.kind == "file":
        yield from _keys("columns", spec.columns, sorted(FILE_COLUMNS))


def _keys(table: str, said: Mapping[str, str], known: Sequence[str]) -> Iterator[Fault]:
    for key in said:
        if key not in known:
            yield f"{table}.{key}", _unknown(key, known)


def _unknown(key: str, known: Sequence[str]) -> str:
    near = get_close_matches(key, known, n=1)
    if near:
        return f"there is no such field; did you mean {near[0]}?"
    return f"there is no such field; known are {', '.join(known)}."
