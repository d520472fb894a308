"""Crawls of our own small site over real HTTP, each in a process of its own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support_crawl.hamlet import HTML, Hamlet, article, bomb, hamlet, rss
from support_crawl.jobs import JOB, environment, only, run_job, said


@pytest.fixture
def site() -> Iterator[Hamlet]:
    with hamlet() as made:
        yield made


@pytest.fixture
def job(tmp_path: Path, site: Hamlet) -> dict[str, Any]:
    source = {"id": "bao", "name": "Báo", "kind": "feed", "url": f"{site.base}/rss"}
    return {"home": str(tmp_path), "sources": [source]}


def test_new_unchanged_edited_gone_and_back(site: Hamlet, job: dict[str, Any]) -> None:
    site.add("/rss", rss("/bai-1.html?utm_source=rss", "/bai-2.html", "/bai-3.html"))
    site.add("/bai-1.html", article(1), ETag='"1"')
    site.add("/bai-2.html", article(2))
    site.add("/bai-3.html", article(3))
    first = said(run_job(job), "seen")
    assert sorted(post["title"] for post in first) == [
        "Bài số 1",
        "Bài số 2",
        "Bài số 3",
    ]
    by_title = {post["title"]: post for post in first}
    assert by_title["Bài số 1"]["published"] == "2026-03-06 18:15:00+00:00"
    assert by_title["Bài số 1"]["url"] == f"{site.base}/bai-1.html"
    assert all(post["evidence"] for post in first)

    again = only(run_job(job), "run")
    assert (again["unchanged"], again["not_modified"]) == (3, 1)
    assert again["received"] > 0
    assert site.asked[-1][2].get("If-None-Match") or any(
        headers.get("If-None-Match") == '"1"' for _, _, headers in site.asked
    )

    site.add("/bai-2.html", article(2, "Đã sửa số liệu."))
    site.pages["/bai-3.html"] = (410, HTML, b"gone")
    lines = run_job(job)
    assert only(lines, "revised")["changed"] == ["text"]
    assert only(lines, "revised")["revision"] == 2
    assert only(lines, "gone")["reason"] == "deleted"
    assert said(run_job(job), "gone") == []

    site.add("/bai-3.html", article(3))
    lines = run_job(job)
    assert only(lines, "gone")["reason"] == "restored"
    assert said(lines, "revised") == []


def test_a_split_article_is_one_post(site: Hamlet, job: dict[str, Any]) -> None:
    more = b'<a href="?page=2">Trang 2</a><a href="?page=3">Trang 3</a>'
    site.add("/rss", rss("/dai.html", "/gay.html"))
    site.add("/dai.html", article(1, "Trang một.") + more, ETag='"1"')
    site.add("/dai.html?page=2", article(1, "Trang hai.") + more)
    site.add("/dai.html?page=3", article(1, "Trang ba.") + more)
    site.add("/gay.html", article(2, "Chỉ còn trang một.") + more)
    posts = {post["title"]: post for post in said(run_job(job), "seen")}
    assert sorted(posts) == ["Bài số 1", "Bài số 2"]
    whole = posts["Bài số 1"]["text"]
    assert [whole.count(f"Trang {n}.") for n in ("một", "hai", "ba")] == [1, 1, 1]
    assert whole.index("Trang hai.") < whole.index("Trang ba.")
    assert posts["Bài số 2"]["text"].startswith("Chỉ còn trang một.")
    site.add("/dai.html?page=3", article(1, "Trang ba đã sửa.") + more)
    assert only(run_job(job), "revised")["changed"] == ["text"]


def test_an_article_that_left_the_feed_is_looked_at_again(
    site: Hamlet, job: dict[str, Any]
) -> None:
    site.add("/rss", rss("/bai-1.html", "/bai-2.html"), ETag='"f"')
    site.add("/bai-1.html", article(1))
    site.add("/bai-2.html", article(2))
    run_job(job)
    site.pages.pop("/bai-1.html")
    assert only(run_job(job), "gone")["post_id"].endswith("/bai-1.html")


def test_robots_delay_and_user_agent(site: Hamlet, job: dict[str, Any]) -> None:
    site.robots = "User-agent: *\nCrawl-delay: 0.3\nDisallow: /cam/\n"
    site.add("/rss", rss("/cam/bai-9.html", "/chuyen.html", "/bai-1.html"))
    site.add("/bai-1.html", article(1))
    site.add("/cam/bai-9.html", article(9))
    site.pages["/chuyen.html"] = (302, {"Location": "/cam/bai-9.html"}, b"")
    job["sources"].append({**job["sources"][0], "id": "bao2"})
    lines = run_job(job)
    assert [post["title"] for post in said(lines, "seen")] == ["Bài số 1"]
    assert site.times("/cam/bai-9.html") == 0
    assert site.gap() >= 0.3
    assert all("crawl@example.vn" in h["User-Agent"] for _, _, h in site.asked)
    assert "robots: 2" in said(lines, "run")[0]["message"]


@pytest.mark.parametrize("status", [500, 503])
def test_without_robots_txt_to_be_had_nothing_is_asked(
    site: Hamlet, job: dict[str, Any], status: int
) -> None:
    site.pages["/robots.txt"] = (status, HTML, b"")
    site.add("/rss", rss("/bai-1.html"))
    answer = site.answer
    site.answer = lambda path, headers: (  # type: ignore[method-assign]
        (status, HTML, b"") if path == "/robots.txt" else answer(path, headers)
    )
    lines = run_job(job)
    assert said(lines, "seen") == []
    assert site.asked == []


def test_hostile_pages_are_bounded_and_the_run_goes_on(
    site: Hamlet, job: dict[str, Any]
) -> None:
    faults = {
        "/bom.html": (200, HTML | {"Content-Encoding": "gzip"}, bomb(300)),
        "/to.html": (200, HTML, b"x" * 6_000_000),
        "/vong.html": (302, {"Location": "/vong.html"}, b""),
        "/noi-bo.html": (302, {"Location": "http://169.254.169.254/meta"}, b""),
        "/tep.html": (302, {"Location": "file:///etc/passwd"}, b""),
        "/rong.html": (200, HTML, b""),
        "/pdf.html": (200, {"Content-Type": "application/pdf"}, b"%PDF-1.7"),
        "/nhi-phan.html": (200, HTML, bytes(range(256)) * 50),
        "/khong-bai.html": (200, HTML, b"<p>x</p>"),
    }
    site.pages.update(faults)
    site.add("/rss", rss(*faults, "/bai-1.html"))
    site.add("/bai-1.html", article(1))
    lines = run_job(job)
    assert [post["title"] for post in said(lines, "seen")] == ["Bài số 1"]
    run = only(lines, "run")
    assert run["errors"] == {
        "too_large": 2,
        "redirects": 1,
        "address_refused": 2,
        "empty": 1,
        "no_article": 1,
    }
    assert run["message"] == "not_text: 2"
    assert only(lines, "peak")["megabytes"] < 300


def test_a_dripping_server_holds_its_queue_for_a_bounded_time(
    site: Hamlet, job: dict[str, Any]
) -> None:
    site.add("/rss", rss("/cham.html", "/bai-1.html"))
    site.pages["/cham.html"] = (200, HTML | {"Content-Length": "500"}, b"<p>")
    site.add("/bai-1.html", article(1))
    job["limits"] = {"download_seconds": 1.0}
    started = time.monotonic()
    lines = run_job(job)
    assert time.monotonic() - started < 30
    assert len(said(lines, "seen")) == 1
    assert only(lines, "run")["errors"] == {"timeout": 1}


def test_busy_servers_are_asked_again_when_they_say(
    site: Hamlet, job: dict[str, Any]
) -> None:
    busy = {**HTML, "Retry-After": "1"}
    site.add("/rss", rss("/ban.html"))
    site.pages["/ban.html"] = lambda n: (
        (429, busy, b"") if n == 1 else (200, HTML, article(1))
    )
    site.pages["/qua-lau.html"] = (503, {**HTML, "Retry-After": "9999"}, b"")
    assert len(said(run_job(job), "seen")) == 1
    moments = [at for path, at, _ in site.asked if path == "/ban.html"]
    assert moments[1] - moments[0] >= 1.0
    site.add("/rss", rss("/qua-lau.html"))
    lines = run_job(job)
    assert site.times("/qua-lau.html") == 1
    assert only(lines, "run")["errors"] == {"http_503": 1}


def test_no_private_address_unless_allowed(site: Hamlet, job: dict[str, Any]) -> None:
    site.add("/rss", rss("/bai-1.html"))
    job["allowed"] = []
    for url in (f"{site.base}/rss", site.base.replace("127.0.0.31", "localhost")):
        job["sources"][0]["url"] = url
        lines = run_job(job)
        assert only(lines, "run")["errors"] == {"address_refused": 1}
    assert site.asked == []


def test_a_list_is_followed_and_read_by_the_sources_selectors(
    site: Hamlet, job: dict[str, Any]
) -> None:
    job["sources"][0] |= {
        "kind": "listing",
        "url": f"{site.base}/ds",
        "selectors": {"link": ".tin a", "title": "h4", "body": "#than", "next": ".sau"},
    }
    site.add(
        "/ds", b'<p class="tin"><a href="/1.html">a</a></p><a class="sau" href="/ds2">'
    )
    site.add(
        "/ds2", b'<p class="tin"><a href="/2.html">b</a></p><a class="sau" href="/ds">'
    )
    for number in (1, 2):
        page = f"<h1>Sai</h1><h4>Tin {number}</h4><div id=than><p>Thân tin.</p></div>"
        site.add(f"/{number}.html", page.encode())
    posts = said(run_job(job), "seen")
    assert sorted(post["title"] for post in posts) == ["Tin 1", "Tin 2"]
    assert {post["text"] for post in posts} == {"Thân tin."}
    assert site.times("/ds") == 1


def test_a_forum_keeps_threads_parents_and_pseudonyms(
    site: Hamlet, job: dict[str, Any]
) -> None:
    def message(number: int, quote: int = 0) -> str:
        quoted = f'<blockquote class="bbCodeBlock--quote" data-source="post: {quote}">q'
        return (
            f'<article class="message message--post" data-author="nguoi_{number}" '
            f'data-content="post-{number}"><time datetime="2026-03-07T08:0{number}:00'
            f'+07:00"></time><div class="bbWrapper">{quoted if quote else ""}'
            f"{'</blockquote>' if quote else ''}Bài {number}</div></article>"
        )

    job["sources"][0] |= {"kind": "forum", "url": f"{site.base}/forums/a.1/"}
    site.add(
        "/forums/a.1/",
        b'<div class="structItem-title"><a href="/threads/duong.5/">Duong</a></div>',
    )
    more = '<a class="pageNav-jump--next" href="/threads/duong.5/page-2">Sau</a>'
    head = '<h1 class="p-title-value">Đường</h1>'
    site.add("/threads/duong.5/", f"{head}{message(1)}{message(2)}{more}".encode())
    site.add("/threads/duong.5/page-2", f"{head}{message(3, 2)}".encode())
    lines = run_job(job)
    posts = {post["text"]: post for post in said(lines, "seen")}
    first, second, third = (posts[f"Bài {n}"] for n in (1, 2, 3))
    assert (first["kind"], first["title"], first["parent_id"]) == (
        "post",
        "Đường",
        None,
    )
    assert second["parent_id"] == first["id"]
    assert third["parent_id"] == second["id"]
    assert len({post["thread_id"] for post in posts.values()}) == 1
    assert third["published"] == "2026-03-07 01:03:00+00:00"
    assert "nguoi_" not in json.dumps(said(lines, "seen"))
    assert said(run_job(job), "seen") == []


def test_files_on_the_web_and_on_disk(
    site: Hamlet, job: dict[str, Any], tmp_path: Path
) -> None:
    local = tmp_path / "b.jsonl"
    local.write_text('{"id": 1, "text": "Từ đĩa"}\n{"id": 2}\n')
    site.pages["/a.csv"] = (200, {"Content-Type": "text/csv"}, b"id,text\n1,Tu web\n")
    job["sources"] = [
        {"id": "web", "name": "w", "kind": "file", "url": f"{site.base}/a.csv"},
        {"id": "dia", "name": "d", "kind": "file", "url": str(local)},
    ]
    lines = run_job(job)
    assert {post["id"] for post in said(lines, "seen")} == {"web:1", "dia:1"}
    rejected = {file["name"]: file["rejected"] for file in said(lines, "file")}
    assert rejected["a.csv"] == []
    assert rejected["b.jsonl"][0]["line"] == 2


def test_a_check_writes_nothing_and_says_what_it_found(
    site: Hamlet, job: dict[str, Any]
) -> None:
    site.add("/rss", rss(*(f"/bai-{n}.html" for n in range(9))))
    for number in range(9):
        site.add(f"/bai-{number}.html", article(number))
    lines = run_job({**job, "do": "check"})
    assert len(only(lines, "check")["posts"]) == 5
    assert len(said(run_job(job), "seen")) == 9


@pytest.mark.parametrize(
    ("path", "kind", "leads_to"),
    [
        ("/rss", "feed", "/rss"),
        ("/", "feed", "/rss"),
        ("/ds", "listing", "/ds"),
        ("/forums/a.1/", "forum", "/forums/a.1/"),
    ],
)
def test_a_source_is_proposed(
    site: Hamlet, job: dict[str, Any], path: str, kind: str, leads_to: str
) -> None:
    feed = '<link rel="alternate" type="application/rss+xml" href="/rss">'
    links = "".join(
        f'<a href="/tin-{n}-100{n}.html">Tiêu đề của bài viết số {n}</a>'
        for n in range(6)
    )
    site.add("/", f"<title>Báo Thử | Trang chủ</title>{feed}{links}".encode())
    site.add("/rss", rss("/bai-1.html"))
    site.add("/ds", links.encode())
    site.add(
        "/forums/a.1/",
        b'<div class="structItem-title"><a href="/threads/duong.5/">Duong</a></div>',
    )
    job["sources"][0]["url"] = site.base + path
    proposed = only(run_job({**job, "do": "propose"}), "propose")
    assert proposed["kind"] == kind
    assert proposed["url"] == site.base + leads_to


def test_a_watch_visits_again_and_stops_cleanly_on_sigterm(
    site: Hamlet, job: dict[str, Any]
) -> None:
    site.add("/rss", rss("/bai-1.html"))
    site.add("/bai-1.html", article(1))
    job["sources"][0]["interval_minutes"] = 0
    job["watch"] = True
    process = subprocess.Popen(
        [sys.executable, str(JOB)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(),
    )
    assert process.stdin
    assert process.stdout
    with process:
        process.stdin.write(json.dumps(job))
        process.stdin.close()
        first = json.loads(process.stdout.readline())
        assert first["title"] == "Bài số 1"
        site.add("/rss", rss("/bai-1.html", "/bai-2.html"))
        site.add("/bai-2.html", article(2))
        second = json.loads(process.stdout.readline())
        assert second["title"] == "Bài số 2"
        process.send_signal(signal.SIGTERM)
        rest = [json.loads(line) for line in process.stdout]
        assert process.wait(20) == 0
    assert len(said(rest, "run")) >= 2
    assert site.times("/bai-1.html") == 1


def test_a_feeds_minute_wins_over_a_guessed_day(
    site: Hamlet, job: dict[str, Any]
) -> None:
    item = "<link>/bai.html</link><pubDate>Sun, 14 Sep 2025 08:15:00 +0700</pubDate>"
    feed = f'<rss version="2.0"><channel><item>{item}</item></channel></rss>'
    text = "<p>Bản có cầu treo mới, dân đi lại dễ hơn xưa nhiều lắm.</p>" * 5
    page = f"<h1>Cầu treo mới</h1><div>{text}</div><p>Đăng ngày 14/09/2025</p>"
    site.add("/rss", feed.encode())
    site.add("/bai.html", page.encode())
    post = only(run_job(job), "seen")
    assert post["published"] == "2025-09-14 01:15:00+00:00"
