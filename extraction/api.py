"""Answers of JSON interfaces to the fields of articles."""

import html
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml.html import HtmlElement, document_fromstring

from domain.post import MAX_TEXT
from extraction.api_rules import ApiRules, Path, Template
from extraction.charset import decode, tidy
from extraction.content import links_of, media_of, paragraphs
from extraction.content_text import squeeze
from extraction.dates import EARLIEST, parse_when
from extraction.feeds import plain
from extraction.fields import PageFields
from extraction.urls import canonical_url

_GUARD = re.compile(r"^\s*(?:\)\]\}'?,?|while\s*\(1\);|for\s*\(;;\);)\s*")
"""What some interfaces put before their JSON, so that no script can include it."""
_TAG = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ESCAPED_TAG = re.compile(r"&lt;/?[a-z][a-z0-9]*(?:\s|&gt;|/)", re.IGNORECASE)
_DIGITS = re.compile(r"^\d{9,14}(?:\.\d+)?$")
_MILLISECONDS = 100_000_000_000
"""Epoch numbers from here on count milliseconds: as seconds they lie after 5138."""
_AHEAD = timedelta(days=1)
_MANY = 100
_LINE = 500
_LEAD = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPage:
    """One answer of the list: its items, and what leads to the next page, if said."""

    items: tuple[Any, ...]
    next: str = ""
    total: int | None = None


def parse_json(body: bytes, content_type: str = "") -> Any:  # noqa: ANN401 - JSON of others
    """Return the parsed body. Raises `ValueError` for what is no JSON or too deep."""
    try:
        return json.loads(_GUARD.sub("", decode(body, content_type), count=1))
    except RecursionError as error:
        raise ValueError("JSON nested too deep") from error


def read_page(answer: object, rules: ApiRules) -> ApiPage | None:
    """Return the items of a list's answer; None where the path leads to no list."""
    items = rules.items.find(answer)
    if isinstance(items, dict):
        items = list(items.values())
    if not isinstance(items, list):
        return None
    following, total = rules.next.find(answer), rules.total.find(answer)
    return ApiPage(
        items=tuple(item for item in items if isinstance(item, dict)),
        next=str(following) if isinstance(following, str | int) and following else "",
        total=total if isinstance(total, int) and not isinstance(total, bool) else None,
    )


def link_of(item: object, rules: ApiRules, base: str) -> str:
    """Return the address of an item for people; "" where none is said."""
    if isinstance(rules.link, Template):
        said = rules.link.fill(item)
    else:
        value = rules.link.find(item)
        said = value if isinstance(value, str) else ""
    return canonical_url(said, base) if said else ""


def own_address(item: object, rules: ApiRules, base: str) -> str:
    """Return what tells an item from all others: its link, else the list with its id.

    "" for an item that has neither.
    """
    link = link_of(item, rules, base)
    native = rules.id.find(item)
    if link or not isinstance(native, str | int) or native == "":
        return link
    return f"{canonical_url(base)}#{native}"


def read_item(
    sources: tuple[object, ...],
    rules: ApiRules,
    address: str,
    *,
    fetched: datetime | None = None,
) -> PageFields:
    """Return the fields of an item, each from the first of `sources` that has it.

    `sources` are the item's own answer, if it was asked for, and its entry in the list.
    """

    def found(name: str) -> Any:  # noqa: ANN401 - JSON of others
        path = rules.fields.get(name)
        values = (_present(path, source) for source in sources) if path else ()
        return next((value for value in values if value is not None), None)

    tree = _tree(_lines(found("text")))
    published = _past(when_of(found("published")), fetched)
    modified = _past(when_of(found("modified")), fetched)
    media = [*_texts(found("media")), *media_of(tree)]
    addresses = (canonical_url(link, address) for link in media)
    links = (canonical_url(link, address) for link in links_of(tree))
    fields = PageFields(
        title=tidy(plain(_line(found("title"))))[:_LINE],
        lead=tidy(plain(_line(found("lead"))))[:_LEAD],
        body=tidy("\n".join(paragraphs(tree)))[:MAX_TEXT],
        author=tidy(plain(_line(found("author"))))[:_LINE],
        section=tidy(plain(_line(found("section"))))[:_LINE],
        published=published,
        modified=max(published, modified) if published and modified else modified,
        canonical_url=address,
        links=tuple(dict.fromkeys(filter(None, links)))[:_MANY],
        media=tuple(dict.fromkeys(filter(None, addresses)))[:_MANY],
    )
    had = {"body" if name == "text" else name for name in rules.fields}
    by = {name: "api" for name in sorted(had) if getattr(fields, name)}
    if published is None and when_of(found("published")):
        by["published"] = "api, refused: in the future"
    return replace(fields, found_by=tuple(by.items()))


def when_of(value: object) -> datetime | None:
    """Return a time said in seconds or milliseconds since 1970, or in words."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _epoch(float(value))
    if isinstance(value, str):
        text = value.strip().removeprefix("/Date(").removesuffix(")/")
        if _DIGITS.match(text):
            return _epoch(float(text))
        return parse_when(text)
    return None


def _epoch(number: float) -> datetime | None:
    seconds = number / 1000 if number >= _MILLISECONDS else number
    try:
        when = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return when if when.year >= EARLIEST else None


def _past(when: datetime | None, fetched: datetime | None) -> datetime | None:
    return None if when and fetched and when > fetched + _AHEAD else when


def _present(path: Path, source: object) -> Any:  # noqa: ANN401 - JSON of others
    value = path.find(source)
    return None if value in ("", [], {}) else value


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(v) for v in values if isinstance(v, str | int) and v != ""]


def _line(value: object) -> str:
    return ", ".join(dict.fromkeys(squeeze(text) for text in _texts(value)))


def _lines(value: object) -> str:
    return "\n".join(_texts(value))


def _tree(text: str) -> HtmlElement:
    """Return text that may be HTML, even escaped, as a tree, its lines as blocks."""
    if not _TAG.search(text) and _ESCAPED_TAG.search(text):
        text = html.unescape(text)
    if not _TAG.search(text):
        lines = (html.escape(html.unescape(line)) for line in text.split("\n"))
        text = "".join(f"<p>{line}</p>" for line in lines)
    try:
        return document_fromstring(f"<div>{tidy(text)}</div>")
    except ValueError:
        return document_fromstring("<div></div>")
