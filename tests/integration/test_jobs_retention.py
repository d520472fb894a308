"""Retention end to end: log, casework, evidence and index, on memory adapters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.case_model import CaseKind, NewCase, NewFile
from casework.model import Decision, Evidence
from casework.opinions import SecondReviewPolicy
from casework.service import Casework
from crawlers.erasing import CrawlMemory
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.port import Seen
from crawlers.frontier.queue import Lane, WaitingPage
from domain.analysis import Analysis, Judgement, LabelScore
from domain.clock import ManualClock
from domain.errors import RetryLaterError
from domain.events import PostGone, Rejected
from domain.ids import AgencyId, PostId, SourceId
from domain.labels import About, GoneReason, Harm, PostKind, Queue, Role, Verdict
from domain.post import Post
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import encode_event
from eventlog.limits import LogLimits
from eventlog.port import LogTopic
from evidence.adapters.memory import MemoryEvidence
from evidence.port import Capture
from jobs.certificate import digest_of
from jobs.certificate_text import certificate_text
from jobs.erasure import Eraser
from jobs.outbox import OutboxJob
from jobs.retention import FORGET, TRIMMED, RetentionJob
from jobs.retention_plan import Keeping
from nlp.fingerprint import bands
from pipeline.indexer import put
from pipeline.keys import analysis_key, gone_key
from pipeline.quarantine import put_aside
from pipeline.replay import read_all
from searchindex.adapters.memory import MemorySearchIndex
from searchindex.port import Search

START = datetime(2026, 11, 23, tzinfo=UTC)
ZONE = "Asia/Ho_Chi_Minh"
DAYS = {
    "unflagged_personal": 30,
    "reviewed_harmless": 90,
    "gate_dropped": 7,
    "gate_sample": 30,
    "press": 730,
    "press_flagged": 1825,
    "flagged_unreviewed": 180,
    "case_closed": 3650,
    "evidence_raw_page": 90,
    "log_payload": 7,
    "rejected": 30,
    "backups": 30,
}


class Office:
    """A whole installation without models."""

    def __init__(self):
        self.clock = ManualClock(START)
        limits = LogLimits(partitions=4, tombstone_seconds=3600)
        self.log = MemoryEventLog(limits, self.clock)
        self.evidence = MemoryEvidence(clock=self.clock)
        self.index = MemorySearchIndex(bands_of=bands)
        self.casework = Casework(
            SqlCaseworkStore("sqlite://"), self.clock, encode_event
        )
        self.analyst = self.casework.create_account(
            "cli",
            name="an",
            display="An",
            role=Role.ANALYST,
            password="suối nậm rốm trong",
        )
        self.frontier = MemoryFrontier(self.clock)
        crawled = CrawlMemory(self.frontier)
        self.eraser = Eraser(
            self.log, self.casework, self.evidence, self.clock, crawled, DAYS
        )
        self.job = RetentionJob(self.eraser, DAYS, ZONE)

    def capture(self, url):
        return self.evidence.put(
            Capture(
                url=url,
                fetched=self.clock.now(),
                status=200,
                request_headers=(),
                response_headers=(),
                body=url.encode(),
            )
        )

    def add(self, name, *, revision=1, about=About.PROVINCE, evidence=True, **more):
        """Write a post's analysis, with a capture of its own."""
        digest = self.capture(f"https://x.example/{name}/{revision}")
        kind = more.pop("kind", PostKind.POST)
        post = Post(
            id=PostId(name),
            revision=revision,
            source=SourceId("s"),
            kind=kind,
            url=f"https://x.example/{name}",
            fetched=self.clock.now(),
            text=f"secret text of {name}",
            evidence=evidence if isinstance(evidence, str) else digest,
        )
        item = Analysis(post=post, about=about, analysed_at=self.clock.now(), **more)
        self.write(analysis_key(post.id, revision), item)
        return digest

    def write(self, key, event, topic=LogTopic.ANALYSES):
        with self.log.writer() as writer:
            writer.append(topic, key, encode_event(event))

    def decide(self, name, verdict, revision=1, **more):
        decision = Decision(
            post_id=PostId(name), revision=revision, verdict=verdict, **more
        )
        self.casework.decide(self.analyst, decision)

    def hold(self, name, value=True):
        self.casework.put_setting("cli", f"retention.hold.{name}", value)

    def retain(self, job=None):
        """Run the job, then what follows it: outbox and indexer."""
        message = (job or self.job).run(self.clock.now())
        self.follow()
        return message

    def follow(self):
        OutboxJob(self.casework, self.log, self.clock, encode_event).run(
            self.clock.now()
        )
        with self.index.writer() as writer:
            for topic in (LogTopic.ANALYSES, LogTopic.REVIEWS):
                for record in read_all(self.log, topic):
                    put(writer, record)

    def posts(self):
        """Return the posts that the archive still holds."""
        last = {r.key: r.value for r in read_all(self.log, LogTopic.ANALYSES)}
        return {key.partition("#")[0] for key, value in last.items() if value}

    def certificates(self):
        rows = self.casework.audit(limit=1000)
        return [row.detail for row in rows if row.act == "retention.certificate"]


