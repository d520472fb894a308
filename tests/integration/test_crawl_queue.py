"""The queue of pages over real HTTP: kills, urgent pages, rechecks, moves, stalls."""

import random
import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.addresses import networks_of
from crawlers.frontier.queue import Lane, WaitingPage
from crawlers.frontier.sqlite import SqliteFrontier
from crawlers.urgent import PageDesk
from domain.clock import SystemClock
from domain.ids import SourceId
from domain.profile import SourceSpec
from support_crawl.hamlet import HTML, Hamlet, article, hamlet, rss
from support_crawl.jobs import only, run_job, said
from support_crawl.watching import Watch

NOW = datetime(2026, 3, 7, tzinfo=UTC)
CONTACT = "(+mailto:crawl@example.vn)"


@pytest.fixture
def site() -> Iterator[Hamlet]:
    with hamlet("127.0.0.44") as made:
        yield made


@pytest.fixture
def job(tmp_path: Path, site: Hamlet) -> dict[str, Any]:
    source = {"id": "bao", "name": "Báo", "kind": "feed", "url": f"{site.base}/rss"}
    return {"home": str(tmp_path), "sources": [source]}


def desk(job: dict[str, Any], frontier: SqliteFrontier) -> PageDesk:
    specs = [SourceSpec(**spec) for spec in job["sources"]]
    return PageDesk(frontier, specs, networks_of(["127.0.0.0/8"]), SystemClock())


def frontier_of(job: dict[str, Any]) -> SqliteFrontier:
    return SqliteFrontier(Path(job["home"], "frontier.sqlite"))


def test_moved_soft_404_home_and_other_answers(
    site: Hamlet, job: dict[str, Any]
) -> None:
    names = ("chuyen", "mem", "ve-nha", "muc/ra-muc", "khac", "loi")
    paths = [f"/{name}.html" for name in names]
    site.add("/rss", rss(*paths))
    for number, path in enumerate(paths):
        site.add(path, article(number, f"Riêng {path}."))
    assert len(said(run_job(job), "seen")) == len(paths)
    site.add("/", b"<title>Trang nh\xe1\xbb\x8f</title><p>Tin trong ng\xc3\xa0y</p>")
    site.add(
        "/muc/",
        b"<title>M\xe1\xbb\xa5c</title><p>Tin c\xe1\xbb\xa7a m\xe1\xbb\xa5c</p>",
    )
    site.add("/moi/chuyen.html", article(0, "Riêng /chuyen.html."))
    site.add("/bai-khac.html", article(20, "Một bài khác hẳn."))
    for path, to in (
        ("/chuyen.html", "/moi/chuyen.html"),
        ("/ve-nha.html", "/"),
        ("/muc/ra-muc.html", "/muc/"),
        ("/khac.html", "/bai-khac.html"),
    ):
        site.pages[path] = (301, {"Location": to}, b"")
    words = "<title>Báo</title><h1>Không tìm thấy trang</h1><p>Về trang chủ</p>"
    site.add("/mem.html", words.encode())
    site.pages["/loi.html"] = (500, HTML, article(5, "Bản hỏng, không được ghi đè."))
    job["limits"] = {"retries": 0}
    lines = run_job(job)
    gone = {
        line["post_id"].removeprefix(f"url:{site.base}"): line
        for line in said(lines, "gone")
    }
    assert {path: line["reason"] for path, line in gone.items()} == {
        "/chuyen.html": "moved",
        "/mem.html": "deleted",
        "/ve-nha.html": "deleted",
        "/muc/ra-muc.html": "deleted",
        "/khac.html": "deleted",
    }
    assert gone["/chuyen.html"]["moved_to"] == f"{site.base}/moi/chuyen.html"
    assert [post["url"] for post in said(lines, "seen")] == [
        f"{site.base}/bai-khac.html"
    ]
    assert said(lines, "revised") == []
    again = run_job(job)
    assert said(again, "gone") == said(again, "seen") == said(again, "revised") == []
    site.add("/mem.html", article(1, "Riêng /mem.html."))
    assert only(run_job(job), "gone")["reason"] == "restored"


