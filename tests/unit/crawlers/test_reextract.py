"""Captures read again: what becomes a revision, what is left alone, and kills."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawlers import reextract
from crawlers.deps import CrawlDeps
from crawlers.found import FoundGone, FoundPost
from crawlers.frontier.memory import MemoryFrontier
from crawlers.ingest import Ingest
from crawlers.pseudonym import pseudonym
from crawlers.reextract import Choice, Reextraction
from crawlers.reread import Reread, reread
from crawlers.tally import Tally
from domain.analysis import Analysis
from domain.clock import ManualClock
from domain.errors import RetryLaterError
from domain.events import PostGone, PostRevised, PostSeen
from domain.ids import PostId, SourceId
from domain.labels import About, PostKind
from domain.post import Post
from domain.profile import SourceSpec
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import decode_event, encode_event
from eventlog.port import LogTopic, Position
from evidence.adapters.memory import MemoryEvidence
from evidence.port import Capture
from extraction import sites
from extraction.page import extract_page
from extraction.site import Site
from extraction.urls import site_of
from jobs.retention_rules import ERASED
from pipeline.keys import analysis_key, gone_key
from support_crawl.hamlet import BODY

NOW = datetime(2026, 3, 7, 1, tzinfo=UTC)
BAO = SourceSpec(
    id=SourceId("bao"), name="Báo", kind="feed", url="https://bao.example.vn/rss"
)
HTML = (("Content-Type", "text/html; charset=utf-8"),)


def page(number: int) -> str:
    facts = {
        "@type": "NewsArticle",
        "headline": f"Bài {number}",
        "author": {"@type": "Person", "name": f"Lò Văn {'ABCDEFGHIJKL'[number]}"},
    }
    return (
        f'<script type="application/ld+json">{json.dumps(facts)}</script>'
        f'<div class="detail-content"><p>Mở đầu {number}.</p>{BODY}</div>'
    )


def capture(url: str, body: str, at: datetime = NOW) -> Capture:
    return Capture(
        url=url,
        fetched=at,
        status=200,
        request_headers=(),
        response_headers=HTML,
        body=body.encode(),
    )


class House:
    """Crawler, worker and stores in memory."""

    def __init__(self) -> None:
        self.log, self.frontier = MemoryEventLog(), MemoryFrontier()
        self.evidence, self.clock = MemoryEvidence(), ManualClock(NOW)
        self.deps = CrawlDeps(
            event_log=self.log,
            evidence=self.evidence,
            frontier=self.frontier,
            clock=self.clock,
            pseudonym_key=b"k",
            user_agent="x",
        )
        self.sources = {BAO.id: BAO}
        self.told: list[Reread] = []

    def url(self, number: int) -> str:
        return f"https://bao.example.vn/bai-{number}.html"

    def as_read(self, number: int) -> Post:
        """Return the post as today's extraction reads it."""
        made = reread(
            self.blank(number), capture(self.url(number), page(number)), BAO, ()
        )
        assert made is not None
        return made.post

    def blank(self, number: int) -> Post:
        return Post(
            id=PostId(f"url:{self.url(number)}"),
            revision=1,
            source=BAO.id,
            kind=PostKind.ARTICLE,
            url=self.url(number),
            fetched=NOW,
            title=f"Bài {number}",
            text="chưa đọc",
            outlet="Báo",
            found_by=(("title", "generic"), ("body", "densest")),
        )

    def crawl(self, *posts: Post, body: str = "") -> None:
        ingest = Ingest(self.deps, Tally(source=BAO.id, started=NOW))
        for post in posts:
            number = int(post.url.rpartition("-")[2].partition(".")[0])
            kept = capture(post.url, body or page(number))
            ingest.take(
                FoundPost(post=post, trace="t", requested=post.url, capture=kept)
            )
        ingest.close()

    def lose(self, number: int) -> None:
        ingest = Ingest(self.deps, Tally(source=BAO.id, started=NOW))
        ingest.take(FoundGone(url=self.url(number), at=NOW, trace="g"))
        ingest.close()

    def work(self) -> None:
        """Do what the worker does: read all, write analyses, commit."""
        self._work("worker", LogTopic.POSTS)
        self._work("worker.idle", LogTopic.BACKFILL)

    def _work(self, group: str, topic: LogTopic) -> None:
        with self.log.reader(group, [topic]) as reader:
            while rows := reader.poll(100, 0):
                with self.log.writer() as writer:
                    for row in rows:
                        event = decode_event(row.value)
                        if isinstance(event, PostSeen | PostRevised):
                            post = event.post
                            key = analysis_key(post.id, post.revision)
                            made = Analysis(
                                post=post, about=About.PROVINCE, analysed_at=NOW
                            )
                            writer.append(LogTopic.ANALYSES, key, encode_event(made))
                        elif isinstance(event, PostGone):
                            key = gone_key(event)
                            writer.append(LogTopic.ANALYSES, key, row.value)
                reader.commit(
                    [Position(r.topic, r.partition, r.offset + 1) for r in rows]
                )

    def again(self, *, dry: bool = False, **choice: object):
        deps = replace(self.deps, topic=LogTopic.BACKFILL)
        run = Reextraction(
            deps, self.sources, lambda _, made: self.told.append(made), dry=dry
        )
        return run.run(Choice(**choice), lambda _: None)

    def revisions(self) -> list[PostRevised]:
        events = [
            decode_event(row.value)
            for topic in (LogTopic.POSTS, LogTopic.BACKFILL)
            for part, end in self.log.ends(topic).items()
            for row in self.log.read(topic, part, 0, end)
        ]
        return [event for event in events if isinstance(event, PostRevised)]


