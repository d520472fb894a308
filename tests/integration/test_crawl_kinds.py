"""Sitemaps, JSON interfaces and watched pages over real HTTP."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support_crawl.hamlet import HTML, Hamlet, article, hamlet
from support_crawl.jobs import only, run_job, said

JSON = {"Content-Type": "application/json; charset=utf-8"}
XML = {"Content-Type": "application/xml"}


@pytest.fixture
def site() -> Iterator[Hamlet]:
    with hamlet("127.0.0.32") as made:
        yield made


@pytest.fixture
def job(tmp_path: Path, site: Hamlet) -> dict[str, Any]:
    source = {"id": "bao", "name": "Báo", "kind": "sitemap", "url": f"{site.base}/"}
    return {"home": str(tmp_path), "sources": [source]}


def titles(lines: list[dict[str, Any]]) -> list[str]:
    return [post["title"] for post in said(lines, "seen")]


def urlset(*entries: tuple[str, str]) -> bytes:
    rows = "".join(
        f"<url><loc>{loc}</loc><lastmod>{when}</lastmod></url>" for loc, when in entries
    )
    return f"<urlset>{rows}</urlset>".encode()


def index(*locs: str) -> bytes:
    rows = "".join(f"<sitemap><loc>{loc}</loc></sitemap>" for loc in locs)
    return f"<sitemapindex>{rows}</sitemapindex>".encode()


def test_a_site_is_read_by_the_maps_that_its_robots_names(
    site: Hamlet, job: dict[str, Any]
) -> None:
    site.robots = "User-agent: *\nCrawl-delay: 0.05\nSitemap: /index.xml\n"
    # The index names itself, another site's map, one that is missing, one packed.
    elsewhere = "https://elsewhere.example/sitemap.xml"
    names = ("/index.xml", elsewhere, "/mat.xml", "/goi.xml.gz", "/trong.xml")
    site.pages["/index.xml"] = (200, XML, index(*names))
    packed = gzip.compress(
        urlset(
            ("/bai-1.html", "2026-03-07T01:00:00+07:00"),
            ("/bai-3.html", "2026-03-07T03:00:00+07:00"),
            ("/bai-2.html", "2026-03-07T02:00:00+07:00"),
            ("https://elsewhere.example/x.html", ""),
            ("/video/x.html", ""),
        )
    )
    octets = {"Content-Type": "application/octet-stream"}
    site.pages["/goi.xml.gz"] = (200, octets, packed)
    site.pages["/trong.xml"] = (200, XML, b"<urlset></urlset>")
    for number in (1, 2, 3):
        site.add(f"/bai-{number}.html", article(number), ETag=f'"{number}"')
    job["sources"][0]["sitemap"] = {"exclude": "/video/"}
    lines = run_job(job)
    assert titles(lines) == ["Bài số 3", "Bài số 2", "Bài số 1"]
    run = only(lines, "run")
    assert run["errors"] == {"http_404": 1}
    assert "offsite: 2" in run["message"]
    assert site.times("/index.xml") == 1
    assert site.times("/video/x.html") == 0


def test_what_the_map_calls_unchanged_is_asked_for_conditionally_at_most(
    site: Hamlet, job: dict[str, Any]
) -> None:
    site.pages["/sitemap.xml"] = (
        200,
        XML | {"ETag": '"m"'},
        urlset(*((f"/bai-{n}.html", "2026-03-07") for n in range(1, 6))),
    )
    for number in range(1, 6):
        site.add(f"/bai-{number}.html", article(number), ETag=f'"{number}"')
    job["sources"][0]["max_pages"] = 1
    assert len(titles(run_job(job))) == 5
    # Not even the map has changed: only the two latest posts are looked at again.
    before = len(site.asked)
    lines = run_job(job)
    assert only(lines, "run")["unchanged"] == 2
    assert len(site.asked) - before == 5  # robots.txt twice, the map, two posts
    later = urlset(("/bai-1.html", "2099-01-01"), ("/bai-2.html", "2026-03-07"))
    site.pages["/sitemap.xml"] = (200, XML | {"ETag": '"n"'}, later)
    site.add("/bai-1.html", article(1, "Đính chính: số hộ là 17."))
    assert [p["title"] for p in said(run_job(job), "revised")] == ["Bài số 1"]


def test_indexes_without_end_are_left(site: Hamlet, job: dict[str, Any]) -> None:
    for n in range(12):
        site.pages[f"/m{n}.xml"] = (200, XML, index(f"/m{n + 1}.xml"))
    job["sources"][0]["url"] = f"{site.base}/m0.xml"
    assert titles(run_job(job)) == []
    assert site.times("/m3.xml") == 1
    assert site.times("/m4.xml") == 0


def test_a_map_that_is_none(site: Hamlet, job: dict[str, Any]) -> None:
    site.add("/sitemap.xml", b"<h1>Khong co</h1>")
    assert only(run_job(job), "run")["errors"] == {"no_sitemap": 1}


def api(site: Hamlet, page: str, ids: list[int], **more: object) -> None:
    data = [{"id": n, "slug": f"tin-{n}", "name": f"Tin {n}"} for n in ids]
    body = json.dumps({"data": data, **more}).encode()
    site.pages[page] = (200, JSON, body)


def detail(site: Hamlet, number: int, text: str = "Một đoạn.") -> None:
    item = {"item": {"text": f"<p>{text}</p>", "at": 1772849700 + number}}
    site.pages[f"/api/{number}"] = (200, JSON, json.dumps(item).encode())


RULES = {
    "items": "data",
    "link": "/tin/{slug}-{id}.html",
    "detail": "/api/{id}",
    "detail_item": "item",
    "title": "title || name",
    "text": "text",
    "published": "at",
}


@pytest.mark.parametrize(
    ("query", "pages", "rules"),
    [
        ("?p={page}", ["?p=1", "?p=2", "?p=3"], {}),
        ("?p={page}", ["?p=0", "?p=1"], {"first": "0", "total": "total"}),
        ("?o={offset}&n={size}", ["?o=0&n=2", "?o=2&n=2", "?o=4&n=2"], {"size": "2"}),
        ("?c={cursor}", ["?c=", "?c=x2"], {"next": "next"}),
        ("", ["", "?trang=2"], {"next": "more"}),
    ],
)
def test_pages_of_an_api(
    site: Hamlet,
    job: dict[str, Any],
    query: str,
    pages: list[str],
    rules: dict[str, str],
) -> None:
    job["sources"][0] |= {
        "kind": "json_api",
        "url": f"{site.base}/api{query}",
        "api": RULES | rules,
    }
    first, second, *rest = pages
    api(site, f"/api{first}", [1, 2], total=4, next="x2", more="/api?trang=2")
    api(site, f"/api{second}", [3, 4], total=4)
    for page in rest:
        api(site, f"/api{page}", [], total=4)
    for number in range(1, 5):
        detail(site, number)
    lines = run_job(job)
    posts = {post["title"]: post for post in said(lines, "seen")}
    assert sorted(posts) == ["Tin 1", "Tin 2", "Tin 3", "Tin 4"]
    assert posts["Tin 3"]["url"] == f"{site.base}/tin/tin-3-3.html"
    assert posts["Tin 3"]["published"] == "2026-03-07 02:15:03+00:00"
    assert posts["Tin 3"]["text"] == "Một đoạn."
    assert posts["Tin 3"]["evidence"]
    assert only(lines, "run")["errors"] == {}
    assert [p for p, _, _ in site.asked if p.startswith("/api?")] + [
        p for p, _, _ in site.asked if p == "/api"
    ] == [f"/api{page}" for page in pages if page] + ["/api"] * (not query)


def test_an_item_is_revised_goes_and_no_item_is_doubled(
    site: Hamlet, job: dict[str, Any]
) -> None:
    job["sources"][0] |= {
        "kind": "json_api",
        "url": f"{site.base}/api?p={{page}}",
        "api": RULES,
    }
    api(site, "/api?p=1", [1, 2, 2, 1])
    api(site, "/api?p=2", [])
    detail(site, 1)
    detail(site, 2)
    assert len(said(run_job(job), "seen")) == 2
    detail(site, 1, "Đã sửa.")
    site.pages["/api/2"] = (410, JSON, b"{}")
    lines = run_job(job)
    assert said(lines, "seen") == []
    assert only(lines, "revised")["text"] == "Đã sửa."
    assert only(lines, "gone")["post_id"] == f"url:{site.base}/tin/tin-2-2.html"


def test_items_that_the_list_holds_whole(site: Hamlet, job: dict[str, Any]) -> None:
    rules = {"items": "[]", "id": "id", "title": "name", "lead": "slug", "most": "3"}
    job["sources"][0] |= {"kind": "json_api", "url": f"{site.base}/api", "api": rules}
    data = [{"id": n, "slug": f"tin-{n}", "name": f"Tin {n}"} for n in range(1, 9)]
    site.pages["/api"] = (200, JSON, json.dumps([*data[:2], {}, *data[2:]]).encode())
    lines = run_job(job)
    assert titles(lines) == ["Tin 1", "Tin 2"]
    assert only(lines, "run")["errors"] == {"no_identity": 1}
    assert said(run_job(job), "seen") == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((200, HTML, b"<h1>Xin chao</h1>"), "no_json"),
        ((200, JSON, b'{"data": "hong"}'), "no_items"),
        ((200, JSON, b'{"a":' * 60_000), "no_json"),
        ((404, JSON, b"{}"), "http_404"),
    ],
)
def test_answers_that_are_no_list(
    site: Hamlet, job: dict[str, Any], answer: Any, code: str
) -> None:
    job["sources"][0] |= {"kind": "json_api", "url": f"{site.base}/api", "api": RULES}
    site.pages["/api"] = answer
    assert code in only(run_job(job), "run")["errors"]


def test_a_list_that_is_asked_for_by_post(site: Hamlet, job: dict[str, Any]) -> None:
    """Loopback answers GET only, so that a POST shows by its status."""
    rules = RULES | {"method": "post", "body": '{"page": {page}}'}
    job["sources"][0] |= {"kind": "json_api", "url": f"{site.base}/api", "api": rules}
    assert only(run_job(job), "run")["errors"] == {"http_501": 1}


def test_a_watched_page_has_a_revision_for_each_change_that_means_something(
    site: Hamlet, job: dict[str, Any]
) -> None:
    job["sources"][0] |= {
        "kind": "page",
        "url": f"{site.base}/lich",
        "page": {"part": "#lich"},
    }
    page = (
        "<title>Lịch tiếp dân</title><p>{n}</p><div id=lich><p>Ngày {day}.</p>{n}</div>"
    )

    def show(day: int, counter: int) -> None:
        text = page.format(day=day, n=f"<p>Lượt xem: {counter}</p>")
        site.add("/lich", text.encode())

    show(10, 1)
    (post,) = said(run_job(job), "seen")
    assert (post["title"], post["text"]) == ("Lịch tiếp dân", "Ngày 10.")
    show(10, 2)
    assert only(run_job(job), "run")["unchanged"] == 1
    show(17, 3)
    revised = only(run_job(job), "revised")
    assert (revised["revision"], revised["text"]) == (2, "Ngày 17.")
    site.add("/lich", b"<title>Lich</title><p>dang bao tri</p>")
    lines = run_job(job)
    assert only(lines, "run")["errors"] == {"no_part": 1}
    assert said(lines, "revised") == []
    site.pages["/lich"] = (404, HTML, b"")
    assert len(said(run_job(job), "gone")) == 1


@pytest.mark.parametrize("kind", ["sitemap", "json_api", "page"])
def test_a_check_knows_the_kinds(site: Hamlet, job: dict[str, Any], kind: str) -> None:
    api(site, "/api", list(range(1, 9)))
    site.pages["/sitemap.xml"] = (200, XML, index("/a.xml"))
    site.pages["/a.xml"] = (
        200, XML, urlset(*((f"/bai-{n}.html", "") for n in range(1, 9)))
    )  # fmt: skip
    for number in range(1, 9):
        detail(site, number)
        site.add(f"/bai-{number}.html", article(number))
    address = {"sitemap": "/", "json_api": "/api", "page": "/bai-1.html"}[kind]
    job["sources"][0] |= {"kind": kind, "url": site.base + address, "api": RULES}
    found = only(run_job({**job, "do": "check"}), "check")
    assert len(found["posts"]) == (1 if kind == "page" else 5)
    assert found["run"]["errors"] == {}