@pytest.fixture
def office():
    made = Office()
    yield made
    made.casework.close()


def flagged(name):
    return Judgement(
        labels=(LabelScore(name=name, probability=0.9, threshold=0.5, flagged=True),)
    )


def fill(office):
    office.add("plain")
    office.add("dropped", about=About.NONE)
    office.add("sample", about=About.OTHER, sampled=True)
    office.add("flagged", queues=(Queue.HARMFUL,))
    office.add("harmless", queues=(Queue.HARMFUL,))
    office.add("case", queues=(Queue.ANSWERS,))
    office.add("article", kind=PostKind.ARTICLE)
    office.add("owed", kind=PostKind.ARTICLE, judgement=flagged("answer_owed"))
    office.decide("harmless", Verdict.LEGITIMATE_CRITICISM)
    office.decide("case", Verdict.ANSWER_NEEDED, agency=AgencyId("a"))
    office.follow()


@pytest.mark.parametrize(
    ("days", "left"),
    [
        (6, "plain dropped sample flagged harmless case article owed"),
        (7, "plain sample flagged harmless case article owed"),
        (29, "plain sample flagged harmless case article owed"),
        (30, "flagged harmless case article owed"),
        (90, "flagged case article owed"),
        (180, "case article owed"),
        (730, "case owed"),
        (1825, "case"),
        (3650, ""),
    ],
)
def test_each_rule_ends_on_its_day(office, days, left):
    fill(office)
    office.clock.advance(days=days)
    office.retain()
    assert office.posts() == set(left.split())
    indexed = office.index.reader().get([PostId(p) for p in ("plain", "case")])
    assert set(indexed) == office.posts() & {"plain", "case"}


def test_nothing_of_a_deleted_post_is_left_anywhere(office):
    digest = office.add("gone", queues=(Queue.CLAIMS,))
    office.clock.advance(days=1)
    second = office.add("gone", revision=2, queues=(Queue.CLAIMS,))
    goes = PostGone(
        post_id=PostId("gone"),
        revision=2,
        reason=GoneReason.DELETED,
        at=office.clock.now(),
    )
    back = replace(goes, reason=GoneReason.RESTORED)
    for event in (goes, back):
        office.write(gone_key(event), event)
    office.decide("gone", Verdict.NO_ISSUE, revision=2, reason="bí mật")
    office.follow()
    office.clock.advance(days=90)
    office.retain()
    office.clock.advance(days=1)
    office.log.compact(LogTopic.ANALYSES)
    office.log.compact(LogTopic.REVIEWS)
    assert list(read_all(office.log, LogTopic.ANALYSES)) == []
    assert list(read_all(office.log, LogTopic.REVIEWS)) == []
    assert set(office.evidence.digests()).isdisjoint({digest, second})
    assert office.casework.latest([PostId("gone")]) == {}
    assert office.casework.history(PostId("gone")) == []
    assert office.index.reader().count() == 0
    assert office.casework.verify_audit().sound