@pytest.fixture
def house() -> House:
    return House()


def test_a_corrected_post_is_a_revision_with_the_same_evidence(house: House) -> None:
    good = house.as_read(1)
    house.crawl(replace(good, text="nửa bài", byline="Quảng cáo"), house.as_read(2))
    house.work()
    before = house.frontier.seen(good.id)
    done = house.again()
    assert (done.read, done.changed) == (2, 1)
    assert done.fields == {"text": 1, "byline": 1}
    (event,) = house.revisions()
    assert event.changed == ("text", "byline")
    assert event.post.text == good.text
    assert event.post.revision == 2
    assert event.post.fetched == NOW
    assert event.post.evidence in set(house.evidence.digests())
    assert len(list(house.evidence.digests())) == 2
    after = house.frontier.seen(good.id)
    assert after.revision == 2
    assert after.checked >= before.checked
    # The crawler that fetches the page once more finds no edit.
    house.crawl(good)
    assert len(house.revisions()) == 1


def test_a_byline_alone_is_a_revision_too(house: House) -> None:
    house.crawl(replace(house.as_read(1), byline="Quảng cáo", published=NOW))
    house.work()
    house.again()
    (event,) = house.revisions()
    assert event.changed == ("byline",)
    assert event.post.published == NOW, "the page has none: a feed gave it"


def test_again_and_again_writes_nothing(house: House) -> None:
    house.crawl(*(replace(house.as_read(n), text="nửa bài") for n in range(1, 6)))
    house.work()
    assert house.again().changed == 5
    waiting = house.again()
    assert (waiting.changed, waiting.skipped) == (0, {"on_its_way": 5})
    house.work()
    last = house.again()
    assert (last.read, last.changed) == (5, 0)
    assert len(house.revisions()) == 5


def test_a_dry_run_counts_and_writes_nothing(house: House) -> None:
    house.crawl(replace(house.as_read(1), text="nửa bài"))
    house.work()
    ends = house.log.ends(LogTopic.BACKFILL)
    done = house.again(dry=True)
    assert (done.changed, done.fields) == (1, {"text": 1})
    assert [made.changed for made in house.told] == [("text",)]
    assert house.log.ends(LogTopic.BACKFILL) == ends
    assert house.frontier.seen(house.as_read(1).id).revision == 1


class Killed(Exception):  # noqa: N818 - stands for SIGKILL
    pass


