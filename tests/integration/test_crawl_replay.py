"""The replay sites: real articles and comments, and everything that goes wrong."""

import re
import time
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from support_crawl.jobs import Said, only, run_job, said
from support_crawl.replayed import API, ENTRIES, SHARED, api_path, replay_sites

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.exists(), reason="../shared is not there"),
]
DELAY = 0.2
USUAL_BODY = 0.95
"""Median F1 of the bodies' words below which a site's layout is not understood. Some
articles are a table or captions, of which extraction and truth disagree."""
KINDS = {
    "feed": "feed",
    "sitemap": "sitemap",
    "listing": "listing",
    "api": "json_api",
    "forum": "forum",
}


def source(site: Any, kind: str) -> dict[str, Any]:
    url = site.base + ENTRIES[site.name]
    made = {"id": site.name, "name": site.name, "kind": kind, "url": url}
    return made | {"api": API} if kind == "json_api" else made


def minute(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(second=0)


def plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def check_manners(site: Any) -> None:
    stats = site.stats()
    assert stats["robots_breaches"] == []
    assert stats["min_gap_s"] >= DELAY


@pytest.mark.slow
def test_every_article_and_post_once_with_title_minute_and_body(tmp_path: Path) -> None:
    with replay_sites(160) as sites:
        check_round(sites, run_job(whole(sites, tmp_path), seconds=170))
        for name in KINDS:
            check_manners(sites[name])


@pytest.mark.slow
def test_with_another_seed_and_a_second_round_that_finds_nothing(
    tmp_path: Path,
) -> None:
    with replay_sites(70, seed=7) as sites:
        sites["forum"].threads = sites["forum"].threads[:8]
        job = whole(sites, tmp_path)
        check_round(sites, run_job(job, seconds=170))
        before = {name: sites[name].stats()["requests"] for name in KINDS}
        lines = run_job(job, seconds=170)
        for kind in ("seen", "revised", "gone"):
            assert said(lines, kind) == []
        for name in ("feed", "sitemap", "listing"):
            stats = sites[name].stats()
            asked = stats["requests"] - before[name]
            assert stats["not_modified"] > asked * 0.7, name
        for name in KINDS:
            check_manners(sites[name])


def whole(sites: dict[str, Any], home: Path) -> dict[str, Any]:
    specs = [source(sites[name], kind) for name, kind in KINDS.items()]
    return {"home": str(home), "sources": specs}


def check_round(sites: dict[str, Any], lines: Said) -> None:
    posts = said(lines, "seen")
    for name in ("feed", "sitemap", "listing", "api"):
        check_articles(sites[name], [p for p in posts if p["source"] == name])
    check_forum(sites["forum"], [p for p in posts if p["source"] == "forum"])
    errors = {run["source"]: run["errors"] for run in said(lines, "run")}
    assert errors == {name: {} for name in KINDS}


def check_articles(site: Any, posts: list[dict[str, Any]]) -> None:
    found = {post["url"]: post for post in posts}
    assert len(posts) == len(found) == len(site.articles)
    shares = []
    for wanted in site.articles:
        path = api_path(wanted) if site.name == "api" else wanted.path
        post = found[site.base + path]
        assert post["title"].split() == wanted.title.split()
        when = wanted.when.astimezone(UTC).replace(second=0)
        assert minute(post["published"]) == when
        shares.append(body_f1(post, wanted))
    assert median(shares) > USUAL_BODY, (site.name, sorted(shares))


def body_f1(post: dict[str, Any], wanted: Any) -> float:
    """Return the F1 of the body's words, each as often as it occurs."""
    got, truth = Counter(words(post["text"])), Counter(words(wanted.text))
    common = (got & truth).total()
    return 2 * common / max(1, got.total() + truth.total())


def words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFC", text.lower()))


def check_forum(site: Any, posts: list[dict[str, Any]]) -> None:
    found = {post["id"]: post for post in posts}
    wanted_posts = [row for _, _, thread in site.threads for row in thread]
    assert len(posts) == len(found) == len(wanted_posts)
    for pid, who, when, text in wanted_posts:
        post = found[f"127.0.0.15:post-{pid}"]
        assert plain(post["text"])[:30] == plain(text)[:30]
        assert minute(post["published"]) == when.astimezone(UTC).replace(second=0)
        assert who not in str(post["author"])


FAULT_CODES = {
    "timeout": 1,  # slow
    "too_large": 2,  # endless, bomb
    "redirects": 1,  # loop
    "address_refused": 2,  # private, file
    "empty": 1,
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 7])
def test_the_faults_break_nothing(tmp_path: Path, seed: int) -> None:
    with replay_sites(60, seed=seed) as sites:
        site = sites["faults"]
        job = {"home": str(tmp_path), "sources": [source(site, "feed")]}
        started = time.monotonic()
        lines = run_job(job)
        assert time.monotonic() - started < 60
        assert only(lines, "peak")["megabytes"] < 300
        assert only(lines, "run")["errors"] == FAULT_CODES
        assert only(lines, "run")["message"] == "not_text: 1"
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