def test_a_killed_watch_goes_on_without_asking_twice(
    site: Hamlet, job: dict[str, Any], tmp_path: Path
) -> None:
    paths = [f"/bai-{number}.html" for number in range(150)]
    site.pages["/rss"] = (200, {"Content-Type": "application/rss+xml"}, rss(*paths))
    for number, path in enumerate(paths):
        site.add(path, article(number % 24, f"Bài riêng số {number}."))
    rng = random.Random(5)
    job["delay"] = 0.01
    job["limits"] = {"batch": 5, "batch_seconds": 0.2}
    before: dict[str, int] = {}
    with closing(frontier_of(job)) as frontier:

        def acknowledged() -> set[str]:
            return {path for path in paths if frontier.resolve(site.base + path)}

        for _ in range(6):
            goal = len(site.asked) + rng.choice((3, 10, 20, 30))
            with Watch(job, tmp_path / "out.jsonl") as watch:
                watch.until(lambda goal=goal: len(site.asked) > goal)
                threading.Event().wait(rng.uniform(0, 0.2))
            assert {path: site.times(path) for path in before} == before
            before = {path: site.times(path) for path in acknowledged()}
        assert 0 < len(before) < len(paths)
        with Watch(job, tmp_path / "out.jsonl") as watch:
            watch.until(lambda: len(acknowledged()) == len(paths))
            assert watch.end() == 0
        lanes = {queued.lane for queued in frontier.waiting()}
    assert lanes == {Lane.RECHECK}
    assert {path: site.times(path) for path in before} == before
    # Each kill may have had a few in hand that nobody had acknowledged.
    asked = [site.times(path) for path in paths]
    assert sum(asked) - len(paths) <= 10 * 6
    # A kill after the flush and before the acknowledgement tells a post once more.
    seen = {(post["url"], post["revision"]) for post in watch.said("seen")}
    assert seen == {(site.base + path, 1) for path in paths}


def test_a_page_that_is_asked_for_now_passes_100_000_others(
    site: Hamlet, job: dict[str, Any], tmp_path: Path
) -> None:
    site.add("/rss", rss())
    site.pages["/rss"] = (304, HTML, b"")
    with hamlet("127.0.0.45") as other, closing(frontier_of(job)) as frontier:
        for place in (site, other):
            place.answer = slow(place)  # type: ignore[method-assign]
        frontier.enqueue(
            [
                WaitingPage(
                    url=f"{site.base}/bai-{number}.html",
                    site="127.0.0.44",
                    source=SourceId("bao"),
                    lane=Lane.BACKLOG if number % 2 else Lane.FRESH,
                    due=NOW + timedelta(seconds=number % 1000),
                )
                for number in range(100_000)
            ]
        )
        for place in (site, other):
            place.add("/ngay.html", article(7, "Hỏi ngay."))
        job["delay"] = 1.0
        with Watch(job, tmp_path / "out.jsonl") as watch:
            watch.until(lambda: len(site.asked) > 3)
            pages = desk(job, frontier)
            for place, source in ((site, "bao"), (other, "fetched")):
                page = pages.ask(f"{place.base}/ngay.html#x")
                took = watch.until(
                    lambda page=page: pages.outcome(page.url, page.due), 20
                )
                assert took < 5, took
                outcome = pages.outcome(page.url, page.due)
                assert outcome is not None
                assert outcome.post_id == f"url:{place.base}/ngay.html"
                assert watch.said("seen")[-1]["source"] == source
                assert watch.said("seen")[-1]["evidence"]
            assert watch.end() == 0
        assert site.gap() >= 1.0
        assert frontier.waiting()[0].pages > 40_000


def slow(site: Hamlet) -> Any:
    """Answer every other path with an article, so that all that wait are there."""
    answer = site.answer

    def answered(path: str, headers: dict[str, str]) -> Any:
        if path not in site.pages and path != "/robots.txt":
            site.add(path, article(1, path))
        return answer(path, headers)

    return answered