def test_the_certificate_can_be_checked(office):
    fill(office)
    office.clock.advance(days=30)
    message = office.retain()
    (paper,) = office.certificates()
    assert message.startswith("deleted 3 posts and 3 captures")
    names = ("plain", "dropped", "sample")
    assert paper["posts"] == sorted(sha256(n.encode()).hexdigest() for n in names)
    rules = {"gate_dropped": 1, "gate_sample": 1, "unflagged_personal": 1}
    assert paper["rules"] == rules
    assert paper["policy"] == {rule: DAYS[rule] for rule in rules}
    assert (paper["records"], paper["captures"]) == (3, 3)
    assert paper["digest"] == digest_of(paper)
    assert "plain" not in str(paper["posts"])


def test_a_dry_run_says_the_same_and_deletes_nothing(office, monkeypatch):
    monkeypatch.setattr("jobs.retention.ROUND", 1)
    fill(office)
    office.add("plain", revision=2)
    office.hold("sample")
    office.clock.advance(days=30)
    before = office.posts()
    plan = office.job.plan(office.clock.now())
    assert plan.rules == {"gate_dropped": 1, "unflagged_personal": 1}
    assert plan.kept == {Keeping.HOLD: 1}
    assert (plan.posts, plan.captures) == (2, 3)
    assert office.posts() == before
    assert office.certificates() == []
    assert office.retain().startswith("deleted 2 posts and 3 captures")


def test_a_dry_run_says_why_things_stay(office):
    cited = office.add("plain")
    shared = office.add("noted")
    office.add("article", kind=PostKind.ARTICLE, evidence=shared)
    office.add("held")
    office.add("in-case")
    office.add("false", queues=(Queue.CLAIMS,))
    proof = Evidence(title="Bài gốc", digest=cited)
    office.decide("false", Verdict.FALSE, evidence=(proof,))
    new = NewCase(kind=CaseKind.RUMOUR, title="Tin", posts=((PostId("in-case"), 1),))
    office.casework.open_case(office.analyst, new)
    office.hold("held")
    with office.log.writer() as writer:
        writer.append(LogTopic.POSTS, "k", b"payload")
    office.clock.advance(days=100)
    plan = office.job.plan(office.clock.now())
    assert plan.rules == {"unflagged_personal": 2}
    assert plan.kept == {Keeping.HOLD: 1, Keeping.CASE: 1}
    stays = (plan.captures, plan.captures_cited, plan.captures_shared)
    assert stays == (0, 1, 1)
    assert plan.trimmed[LogTopic.POSTS] == 1
    said = {
        (line.act, line.kind, line.reason or line.rule): line.count
        for line in plan.lines(DAYS, TRIMMED)
    }
    assert said["keep", "posts", "hold"] == said["keep", "posts", "case"] == 1
    assert said["delete", "posts", "press"] == 0
    swept = plan.swept
    before = len(list(office.evidence.digests()))
    assert "1 on hold, 1 in cases" in office.retain()
    assert before - len(list(office.evidence.digests())) == swept + plan.captures
    assert len(list(read_all(office.log, LogTopic.POSTS))) == 0


def test_the_certificate_says_how_long_copies_hold_it(office):
    office.add("plain")
    office.clock.advance(days=30)
    office.retain()
    (paper,) = office.certificates()
    done = office.clock.now()
    assert paper["remains"] == {
        "log": (done + timedelta(days=7)).isoformat(),
        "rejected": (done + timedelta(days=30)).isoformat(),
        "copies": (done + timedelta(days=30)).isoformat(),
    }
    text = certificate_text(paper, "", UTC)
    assert "bài cá nhân không gắn cờ: 1, thời hạn 30 ngày" in text
    assert f"bản sao lưu: {done + timedelta(days=30):%H:%M:%S ngày %d/%m/%Y}" in text
    assert "[cần bổ sung: tên cơ quan]" in text
    assert "KHÔNG khớp" not in text
    assert "KHÔNG khớp" in certificate_text({**paper, "captures": 7}, "Sở", UTC)
    former = {key: value for key, value in paper.items() if key != "remains"}
    former["digest"] = digest_of(former)
    assert "chứng nhận này không ghi" in certificate_text(former, "Sở", UTC)


