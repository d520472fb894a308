"""A post that was erased does not come back by its feed, whatever leads to it."""

from contextlib import closing
from pathlib import Path

from crawlers.erasing import CrawlMemory
from crawlers.frontier.sqlite import SqliteFrontier
from domain.ids import PostId
from support_crawl.hamlet import HTML, article, hamlet, rss
from support_crawl.jobs import only, run_job, said


def test_an_erased_article_is_not_collected_again(tmp_path: Path) -> None:
    with hamlet("127.0.0.47") as site:
        site.add("/rss", rss("/bai-1.html", "/bai-2.html"))
        for number in (1, 2):
            site.add(f"/bai-{number}.html", article(number, f"Riêng {number}."))
        source = {"id": "bao", "name": "Báo", "kind": "feed", "url": f"{site.base}/rss"}
        job = {"home": str(tmp_path), "sources": [source]}
        assert len(said(run_job(job), "seen")) == 2
        post = PostId(f"url:{site.base}/bai-1.html")
        with closing(SqliteFrontier(tmp_path / "frontier.sqlite")) as frontier:
            assert frontier.waiting_page(f"{site.base}/bai-1.html") is not None
            CrawlMemory(frontier).erase([post])
        site.add("/bai-1.html", article(1, "Đã sửa."))
        site.pages["/s/1"] = (302, HTML | {"Location": "/bai-1.html"}, b"")
        site.add("/rss", rss("/bai-1.html", "/bai-2.html", "/s/1"))
        lines = run_job(job)
        assert said(lines, "seen") == said(lines, "revised") == []
        run = only(lines, "run")
        assert (run["errors"], run["message"]) == ({}, "erased: 1")
        # The feed's own address was not asked for, the other one once and for all.
        assert said(run_job(job), "seen") == []
        assert (site.times("/s/1"), site.times("/bai-1.html")) == (1, 2)
        held = (tmp_path / "frontier.sqlite").read_bytes()
        assert b"bai-2.html" in held
        assert b"bai-1.html" not in held
