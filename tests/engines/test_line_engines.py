"""The whole line by its commands: a crawled site to decisions, on real engines."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from casework.model import Decision
from domain.analysis import Analysis
from domain.ids import PostId
from domain.labels import About, Verdict
from engines.drill_support import Engines, add_analyst, line_on
from eventlog.codec import encode_event
from eventlog.port import LogTopic
from integration.line_support import Line, Rows, lines_of, live_models, local_post
from pipeline.keys import analysis_key
from support_crawl.hamlet import Hamlet, article, hamlet, rss
from wiring import bootstrap

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ARTICLES = 6
CRAWL = {
    "ALLOWED_NETWORKS": "127.0.0.0/8",
    "CRAWL_CONTACT": "x@example.org",
    "CRAWL_DELAY": "0.02",
}


@pytest.fixture(params=["elasticsearch", "opensearch"])
def engines(request: pytest.FixtureRequest) -> Engines:
    return Engines(
        kafka=request.getfixturevalue("kafka_bootstrap"),
        search=request.getfixturevalue(f"{request.param}_url"),
        search_engine=request.param,
        postgres=request.getfixturevalue("postgres_url"),
    )


@pytest.fixture
def line(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, engines: Engines
) -> Iterator[Line]:
    models = live_models(tmp_path_factory.mktemp("models"))
    with line_on(tmp_path / "home", engines, MODELS_DIR=models, **CRAWL) as made:
        yield made


@pytest.fixture
def site() -> Iterator[Hamlet]:
    with hamlet("127.0.0.38") as served:
        served.robots = "User-agent: *\nDisallow:\n"
        paths = [f"/bai-{number}.html" for number in range(ARTICLES)]
        for number, path in enumerate(paths):
            served.add(path, article(number, f"Ở tỉnh Điện Biên, chuyện {number}."))
        feed = {"Content-Type": "application/rss+xml"}
        served.pages["/rss"] = (200, feed, rss(*paths))
        yield served


def test_from_a_site_to_decisions_and_back(line: Line, site: Hamlet) -> None:
    line.add_source("lang", "feed", f"{site.base}/rss")
    line.done("crawl", "lang")
    line.settle()
    crawled = line.found()
    assert {row["url"] for row in crawled} == {
        f"{site.base}/bai-{number}.html" for number in range(ARTICLES)
    }
    post = PostId(crawled[0]["id"])
    decide(line, post)
    line.done("jobs", "--once", "outbox")
    line.done("indexer", "--until-idle")
    assert verdict_shown(line, post) is Verdict.NO_ISSUE

    before, kept = live_version(line), by_id(line.found())
    line.done("reindex")
    assert live_version(line) != before
    assert by_id(line.found()) == kept
    assert verdict_shown(line, post) is Verdict.NO_ISSUE

    put_old_post(line)
    line.done("indexer", "--until-idle")
    assert len(line.found()) == ARTICLES + 1
    assert "deleted 1 posts" in line.done("jobs", "--once", "retention")
    line.done("indexer", "--until-idle")
    assert by_id(line.found()) == kept
    everything_is_well(line)


def decide(line: Line, post: PostId) -> None:
    casework = bootstrap.build_casework(line.settings)
    wanted = Decision(post_id=post, revision=1, verdict=Verdict.NO_ISSUE)
    casework.decide(add_analyst(casework), wanted)
    casework.close()


def verdict_shown(line: Line, post: PostId) -> Verdict | None:
    index = bootstrap.build_index(line.settings)
    try:
        review = index.reader().get([post])[post].review
    finally:
        index.close()
    return review.verdict if review else None


def live_version(line: Line) -> str:
    index = bootstrap.build_index(line.settings)
    try:
        return index.live_version()
    finally:
        index.close()


def put_old_post(line: Line) -> None:
    """Write an analysis of a person's post that nobody needs any more."""
    long_ago = local_post(0).fetched - timedelta(days=300)
    post = dataclasses.replace(local_post(0), fetched=long_ago, published=long_ago)
    made = Analysis(post=post, about=About.PROVINCE, analysed_at=long_ago)
    with line.log() as log, log.writer() as writer:
        writer.append(LogTopic.ANALYSES, analysis_key(post.id, 1), encode_event(made))


def by_id(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: str(row["id"]))


def everything_is_well(line: Line) -> None:
    line.done("jobs", "--once", "health")
    found = {row["check"]: row for row in lines_of(line.done("doctor", "--json"))}
    for check in ("event log", "search index", "audit", "outbox", "sources"):
        assert found[check]["state"] == "ok", found[check]
    assert lines_of(line.done("rejected", "list", "--json")) == []
    assert all(row["behind"] == 0 for row in lines_of(line.done("lag", "--json")))