def test_without_days_no_end_of_copies_is_promised(office):
    office.add("plain")
    eraser = replace(office.eraser, days={"log_payload": 7})
    (paper,) = eraser.on_request([PostId("plain")], reason="7/2026")
    assert paper.detail()["remains"]["copies"] is None
    text = certificate_text(paper.detail(), "Sở", UTC)
    assert "bản sao lưu: chưa đặt thời hạn" in text
    assert "theo yêu cầu (7/2026)" in text


def test_a_legal_hold_keeps_the_post_until_it_is_lifted(office):
    digest = office.add("plain")
    office.hold("plain")
    office.clock.advance(days=400)
    assert "1 on hold" in office.retain()
    assert office.posts() == {"plain"}
    assert digest in set(office.evidence.digests())
    office.hold("plain", value=False)
    office.retain()
    assert office.posts() == set()


def test_a_hold_set_at_the_last_moment_counts(office):
    office.add("plain")
    digest = office.add("shared")
    office.add("held", evidence=digest)
    office.clock.advance(days=31)
    found = {
        post: held
        for expired in office.job._rounds(office.clock.now())
        for post, held in expired.posts.items()
    }
    office.hold("held")
    rules = dict.fromkeys(found, "r")
    office.eraser.erase(found, reason="retention", rules=rules, policy={})
    assert office.posts() == {"held"}
    assert digest in set(office.evidence.digests())


def test_a_newer_revision_keeps_the_whole_post(office):
    office.add("plain")
    office.clock.advance(days=20)
    office.add("plain", revision=2)
    office.clock.advance(days=15)
    office.retain()
    keys = {r.key for r in read_all(office.log, LogTopic.ANALYSES)}
    assert keys == {"plain#1", "plain#2"}


def test_a_newer_revision_reopens_what_was_harmless(office):
    office.add("p", queues=(Queue.CLAIMS,))
    office.decide("p", Verdict.NO_ISSUE)
    office.clock.advance(days=50)
    office.add("p", revision=2, queues=(Queue.CLAIMS,))
    office.clock.advance(days=100)
    office.retain()
    assert office.posts() == {"p"}
    office.clock.advance(days=80)
    office.retain()
    assert office.posts() == set()


def test_what_waits_for_a_second_person_keeps_for_either_verdict(office):
    office.casework = Casework(
        office.casework._store,
        office.clock,
        encode_event,
        second=SecondReviewPolicy(share=1.0),
    )
    office.add("p")
    office.clock.advance(days=20)
    office.decide("p", Verdict.NO_ISSUE)
    (kept,) = office.casework.reviewed([PostId("p")]).values()
    assert (kept.verdict, kept.provisional) == (Verdict.NO_ISSUE, True)
    office.clock.advance(days=80)
    office.retain()
    assert office.posts() == {"p"}
    office.clock.advance(days=10)
    office.retain()
    assert office.posts() == set()


def test_an_undone_decision_is_none(office):
    office.add("p")
    office.decide("p", Verdict.HARMFUL, harm=Harm.SCAM)
    office.casework.undo(office.analyst)
    office.clock.advance(days=30)
    office.retain()
    assert office.posts() == set()


def test_a_capture_that_a_kept_post_shares_stays(office):
    digest = office.add("plain")
    office.add("article", kind=PostKind.ARTICLE, evidence=digest)
    office.clock.advance(days=30)
    office.retain()
    assert office.posts() == {"article"}
    assert digest in set(office.evidence.digests())
    assert office.certificates()[0]["captures_kept"] == 1