def test_a_watch_rereads_only_threads_with_new_activity_and_tells_counts(
    site: Hamlet, job: dict[str, Any], tmp_path: Path
) -> None:
    active = {1: "2026-03-07T08:00:00+07:00", 2: "2026-03-07T09:00:00+07:00"}
    views = {1: 10, 2: 20}

    def forum(_: int) -> Any:
        rows = "".join(
            f'<div class="structItem"><div class="structItem-title">'
            f'<a href="/threads/t.{n}/">T</a></div>'
            f'<div class="structItem-cell structItem-cell--meta"><dl><dt>Trả lời</dt>'
            f"<dd>1</dd></dl><dl><dt>Xem</dt><dd>{views[n]}</dd></dl></div>"
            f'<time datetime="{active[n]}"></time></div>'
            for n in active
        )
        return 200, HTML, rows.encode()

    def thread(n: int, replies: int) -> bytes:
        posts = "".join(
            f'<article class="message message--post" data-author="x" '
            f'data-content="post-{n}{m}"><div class="bbWrapper">Lời {n}{m}</div>'
            "</article>"
            for m in range(replies + 1)
        )
        return f'<h1 class="p-title-value">T{n}</h1>{posts}'.encode()

    site.pages["/forums/a.1/"] = forum
    for n in active:
        site.add(f"/threads/t.{n}/", thread(n, 1))
    job["sources"][0] |= {
        "kind": "forum", "url": f"{site.base}/forums/a.1/", "interval_minutes": 0.01,
        "interval_fixed": True,
    }  # fmt: skip
    with Watch(job, tmp_path / "out.jsonl") as watch:
        watch.until(lambda: len(watch.said("seen")) == 4)
        first = {post["id"]: post for post in watch.said("seen")}
        assert first["127.0.0.44:post-10"]["counts"]["views"] == 10
        lists = site.times("/forums/a.1/")
        site.add("/threads/t.2/", thread(2, 2))
        active[2] = datetime.now(UTC).isoformat()
        views[1] = 11
        watch.until(lambda: len(watch.said("seen")) == 5)
        watch.until(lambda: site.times("/forums/a.1/") >= lists + 2)
        watch.until(lambda: watch.said("other"))
        assert watch.end() == 0
    assert site.times("/threads/t.1/") == 1
    told = {(o["post_id"], o["counts"]["views"]) for o in watch.said("other")}
    assert told == {("127.0.0.44:post-10", 11)}


def test_a_watch_looks_again_at_articles_that_no_list_names(
    site: Hamlet, job: dict[str, Any], tmp_path: Path
) -> None:
    site.add("/rss", rss("/bai-1.html", "/bai-2.html"))
    for number in (1, 2):
        site.add(f"/bai-{number}.html", article(number))
    job["sources"][0] |= {"interval_minutes": 0.01, "interval_fixed": True}
    job["limits"] = {"recheck_seconds": [3.0, 6.0]}
    with Watch(job, tmp_path / "out.jsonl") as watch:
        watch.until(lambda: len(watch.said("seen")) == 2)
        site.add("/rss", rss("/bai-2.html"))
        site.add("/bai-1.html", article(1, "Đã sửa."))
        site.pages["/bai-2.html"] = (404, HTML, b"")
        watch.until(lambda: watch.said("revised") and watch.said("gone"))
        watch.until(lambda: site.times("/bai-1.html") == 3)
        visits = site.times("/rss")
        watch.until(lambda: site.times("/rss") > visits + 1)
        assert watch.end() == 0
    assert site.times("/bai-1.html") == site.times("/bai-2.html") == 3


def test_a_stalled_crawler_sends_nothing_to_a_site_that_is_anothers(
    site: Hamlet, job: dict[str, Any], tmp_path: Path
) -> None:
    paths = [f"/bai-{number}.html" for number in range(200)]
    site.add("/rss", rss(*paths))
    for number, path in enumerate(paths):
        site.add(path, article(number % 24, path))
    job |= {"delay": 0.1, "lease": 2.0, "limits": {"page_seconds": 2.0}}
    one = Watch({**job, "agent": f"one {CONTACT}"}, tmp_path / "one.jsonl")
    two = Watch({**job, "agent": f"two {CONTACT}"}, tmp_path / "two.jsonl")

    def agents() -> list[str]:
        return [sent["User-Agent"].split()[0] for _, _, sent in list(site.asked)]

    with one:
        one.until(lambda: len(site.asked) > 5)
        one.program.send_signal(signal.SIGSTOP)
        with two:
            two.until(lambda: agents().count("two") > 5)
            one.program.send_signal(signal.SIGCONT)
            seen = len(site.asked)
            two.until(lambda: len(site.asked) > seen + 20)
            assert agents()[seen:].count("one") <= 1
            assert two.end() == 0
