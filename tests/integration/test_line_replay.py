"""Real articles and comments through the whole line, by the commands alone."""

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest

from domain.analysis import Analysis
from domain.labels import PostKind
from eventlog.port import LogTopic
from integration.line_support import Line, lines_of, live_models
from support_crawl.replayed import ENTRIES, SHARED, replay_sites

pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.timeout(480),
    pytest.mark.skipif(not SHARED.exists(), reason="../shared is not there"),
]
DELAY = 0.2
KINDS = {"feed": "feed", "listing": "listing", "forum": "forum"}


def line_at(home: Path, models: Path) -> Line:
    return Line(
        home,
        {
            "ALLOWED_NETWORKS": "127.0.0.0/8",
            "CRAWL_CONTACT": "x@example.org",
            "CRAWL_DELAY": "0",
            "MODELS_DIR": str(models),
        },
    )


def minute(when: datetime | None) -> datetime | None:
    return when and when.astimezone(UTC).replace(second=0, microsecond=0)


def letters(text: str) -> str:
    """Return the text without its spaces; posts are kept in NFC."""
    return "".join(normalize("NFC", text).split())


def test_every_article_and_post_once_through_to_the_index(tmp_path: Path) -> None:
    line = line_at(tmp_path / "home", live_models(tmp_path / "models"))
    with replay_sites(160) as sites:
        for name, kind in KINDS.items():
            line.add_source(name, kind, sites[name].base + ENTRIES[name])
        said = line.run("crawl", *KINDS, "--json", seconds=300)
        assert said.returncode == 0, said.stderr[-4000:]
        for name in KINDS:
            stats = sites[name].stats()
            assert stats["robots_breaches"] == []
            assert stats["min_gap_s"] >= DELAY * 0.95
    line.settle()
    made = [row for row in line.read(LogTopic.ANALYSES) if isinstance(row, Analysis)]
    assert len(lines_of(said.stdout)) == len(made)
    for name in ("feed", "listing"):
        check_articles(sites[name], [row for row in made if row.post.source == name])
    check_posts(sites["forum"], [row for row in made if row.post.source == "forum"])
    indexed = Counter(str(row.post.id) for row in made if row.indexed)
    assert Counter(row["id"] for row in line.found()) == indexed
    assert sum(indexed.values()) > 0
    assert lines_of(line.done("rejected", "list", "--json")) == []


def check_articles(site: Any, made: list[Analysis]) -> None:
    found = {row.post.url: row.post for row in made}
    assert len(made) == len(site.articles)
    for wanted in site.articles:
        post = found[site.base + wanted.path]
        assert letters(post.title) == letters(wanted.title)
        assert minute(post.published) == minute(wanted.when)
        assert (post.kind, post.revision) == (PostKind.ARTICLE, 1)


def check_posts(site: Any, made: list[Analysis]) -> None:
    wanted = {
        f"{site.host}:post-{number}": (title, when, text)
        for _, title, thread in site.threads
        for number, _, when, text in thread
    }
    assert Counter(str(row.post.id) for row in made) == Counter(wanted.keys())
    for row in made:
        title, when, text = wanted[row.post.id]
        assert minute(row.post.published) == minute(when)
        assert letters(row.post.text)[:30] == letters(text)[:30]
        assert letters(row.post.title) in {"", letters(title)}
        assert row.post.revision == 1


def test_the_faults_site_ends_the_crawl_in_order(tmp_path: Path) -> None:
    line = line_at(tmp_path / "home", live_models(tmp_path / "models"))
    with replay_sites(60) as sites:
        site = sites["faults"]
        line.add_source("faults", "feed", site.base + ENTRIES["faults"])
        started = time.monotonic()
        said = line.run("crawl", "faults", seconds=90)
        assert time.monotonic() - started < 60
        # 1: done, and some pages need attention.
        assert said.returncode == 1, said.stderr[-4000:]
        assert "Traceback" not in said.stderr
        assert "errors" in said.stderr
        assert site.stats()["robots_breaches"] == []
    line.settle()
    made = [row for row in line.read(LogTopic.ANALYSES) if isinstance(row, Analysis)]
    names = Counter(row.post.url.rpartition("/")[2] for row in made)
    assert set(names.values()) == {1}
    assert {"edited.html", "latin.html", "decomposed.html"} <= set(names)
    assert lines_of(line.done("rejected", "list", "--json")) == []
