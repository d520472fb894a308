"""Lists of JSON interfaces over kills: what they named waits, and nothing is lost."""

import json
import random
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crawlers.frontier.queue import Lane
from crawlers.frontier.sqlite import SqliteFrontier
from support_crawl.hamlet import HTML, Hamlet, article, hamlet
from support_crawl.watching import Watch

JSON = {"Content-Type": "application/json; charset=utf-8"}
RULES = {
    "items": "data", "link": "/tin/{slug}-{id}.html", "detail": "/api/{id}",
    "detail_item": "item", "title": "name", "text": "text", "published": "at",
}  # fmt: skip
PER_PAGE = 20


def serve(site: Hamlet, count: int) -> list[str]:
    """Serve a list of pages and an answer per item; return the items' addresses."""
    numbers = range(count)
    for start in range(0, count + PER_PAGE, PER_PAGE):
        data = [
            {"id": n + 1, "slug": f"tin-{n}", "name": f"Tin {n}"}
            for n in numbers[start : start + PER_PAGE]
        ]
        page = f"/api?p={start // PER_PAGE + 1}"
        site.pages[page] = (200, JSON, json.dumps({"data": data}).encode())
    for n in numbers:
        # Only the list has the title, so an entry must wait with its page.
        item = {"item": {"text": f"<p>Bài riêng số {n}.</p>", "at": 1772849700 + n}}
        site.pages[f"/api/{n + 1}"] = (200, JSON, json.dumps(item).encode())
    return [f"{site.base}/tin/tin-{n}-{n + 1}.html" for n in numbers]


def serve_list(site: Hamlet) -> list[str]:
    """Serve a list of two pages with an article each; return their addresses."""
    names = ["/bai-1001.html", "/bai-2002.html"]
    following = ['<a rel="next" href="/muc/trang-2">2</a>', ""]
    pages = zip(("/muc", "/muc/trang-2"), names, following, strict=True)
    for number, (page, name, link) in enumerate(pages):
        entry = f'<a href="{name}">Đầu đề đủ dài số {number}</a>'
        site.add(page, f"<article><h3>{entry}</h3></article>{link}".encode())
        site.add(name, article(number))
    return [site.base + name for name in names]


def job_of(home: Path, site: Hamlet) -> dict[str, Any]:
    source = {
        "id": "api", "name": "Báo", "kind": "json_api",
        "url": f"{site.base}/api?p={{page}}", "api": RULES, "max_pages": 50,
    }  # fmt: skip
    return {
        "home": str(home), "sources": [source], "delay": 0.01,
        "limits": {"batch": 5, "batch_seconds": 0.2},
    }  # fmt: skip


def test_a_killed_watch_of_an_interface_goes_on_without_asking_twice(
    tmp_path: Path,
) -> None:
    rng = random.Random(5)
    before: dict[str, int] = {}
    with (
        hamlet("127.0.0.48") as site,
        closing(SqliteFrontier(tmp_path / "frontier.sqlite")) as frontier,
    ):
        job, urls = job_of(tmp_path, site), serve(site, 70)
        answers = {url: f"/api/{number + 1}" for number, url in enumerate(urls)}

        def acknowledged() -> set[str]:
            return {answers[url] for url in urls if frontier.resolve(url)}

        for goal in (6, 15):
            with Watch(job, tmp_path / "out.jsonl") as watch:
                watch.until(lambda goal=goal: len(acknowledged()) >= goal)
                threading.Event().wait(rng.uniform(0, 0.2))
            assert {path: site.times(path) for path in before} == before
            before = {path: site.times(path) for path in acknowledged()}
            assert len(before) >= goal
        with Watch(job, tmp_path / "out.jsonl") as watch:
            watch.until(lambda: len(acknowledged()) == len(urls))
            assert watch.end() == 0
        assert {queued.lane for queued in frontier.waiting()} == {Lane.RECHECK}
        assert {path: site.times(path) for path in before} == before
        assert sum(map(site.times, answers.values())) - len(urls) <= 10 * 2
    facts = ("url", "revision", "title")
    posts = {tuple(post[fact] for fact in facts) for post in watch.said("seen")}
    assert posts == {(url, 1, f"Tin {n}") for n, url in enumerate(urls)}


@pytest.mark.parametrize("kind", ["json_api", "listing"])
def test_a_list_that_was_cut_off_is_read_to_its_end_though_its_front_is_known(
    tmp_path: Path, kind: str
) -> None:
    with hamlet("127.0.0.48") as site:
        job = job_of(tmp_path, site)
        second = "/api?p=2"
        urls = serve(site, 2 * PER_PAGE)
        if kind == "listing":
            urls, second = serve_list(site), "/muc/trang-2"
            job["sources"][0] |= {"kind": kind, "url": f"{site.base}/muc"}
        whole = site.pages[second]
        assert isinstance(whole, tuple)
        # It fails while the front is read for the first time.
        site.pages[second] = lambda times: (500, HTML, b"") if times < 2 else whole
        job["sources"][0] |= {"interval_minutes": 0.01, "interval_fixed": True}
        job["limits"] |= {"retries": 0}
        with Watch(job, tmp_path / "out.jsonl") as watch:
            watch.until(lambda: len(watch.said("seen")) == len(urls))
            front = "/muc" if kind == "listing" else "/api?p=1"
            times, visits = site.times(second), site.times(front)
            watch.until(lambda: site.times(front) > visits + 2)
            # From then on a front that is known ends the walk.
            assert site.times(second) <= times + 1
            assert watch.end() == 0
