import json
from typing import Any

import pytest

from cli.extracting import rows_of
from domain.errors import NotFoundError
from domain.ids import SourceId
from domain.profile import SourceSpec
from support_crawl.hamlet import article, rss

URL = "https://bao.example.vn/x"


def read(kind: str, body: bytes, **tables: dict[str, str]) -> list[dict[str, Any]]:
    spec = SourceSpec(id=SourceId("a"), name="a", kind=kind, url=URL, **tables)
    return list(rows_of(body, URL, "", spec if kind else None))


API = {"items": "data", "link": "/tin/{id}", "title": "t", "text": "b"}


@pytest.mark.parametrize(
    ("kind", "body", "titles"),
    [
        ("", article(7), ["Bài số 7"]),
        ("feed", article(7), ["Bài số 7"]),
        ("listing", article(7), ["Bài số 7"]),
        ("feed", rss("/a", "/b"), ["", ""]),
        ("sitemap", b"<urlset><url><loc>/a</loc></url></urlset>", [""]),
        ("json_api", json.dumps({"data": [{"id": 1, "t": "A"}]}).encode(), ["A"]),
        ("json_api", json.dumps({"t": "A", "b": "<p>B</p>"}).encode(), ["A"]),
        ("page", b"<h1>Trang</h1><div id='p'><p>Loi</p></div>", ["Trang"]),
    ],
)
def test_an_answer_is_read_as_its_spider_would(
    kind: str, body: bytes, titles: list[str]
) -> None:
    rows = read(kind, body, api=API, page={"part": "#p"})
    assert [row["title"] for row in rows] == titles


@pytest.mark.parametrize("kind", ["json_api", "page"])
def test_what_a_kind_finds_nothing_in(kind: str) -> None:
    with pytest.raises(NotFoundError):
        read(kind, b"<p>x</p>", api=API, page={"part": "#p"})