def test_a_capture_that_a_decision_cites_stays(office):
    digest = office.add("plain")
    office.add("case", queues=(Queue.CLAIMS,))
    cited = Evidence(title="Bài gốc", digest=digest)
    office.decide("case", Verdict.FALSE, evidence=(cited,))
    office.clock.advance(days=200)
    office.retain()
    assert office.posts() == {"case"}
    assert digest in set(office.evidence.digests())


def test_raw_pages_end_outside_of_cases(office):
    page = office.capture("https://x.example/list")
    article = office.add("article", kind=PostKind.ARTICLE)
    case = office.add("case", kind=PostKind.ARTICLE)
    held = office.add("held", kind=PostKind.ARTICLE)
    office.decide("case", Verdict.ANSWER_NEEDED, agency=AgencyId("a"))
    office.hold("held")
    office.clock.advance(days=80)
    fresh = office.add("fresh", kind=PostKind.ARTICLE)
    office.clock.advance(days=11)
    assert "2 old captures" in office.retain()
    left = set(office.evidence.digests())
    assert left == {case, held, fresh}
    assert left.isdisjoint({page, article})
    assert office.posts() == {"article", "case", "held", "fresh"}


@pytest.mark.parametrize("where", ["forget_posts", "delete", "append"])
def test_a_kill_anywhere_is_made_good_by_the_next_run(office, monkeypatch, where):
    digest = office.add("p", queues=(Queue.CLAIMS,))
    office.decide("p", Verdict.NO_ISSUE)
    office.clock.advance(days=91)
    target = {
        "forget_posts": type(office.casework),
        "delete": type(office.evidence),
        "append": type(office.log.writer()),
    }[where]

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(target, where, die)
        with pytest.raises(KeyboardInterrupt):
            office.job.run(office.clock.now())
    assert office.posts() == {"p"}
    office.retain()
    assert office.posts() == set()
    assert digest not in set(office.evidence.digests())
    assert office.casework.latest([PostId("p")]) == {}
    assert len(office.certificates()) == 1


def test_many_posts_go_in_rounds_each_once(office, monkeypatch):
    monkeypatch.setattr("jobs.retention.ROUND", 7)
    monkeypatch.setattr("jobs.archive.READ", 5)
    monkeypatch.setattr("jobs.erasure.PER_CERTIFICATE", 4)
    for n in range(60):
        office.add(f"p{n}")
        office.add(f"p{n}", revision=2)
        office.add(f"a{n}", kind=PostKind.ARTICLE)
    office.clock.advance(days=31)
    office.retain()
    assert office.posts() == {f"a{n}" for n in range(60)}
    named = [post for paper in office.certificates() for post in paper["posts"]]
    assert len(named) == len(set(named)) == 60
    assert max(len(paper["posts"]) for paper in office.certificates()) <= 4


def test_payloads_of_the_log_are_trimmed(office):
    with office.log.writer() as writer:
        for topic in (LogTopic.POSTS, LogTopic.BACKFILL, LogTopic.REJECTED):
            writer.append(topic, "k", b"payload")
    office.clock.advance(days=8)
    office.retain()
    assert list(read_all(office.log, LogTopic.POSTS)) == []
    assert list(read_all(office.log, LogTopic.BACKFILL)) == []
    assert len(list(read_all(office.log, LogTopic.REJECTED))) == 1


def test_a_request_deletes_at_once_except_what_is_held(office):
    office.add("mine", kind=PostKind.ARTICLE)
    office.add("held")
    office.hold("held")
    office.decide("mine", Verdict.NO_ISSUE)
    wanted = [PostId(name) for name in ("mine", "held", "never-seen")]
    (paper,) = office.eraser.on_request(wanted, reason="request")
    assert office.posts() == {"held"}
    assert paper.decisions == 1
    assert len(paper.posts) == 2


