"""Sources as text: the TOML of a profile, and OPML lists of feeds."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

import tomli_w

from crawlers.candidates import id_of_address, unlike
from domain.errors import NotFoundError
from domain.ids import SourceId
from domain.profile import SourceSpec
from extraction.opml import Outline, parse_opml, unusable_addresses
from extraction.safe_xml import XmlRefusedError
from extraction.urls import canonical_url, host_of

REGIONS = ("national", "province", "neighbour")
_REFUSED = {
    "xml_malformed": "it is cut off, damaged or no XML at all",
    "xml_entities": "it defines entities, which no feed reader does",
    "xml_too_large": "it is too large",
    "xml_too_deep": "its folders lie too deep in each other",
}
_ALWAYS = ("id", "name", "kind", "url")
_PLAIN = SourceSpec(id=SourceId(""), name="", kind="", url="")


def toml_of(spec: SourceSpec) -> str:
    """Return the lines of `sources.toml` that make this source; defaults left out."""
    said = {
        field.name: getattr(spec, field.name)
        for field in fields(spec)
        if field.name in _ALWAYS
        or getattr(spec, field.name) != getattr(_PLAIN, field.name)
    }
    tables = {key: value for key, value in said.items() if isinstance(value, dict)}
    plain = {key: value for key, value in said.items() if key not in tables}
    parts = [f"[[source]]\n{tomli_w.dumps(plain)}"]
    parts += [f"[source.{key}]\n{tomli_w.dumps(rows)}" for key, rows in tables.items()]
    return "".join(parts)


def read_opml(path: Path) -> tuple[tuple[Outline, ...], tuple[str, ...]]:
    """Return the feeds of a file, and the addresses in it that are none of the web.

    Raises `NotFoundError` that says why it is no list of feeds.
    """
    try:
        body = path.read_bytes()
        return parse_opml(body), unusable_addresses(body)
    except OSError as error:
        raise NotFoundError(f"{path} cannot be read: {error.strerror}.") from error
    except XmlRefusedError as error:
        why = _REFUSED.get(error.reason, "its XML cannot be read")
    except ValueError as error:
        why = str(error)
    raise NotFoundError(
        f"{path} is no OPML list: {why}.",
        hint="Export it from the feed reader again, as OPML 2.0.",
    )


def outlines_of(sources: Iterable[SourceSpec]) -> list[Outline]:
    """Return the feeds among the sources, in folders by region."""
    return [
        Outline(
            url=canonical_url(source.url),
            title=source.name,
            folders=(source.region,) if source.region else (),
        )
        for source in sources
        if source.kind == "feed" and canonical_url(source.url)
    ]


def sources_of(
    outlines: Iterable[Outline], known: Sequence[SourceSpec], *, enabled: bool
) -> list[SourceSpec]:
    """Return a source for each feed whose address none of the known ones has."""
    addresses = {canonical_url(source.url) for source in known}
    taken = [str(source.id) for source in known]
    made: list[SourceSpec] = []
    for outline in outlines:
        if outline.url in addresses:
            continue
        name = unlike(id_of_address(outline.url), taken)
        taken.append(name)
        made.append(_source(outline, name, enabled=enabled))
    return made


def _source(outline: Outline, name: str, *, enabled: bool) -> SourceSpec:
    folder = outline.folders[-1] if outline.folders else ""
    return SourceSpec(
        id=SourceId(name),
        name=outline.title or host_of(outline.url),
        kind="feed",
        url=outline.url,
        region=folder if folder in REGIONS else "",
        enabled=enabled,
        note="" if folder in REGIONS else " / ".join(outline.folders),
    )