@pytest.mark.parametrize("at", ["append", "flush", "acknowledge"])
@pytest.mark.parametrize("after", [0, 3, 7])
def test_a_kill_anywhere_is_made_good_by_the_next_run(
    house: House, monkeypatch: pytest.MonkeyPatch, at: str, after: int
) -> None:
    monkeypatch.setattr(reextract, "BATCH", 4)
    bad = [replace(house.as_read(n), text="nửa bài") for n in range(1, 11)]
    house.crawl(*bad)
    house.work()
    writer = type(house.log.writer())
    owner = MemoryFrontier if at == "acknowledge" else writer
    real, calls = getattr(owner, at), iter(range(100))

    def dies(*arguments, **named):
        if next(calls) == after:
            raise Killed
        return real(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(owner, at, dies)
        if at != "flush" or after < 3:
            with pytest.raises(Killed):
                house.again()
        else:
            house.again()
    house.again()
    house.work()
    house.again()
    house.work()
    assert house.again().changed == 0
    newest = {}
    for event in house.revisions():
        newest[event.post.id] = max(
            newest.get(event.post.id, event), event, key=lambda e: e.post.revision
        )
    assert len(newest) == 10
    for number in range(1, 11):
        good = house.as_read(number)
        assert newest[good.id].post.text == good.text
        assert newest[good.id].post.revision == 2
        assert house.frontier.seen(good.id).revision == 2


def test_what_is_gone_erased_newer_or_unknown_is_left_alone(house: House) -> None:
    bad = {n: replace(house.as_read(n), text="nửa bài") for n in range(1, 6)}
    house.crawl(*bad.values())
    house.work()
    house.lose(1)
    house.work()
    house.evidence.delete(
        [d for d in house.evidence.digests() if "bai-2" in _url(house, d)]
    )
    marker = Analysis(
        post=replace(bad[3], text=""),
        about=About.NONE,
        analysed_at=NOW,
        sequence=2,
        pipeline=ERASED,
    )
    with house.log.writer() as writer:
        key = analysis_key(bad[3].id, 1)
        writer.append(LogTopic.ANALYSES, key, encode_event(marker))
        writer.append(LogTopic.ANALYSES, analysis_key(bad[4].id, 1), None)
    seen = house.frontier.seen(bad[5].id)
    house.frontier.acknowledge(replace(seen, revision=4), ())
    done = house.again()
    assert done.changed == 0
    assert done.skipped == {"gone": 1, "capture_erased": 1, "newer": 1}
    assert house.revisions() == []
    assert len(list(house.evidence.digests())) == 4


def _url(house: House, digest: str) -> str:
    return house.evidence.get(digest).url


def test_a_site_that_a_crawler_visits_is_left_to_it(house: House) -> None:
    house.crawl(replace(house.as_read(1), text="nửa bài"))
    house.work()
    assert house.frontier.claim(site_of(BAO.url), "crawler", 60)
    done = house.again()
    assert (done.changed, done.skipped) == (0, {"site_at_work": 1})
    house.frontier.release(site_of(BAO.url), "crawler")
    assert house.again().changed == 1
    assert house.frontier.claim(site_of(BAO.url), "crawler", 60), "given back"


def test_choices(house: House) -> None:
    house.crawl(*(replace(house.as_read(n), text="nửa bài") for n in (1, 2)))
    house.work()
    later = NOW + timedelta(days=1)
    assert house.again(dry=True, since=later).read == 0
    assert house.again(dry=True, since=NOW).read == 2
    assert house.again(dry=True, source="khac").read == 0
    assert house.again(dry=True, source="bao").read == 2
    assert house.again(dry=True, hosts=("khac.vn",)).read == 0
    assert house.again(dry=True, hosts=("example.vn",)).read == 2


def test_a_split_article_keeps_the_text_of_all_its_pages(house: House) -> None:
    whole = replace(house.as_read(1), text="trang một\ntrang hai", byline="Sai")
    url = "https://bao.example.vn/tin-p1.html"
    body = page(1) + '<a rel="next" href="/tin-p2.html">Trang 2</a>'
    assert extract_page(body.encode(), url).next_page
    made = reread(replace(whole, url=url), capture(url, body), BAO, ())
    assert made is not None
    assert made.changed == ("byline",)
    assert made.post.text == whole.text


def test_what_cannot_be_read_any_more_is_not_emptied(house: House) -> None:
    house.crawl(house.as_read(1), body="<p></p>")
    house.work()
    done = house.again()
    assert done.skipped == {"nothing_found": 1}
    assert house.revisions() == []


THREAD = '<h1 class="p-title-value">Chủ đề</h1>' + "".join(
    f'<article class="message message--post" data-content="post-{n}" '
    f'data-author="Nick{n}"><time datetime="2026-03-07T0{n}:00:00+07:00"></time>'
    f'<div class="bbWrapper">Lời {n} đầy đủ</div></article>'
    for n in (1, 2)
)


def test_a_forum_capture_is_read_by_the_forum_parser(house: House) -> None:
    url = "https://dien-dan.example.vn/threads/chu-de.7/"
    forum = replace(BAO, id=SourceId("dd"), kind="forum", url=url)
    handle = pseudonym(b"k", "dien-dan.example.vn", "Nick2")
    post = Post(
        id=PostId("dien-dan.example.vn:post-2"),
        revision=1,
        source=forum.id,
        kind=PostKind.COMMENT,
        url=f"{url}#post-2",
        fetched=NOW,
        text="Lời 2",
        author=handle,
        parent_id=PostId("dien-dan.example.vn:post-1"),
        found_by=(("text", "forum"), ("published", "forum")),
    )
    for spec in (forum, None):
        made = reread(post, capture(url, THREAD), spec, ())
        assert made is not None
        assert made.changed == ("text", "published")
        assert made.post.text == "Lời 2 đầy đủ"
        assert made.post.title == ""
        assert made.post.author == handle
        assert made.post.parent_id == post.parent_id
    other = replace(post, id=PostId("dien-dan.example.vn:post-9"))
    assert reread(other, capture(url, THREAD), forum, ()) is None


def test_a_watched_page_and_an_interface_have_their_own_parsers(house: House) -> None:
    url = "https://xa.example.vn/thong-bao"
    watch = SourceSpec(
        id=SourceId("xa"),
        name="Xã",
        kind="page",
        url=url,
        page={"part": "#noi-dung"},
    )
    post = replace(house.blank(1), source=watch.id, url=url, id=PostId(f"url:{url}"))
    body = f'<h1>Thông báo</h1><nav>Mục</nav><div id="noi-dung">{BODY}</div>'
    made = reread(post, capture(url, body), watch, ())
    assert made is not None
    assert "Mục" not in made.post.text
    assert made.post.text.startswith("Đoạn 0")
    fields = {"title": "ten", "text": "noi_dung", "published": "ngay"}
    api = SourceSpec(
        id=SourceId("api"),
        name="Sở",
        kind="json_api",
        url="https://so.example.vn/api/tin",
        api={"items": "tin", "link": "duong_dan", **fields},
    )
    address = "https://so.example.vn/tin/2"
    entries = [
        {"ten": f"Tin {n}", "noi_dung": f"<p>Lời {n}</p>", "ngay": "2026-03-06T08:00Z",
         "duong_dan": f"https://so.example.vn/tin/{n}"}
        for n in (1, 2)
    ]  # fmt: skip
    said = replace(
        capture(api.url, json.dumps({"tin": entries})),
        response_headers=(("Content-Type", "application/json"),),
    )
    item = replace(post, source=api.id, url=address, title="Tin 2")
    read = reread(item, said, api, ())
    assert read is not None
    assert (read.post.title, read.post.text) == ("Tin 2", "Lời 2")
    assert reread(replace(item, url=f"{address}9"), said, api, ()) is None


def test_the_layout_of_the_day_reads_an_old_capture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = Site(hosts=("a.vn",), outlet="A", title="//h2", until="2026-03-07")
    oldest = replace(old, title="//h3", until="2025-01-01")
    new = replace(old, title="//h1", until="")
    monkeypatch.setattr(sites, "ALL", (new, oldest, old))
    zone = timedelta(hours=7)
    for when, expected in [
        (datetime(2024, 12, 31, 23, tzinfo=UTC) - zone, oldest),
        (datetime(2025, 1, 1, 0, tzinfo=UTC) - zone, old),
        (datetime(2026, 3, 6, 23, tzinfo=UTC) - zone, old),
        (datetime(2026, 3, 7, 0, tzinfo=UTC) - zone, new),
        (None, new),
    ]:
        assert sites.site_for("https://www.a.vn/x", when) is expected


def test_a_store_that_is_away_stops_it_and_gives_the_sites_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.crawl(replace(house.as_read(1), text="nửa bài"))
    house.work()

    def away(_digest: str) -> Capture:
        raise RetryLaterError("away")

    with monkeypatch.context() as patch:
        patch.setattr(house.evidence, "get", away)
        with pytest.raises(RetryLaterError):
            house.again()
    assert house.frontier.claim(site_of(BAO.url), "crawler", 60)
