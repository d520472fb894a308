import json
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.errors import ConfigurationError
from domain.ids import SourceId
from domain.profile import SourceSpec
from extraction.api import (
    link_of,
    own_address,
    parse_json,
    read_item,
    read_page,
    when_of,
)
from extraction.api_rules import Template, api_rules, paged, paging_of

BASE = "https://app.example.vn/api/tin"
WHEN = datetime(2026, 3, 7, 2, 15, tzinfo=UTC)


def rules(**keys: str) -> Any:
    api = {"items": "data", "link": "/tin/{slug}-{id}.html", **keys}
    return api_rules(
        SourceSpec(id=SourceId("a"), name="a", kind="json_api", url=BASE, api=api)
    )


def test_items_the_next_page_and_the_total() -> None:
    answer = {"data": {"list": [{"id": 1}, 7, None]}, "meta": {"n": 3, "c": "x=="}}
    found = read_page(answer, rules(items="data.list", next="meta.c", total="meta.n"))
    assert found is not None
    assert (found.items, found.next, found.total) == (({"id": 1},), "x==", 3)
    by_key = read_page({"data": {"a": {"id": 1}}}, rules())
    assert by_key is not None
    assert by_key.items == ({"id": 1},)
    assert read_page({"data": "no"}, rules()) is None
    assert read_page(None, rules()) is None


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"\xef\xbb\xbf[1]", [1]),
        (b")]}',\n[1]", [1]),
        (b"while(1);[1]", [1]),
    ],
)
def test_json_as_it_comes(body: bytes, value: object) -> None:
    assert parse_json(body) == value


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[" * 200_000, b'{"a": ' * 200_000, b"9" * 5_000]
)
def test_what_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_json(body)


def test_links_from_templates_and_paths() -> None:
    item = {"slug": "mưa lũ", "id": 12, "url": "//bao.example.vn/x?utm_source=a"}
    made = link_of(item, rules(), BASE)
    assert made == "https://app.example.vn/tin/m%C6%B0a%20l%C5%A9-12.html"
    assert link_of(item, rules(link="missing || url"), BASE) == (
        "https://bao.example.vn/x"
    )
    assert link_of({"id": 12}, rules(), BASE) == ""
    assert own_address({"id": 12}, rules(link="", id="id"), BASE) == f"{BASE}#12"
    assert own_address({}, rules(link="", id="id"), BASE) == ""


def test_a_template_is_undone() -> None:
    template = rules().link
    assert isinstance(template, Template)
    found = template.undo("https://app.example.vn/tin/mua-lu-lon-12.html")
    assert found == {"slug": "mua-lu-lon", "id": "12"}
    assert rules(detail="/api/tin/{id}").detail.fill(found) == "/api/tin/12"
    assert template.undo("https://app.example.vn/khac/12") == {}


def test_fields_come_from_the_item_and_then_from_the_list() -> None:
    found = read_item(
        (
            {"title": "", "body": "<p>Một &amp; hai</p><p>Ba<br>bốn</p>"},
            {
                "name": "Tiêu <b>đề</b>",
                "sapo": "Lời &amp;quot;dẫn&amp;quot;",
                "at": 1772849700,
                "tags": [{"n": "Xã hội"}, {"n": "Y tế"}],
                "cover": "/a.jpg",
            },
        ),
        rules(
            title="title || name",
            lead="sapo",
            text="body",
            published="at",
            section="tags[*].n",
            media="cover",
        ),
        "https://app.example.vn/tin/a-1.html",
    )
    assert found.title == "Tiêu đề"
    assert found.lead == 'Lời "dẫn"'
    assert found.body == "Một & hai\nBa\nbốn"
    assert found.section == "Xã hội, Y tế"
    assert found.published == WHEN
    assert found.media == ("https://app.example.vn/a.jpg",)
    assert dict(found.found_by)["body"] == "api"


@pytest.mark.parametrize(
    "text",
    [
        "Một đoạn.\nHai < ba.",
        "<p>Một đoạn.</p><div>Hai &lt; ba.</div>",
        "&lt;p&gt;Một đoạn.&lt;/p&gt;&lt;p&gt;Hai &amp;lt; ba.&lt;/p&gt;",
        ["Một đoạn.", "Hai < ba."],
    ],
)
def test_texts_with_and_without_markup(text: object) -> None:
    found = read_item(({"t": text},), rules(text="t"), BASE)
    assert found.body == "Một đoạn.\nHai < ba."


@pytest.mark.parametrize(
    "value",
    [
        1772849700,
        1772849700000,
        1772849700.0,
        "1772849700",
        "1772849700000",
        "/Date(1772849700000)/",
        "2026-03-07T09:15:00+07:00",
        "07/03/2026 09:15",
    ],
)
def test_times(value: object) -> None:
    assert when_of(value) == WHEN


@pytest.mark.parametrize("value", [None, True, "", 0, -5, 1e300, "khi nào", [], {}])
def test_no_times(value: object) -> None:
    assert when_of(value) is None


def test_a_time_ahead_is_refused() -> None:
    found = read_item(
        ({"at": 4_000_000_000},), rules(published="at"), BASE, fetched=WHEN
    )
    assert found.published is None
    assert "refused" in dict(found.found_by)["published"]


def test_pages_are_filled_in() -> None:
    template = '{"q": {"p": {page}, "from": {offset}, "n": {size}, "c": "{cursor}"}}'
    assert paging_of(template) == {"page", "offset", "size", "cursor"}
    filled = paged(template, page=2, offset=20, size=10, cursor='"}')
    assert json.loads(filled.replace("%22%7D", "x"))["q"]["p"] == 2


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"itmes": "x"}, "itmes"),
        ({"items": ""}, "items"),
        ({"link": ""}, "api.id"),
        ({"title": "a[["}, "JMESPath"),
        ({"most": "viele"}, "most"),
        ({"method": "DELETE"}, "DELETE"),
    ],
)
def test_rules_that_are_wrong(keys: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        rules(**keys)