def watched(office, name):
    """Let the crawlers know a post, whose page waits for its recheck."""
    url = f"https://x.example/{name}"
    seen = Seen(
        post_id=PostId(name), revision=1, content_hash="", url=url, checked=START
    )
    office.frontier.acknowledge(seen, ())
    page = WaitingPage(
        url=url,
        site="x.example",
        source=SourceId("s"),
        lane=Lane.NOW,
        due=START,
        hint=f"title of {name}",
    )
    office.frontier.enqueue([page])
    return page


def test_a_request_makes_the_crawlers_forget_for_good(office):
    pages = {name: watched(office, name) for name in ("mine", "held", "other")}
    for name in pages:
        office.add(name)
    office.hold("held")
    office.write(
        "mine",
        Rejected(
            topic="posts",
            partition=0,
            offset=0,
            key="mine",
            value=b"secret",
            stage="worker",
            reason="odd",
            detail="",
            at=START,
        ),
        LogTopic.REJECTED,
    )
    office.eraser.on_request([PostId("mine"), PostId("held")], reason="request")
    assert office.frontier.erased(pages) == {"mine"}
    assert list(put_aside(office.log)) == []
    for name, page in pages.items():
        assert office.frontier.enqueue([page]) == 0
        waits = office.frontier.waiting_page(page.url)
        assert waits == (None if name == "mine" else page)


def test_what_time_ends_is_not_looked_at_but_may_come_again(office):
    page = watched(office, "old")
    office.add("old")
    office.clock.advance(days=400)
    office.retain()
    assert office.posts() == set()
    assert office.frontier.waiting() == ()
    assert office.frontier.erased(["old"]) == set()
    assert office.frontier.enqueue([page]) == 1


def test_without_days_nothing_ends(office):
    fill(office)
    office.clock.advance(days=4000)
    office.retain(RetentionJob(office.eraser, {}, ZONE))
    assert len(office.posts()) == 8


def test_what_cannot_be_read_is_left(office):
    with office.log.writer() as writer:
        writer.append(LogTopic.ANALYSES, "odd#1", b"not an event")
    office.clock.advance(days=4000)
    office.job.run(office.clock.now())
    assert office.posts() == {"odd"}


def test_runs_at_night(office):
    due = office.job.schedule.when.latest(START + timedelta(days=1))
    assert due.astimezone(UTC).hour == 19


class Unreachable:
    """An index whose engine is down."""

    def drop_deleted(self, before):
        raise RetryLaterError("The search engine is out of reach.")


def test_the_index_forgets_long_deleted_posts_and_no_others(office):
    fill(office)
    kept = {h.document.post.id for h in office.index.reader().search(Search()).hits}
    office.hold("plain")
    job = RetentionJob(office.eraser, DAYS, ZONE, index=office.index)
    asked = []
    drop = office.index.drop_deleted
    office.index.drop_deleted = lambda before: asked.append(before) or drop(before)
    office.retain(job)
    assert asked == [office.clock.now() - FORGET]
    left = {h.document.post.id for h in office.index.reader().search(Search()).hits}
    assert left == kept
    assert job.run(office.clock.now()).endswith("0 remains in the index")


def test_an_index_out_of_reach_does_not_undo_a_run(office):
    fill(office)
    job = RetentionJob(office.eraser, DAYS, ZONE, index=Unreachable())
    assert "out of reach" in job.run(office.clock.now())


def test_what_a_case_holds_is_kept(office):
    office.add("in-case")
    office.add("loose")
    new = NewCase(
        kind=CaseKind.COMPLAINT, title="Cầu treo", posts=((PostId("in-case"), 1),)
    )
    number = office.casework.open_case(office.analyst, new).number
    paper = office.capture("https://case.invalid/1")
    file = NewFile(
        name="a.pdf", media_type="application/pdf", size=1, sha256="0", evidence=paper
    )
    office.casework.attach_to_case(office.analyst, number, file)
    office.clock.advance(days=400)
    office.retain()
    kept = set(office.evidence.digests())
    assert paper in kept
    assert len(kept) == 2
    (post,) = office.casework.whole_case(number).posts
    assert post.post_id == "in-case"
