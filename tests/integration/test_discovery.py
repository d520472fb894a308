"""What is at a site, found out politely."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support_crawl.hamlet import HTML, Hamlet, article, hamlet, rss
from support_crawl.jobs import only, run_job

JSON = {"Content-Type": "application/json"}
XML = {"Content-Type": "application/xml"}


@pytest.fixture
def site() -> Iterator[Hamlet]:
    with hamlet("127.0.0.33") as made:
        yield made


@pytest.fixture
def job(tmp_path: Path, site: Hamlet) -> dict[str, Any]:
    source = {"id": "bao", "name": "Báo", "kind": "feed", "url": f"{site.base}/"}
    return {"home": str(tmp_path), "sources": [source], "do": "discover"}


def links(*numbers: int) -> str:
    return "".join(
        f'<a href="/bai-{n}-100{n}.html">Tiêu đề của bài viết số {n}</a>'
        for n in numbers
    )


def paper(site: Hamlet) -> None:
    """Lay a paper out as Vietnamese ones are: a page that lists feeds, and sections."""
    site.robots = (
        "User-agent: *\nCrawl-delay: 0.02\nDisallow: /cam/\nSitemap: /so-do.xml\n"
    )
    menu = (
        '<nav><a href="/thoi-su">Thời sự</a><a href="/xa-hoi/">Xã hội</a>'
        '<a href="/cam/">Cấm</a><a href="/video">Video</a><a href="/rss">RSS</a></nav>'
    )
    site.add("/", f"<title>Báo Thử</title>{menu}{links(*range(6))}".encode())
    site.add("/thoi-su", f"<title>Thời sự</title>{menu}{links(*range(6))}".encode())
    site.add("/xa-hoi/", b"<title>Xa hoi</title><p>Chua co bai.</p>")
    site.add("/rss", b'<a href="/rss/a.rss">A</a><a href="/rss/b.rss">B</a>')
    site.add("/rss/a.rss", rss(*(f"/bai-{n}-100{n}.html" for n in range(6))))
    site.add("/rss/b.rss", b"<h1>404</h1>")
    urls = "".join(f"<url><loc>/bai-{n}-100{n}.html</loc></url>" for n in range(6))
    site.pages["/so-do.xml"] = (200, XML, f"<urlset>{urls}</urlset>".encode())
    for number in range(6):
        site.add(f"/bai-{number}-100{number}.html", article(number), ETag='"x"')


def test_feeds_maps_and_lists_each_tried_out(site: Hamlet, job: dict[str, Any]) -> None:
    paper(site)
    found = only(run_job(job), "discover")
    proposals = [
        (p["spec"]["kind"], p["spec"]["url"].removeprefix(site.base), p["named"])
        for p in found["proposals"]
    ]
    assert proposals == [
        ("feed", "/rss/a.rss", 6),
        ("sitemap", "/so-do.xml", 6),
        ("listing", "/", 6),
        ("listing", "/thoi-su", 6),
    ]
    for proposal in found["proposals"]:
        trial = proposal["trial"]
        assert trial["pages"] == trial["with_title"] == trial["with_date"] == 5
        assert trial["with_text"] == 5
    assert site.times("/cam/") == site.times("/video") == 0
    assert site.gap() >= 0.02
    assert found["requests"] <= 45


def test_only_so_many_are_tried_and_asked_for(
    site: Hamlet, job: dict[str, Any]
) -> None:
    paper(site)
    feeds = "".join(f'<a href="/rss/f{n}.rss">F</a>' for n in range(60))
    site.add("/rss", feeds.encode())
    for n in range(60):
        site.add(f"/rss/f{n}.rss", rss("/bai-1-1001.html"))
    found = only(run_job({**job, "tried": 1}), "discover")
    assert [p["trial"] is not None for p in found["proposals"]][:2] == [True, False]
    assert len({path for path, _, _ in site.asked}) <= 25 + 1 + 5


def test_wordpress_has_an_interface(site: Hamlet, job: dict[str, Any]) -> None:
    head = f'<link rel="https://api.w.org/" href="{site.base}/wp-json/">'
    site.add("/", f"<title>Xã</title>{head}<p>Chào</p>".encode())
    posts = [
        {
            "link": f"{site.base}/tin-{n}/",
            "title": {"rendered": f"Tin &#8220;{n}&#8221;"},
            "excerpt": {"rendered": "<p>Lời dẫn</p>"},
            "content": {"rendered": "<p>Thân tin.</p>"},
            "date": "2026-03-07T09:15:00",
        }
        for n in range(3)
    ]
    page = "/wp-json/wp/v2/posts?per_page=20&page=1"
    site.pages[page] = (200, JSON, json.dumps(posts).encode())
    (proposal,) = only(run_job(job), "discover")["proposals"]
    assert (proposal["spec"]["kind"], proposal["named"]) == ("json_api", 3)
    assert (proposal["trial"]["pages"], proposal["trial"]["with_date"]) == (3, 3)


def test_a_page_of_scripts_gives_a_hint(site: Hamlet, job: dict[str, Any]) -> None:
    state = '<script id="__NEXT_DATA__" type="application/json">{}</script>'
    site.add("/", f'<div id="root"></div>{state}'.encode())
    found = only(run_job(job), "discover")
    assert found["proposals"] == []
    assert "__NEXT_DATA__" in found["hints"][0]
    site.add("/", b'<div id="root"></div><script src="/app.js"></script>')
    assert "JavaScript" in only(run_job(job), "discover")["hints"][0]


def test_a_root_that_is_missing_does_not_hide_maps_and_feeds(
    site: Hamlet, job: dict[str, Any]
) -> None:
    paper(site)
    del site.pages["/"]
    found = only(run_job(job), "discover")
    kinds = {proposal["spec"]["kind"] for proposal in found["proposals"]}
    assert kinds == {"sitemap", "feed"}


def test_what_forbids_everything_is_not_looked_at(
    site: Hamlet, job: dict[str, Any]
) -> None:
    site.robots = "User-agent: *\nDisallow: /\n"
    site.pages["/"] = (200, HTML, b"x")
    with pytest.raises(AssertionError, match="No source was found"):
        run_job(job)
    assert {path for path, _, _ in site.asked} == {"/robots.txt"}
