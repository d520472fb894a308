"""The replay sites: real articles and comments, and everything that goes wrong."""

import time
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from support_crawl.jobs import only, run_job, said
from support_crawl.replayed import ENTRIES, SHARED, replay_sites

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.exists(), reason="../shared is not there"),
]
DELAY = 0.2


def source(site: Any, kind: str) -> dict[str, str]:
    url = site.base + ENTRIES[site.name]
    return {"id": site.name, "name": site.name, "kind": kind, "url": url}


def minute(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(second=0)


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def check_manners(site: Any) -> None:
    stats = site.stats()
    assert stats["robots_breaches"] == []
    assert stats["min_gap_s"] >= DELAY


@pytest.mark.slow
def test_every_article_and_post_once_with_title_and_minute(tmp_path: Path) -> None:
    with replay_sites(160) as sites:
        kinds = {"feed": "feed", "listing": "listing", "forum": "forum"}
        specs = [source(sites[name], kind) for name, kind in kinds.items()]
        job = {"home": str(tmp_path), "sources": specs}
        posts = said(run_job(job, seconds=170), "seen")
        for name in ("feed", "listing"):
            site = sites[name]
            found = {post["url"]: post for post in posts if post["source"] == name}
            assert Counter(p["source"] for p in posts)[name] == len(site.articles)
            for wanted in site.articles:
                post = found[site.base + wanted.path]
                assert post["title"].split() == wanted.title.split()
                when = wanted.when.astimezone(UTC).replace(second=0)
                assert minute(post["published"]) == when
            check_manners(site)
        said_in_forum = {p["id"]: p for p in posts if p["source"] == "forum"}
        wanted_posts = [
            (pid, who, when, text)
            for _, _, thread in sites["forum"].threads
            for pid, who, when, text in thread
        ]
        assert len(said_in_forum) == len(wanted_posts)
        for pid, who, when, text in wanted_posts:
            post = said_in_forum[f"127.0.0.15:post-{pid}"]
            assert plain(post["text"])[:30] == plain(text)[:30]
            assert minute(post["published"]) == when.astimezone(UTC).replace(second=0)
            assert who not in str(post["author"])
        check_manners(sites["forum"])


@pytest.mark.slow
def test_the_faults_break_nothing(tmp_path: Path) -> None:
    with replay_sites(60) as sites:
        site = sites["faults"]
        job = {"home": str(tmp_path), "sources": [source(site, "feed")]}
        started = time.monotonic()
        lines = run_job(job)
        assert time.monotonic() - started < 60
        assert only(lines, "peak")["megabytes"] < 300
        posts = {
            post["url"].rpartition("/")[2][:-5]: post for post in said(lines, "seen")
        }
        collected = {"edited", "deleted", "flaky", "throttled", "latin", "decomposed"}
        collected |= {"truncated", "script", "nodate", "future"}
        assert set(posts) == collected
        for wanted in site.articles:
            name = wanted.path.removeprefix("/loi/").removesuffix(".html")
            if name in collected - {"script"}:
                assert posts[name]["title"].split() == wanted.title.split()
        assert "<img src=x" in posts["script"]["title"]
        assert posts["future"]["published"] is None
        lines = run_job(job)
        assert said(lines, "seen") == []
        assert only(lines, "revised")["url"].endswith("/edited.html")
        assert only(lines, "gone")["post_id"].endswith("/deleted.html")
        assert said(run_job(job), "revised")[0]["changed"] == ["title", "text"]
        check_manners(site)
