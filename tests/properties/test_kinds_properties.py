"""Sitemaps and answers of JSON interfaces, whatever comes."""

import gzip
import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.ids import SourceId
from domain.profile import SourceSpec
from extraction.api import parse_json, read_item, read_page, when_of
from extraction.api_rules import Template, api_rules
from extraction.sitemap import parse_sitemap

URL = "https://bao.example.vn/sitemap.xml"
MAP = b"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://bao.example.vn/a.html?x=1&amp;y=2</loc><lastmod>2026-03-07</lastmod>
<news:news><news:title>Tin</news:title></news:news></url>
<url><loc><![CDATA[https://bao.example.vn/b.html]]></loc></url></urlset>"""
RULES = api_rules(
    SourceSpec(
        id=SourceId("a"),
        name="a",
        kind="json_api",
        url=URL,
        api={
            "items": "data",
            "next": "next",
            "total": "total",
            "link": "/tin/{id}/{slug}",
            "title": "title || name",
            "text": "blocks[*].html",
            "published": "at",
            "media": "media",
        },
    )
)
KEYS = [
    "data",
    "next",
    "total",
    "id",
    "slug",
    "title",
    "name",
    "blocks",
    "html",
    "at",
    "media",
]
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)
edits = st.lists(
    st.tuples(st.integers(0, len(MAP)), st.integers(0, 12), st.binary(max_size=6)),
    min_size=1,
    max_size=5,
)


@given(edits, st.booleans())
def test_a_mutated_map_never_raises(
    changes: list[tuple[int, int, bytes]], packed: bool
) -> None:
    body = MAP
    for place, cut, more in changes:
        body = body[:place] + more + body[place + cut :]
    found = parse_sitemap(gzip.compress(body, 1) if packed else body, URL)
    for entry in (*found.pages, *found.maps) if found else ():
        assert entry.url.startswith(("http://", "https://"))
        assert "\n" not in entry.title


paths = st.from_regex(
    r"/[a-z0-9./-]{1,20}(?:\?[a-z]{1,4}=[a-z0-9&;=]{0,12})?", fullmatch=True
)


@given(st.lists(paths, max_size=60, unique=True))
def test_bare_and_escaped_ampersands_are_read_alike(locs: list[str]) -> None:
    def read(escaped: bool) -> list[str]:
        rows = [loc.replace("&", "&amp;") if escaped else loc for loc in locs]
        body = "".join(f"<url><loc>{row}</loc></url>" for row in rows)
        found = parse_sitemap(f"<urlset>{body}</urlset>".encode(), URL)
        assert found is not None
        return [entry.url for entry in found.pages]

    # An address that holds what looks like an entity may be read either way.
    if not any(f"&{name};" in loc for loc in locs for name in ("amp", "lt", "gt")):
        assert read(escaped=True) == read(escaped=False)


@given(trees)
def test_any_answer_of_an_interface_is_read_or_refused(answer: object) -> None:
    page = read_page(answer, RULES)
    for item in page.items if page else ():
        found = read_item((answer, item), RULES, "https://bao.example.vn/tin/1")
        assert "\n" not in found.title
        json.dumps([found.title, found.body, list(found.media)])


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_a_value_error(body: bytes) -> None:
    try:
        parse_json(body)
    except ValueError:
        return


@given(st.integers(700_000_000, 4_000_000_000))
def test_epochs_in_seconds_and_milliseconds_are_told_apart(seconds: int) -> None:
    when = datetime.fromtimestamp(seconds, UTC)
    assert when_of(seconds) == when
    assert when_of(str(seconds)) == when
    assert when_of(seconds * 1000 + 7) == when + timedelta(milliseconds=7)


names = st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True)


@given(names, names)
def test_a_template_is_undone(number: str, slug: str) -> None:
    assert isinstance(RULES.link, Template)
    item = {"id": number, "slug": slug}
    assert RULES.link.undo(RULES.link.fill(item)) == item
