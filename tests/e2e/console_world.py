"""A small province for the console's tests: real stores, sample posts, three people.

Posts are those of the sample profile with the labels of its truth file, so that the
desk is tried on texts as people write them, plus a few that try to do harm.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any
from zlib import crc32

from PIL import Image, ImageDraw

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.case_model import CaseTerms
from casework.opinions import SEVERE, SecondReviewPolicy
from casework.policy import SignInPolicy
from casework.service import Casework
from cli.fetching import fetch_door
from crawlers.deps import CrawlDeps
from crawlers.frontier.memory import MemoryFrontier
from crawlers.frontier.port import SourceRun
from crawlers.reports import ReportDesk
from crawlers.urgent import PageDesk
from domain.analysis import (
    Analysis,
    Judgement,
    LabelScore,
    PlaceHit,
    WeightedTerm,
)
from domain.clock import Clock, ManualClock
from domain.ids import Digest, PostId, SourceId, StoryId, UnitId
from domain.labels import About, Harm, Label, PostKind, Queue, Role, Stance, Topic
from domain.post import Post
from domain.profile import Profile, SourceSpec
from e2e.model_world import model_room
from eventlog.adapters.memory import MemoryEventLog
from eventlog.codec import encode_event
from eventlog.port import EventLog, LogTopic
from evidence.adapters.memory import MemoryEvidence
from evidence.picture import picture_to_warc
from evidence.port import Capture, EvidenceStore
from jobs.drift import Week
from jobs.drift_job import KEY
from jobs.learning.acts import ModelDesk
from jobs.learning.registry import ModelRegistry
from jobs.source_facts import SourceWatch, calendar_of
from jobs.source_health import report
from nlp.fingerprint import bands
from nlp.personal_data import personal_data
from nlp.places import PlaceGate
from pipeline.indexer import Indexer
from pipeline.keys import analysis_key
from pipeline.runner import Runner
from searchindex.adapters.sqlite import SqliteSearchIndex
from searchindex.port import SearchIndex
from source_visits import failed as failed_visit
from source_visits import visit as good_visit
from ui.context import (
    ConsoleContext,
    HealthRow,
    HealthState,
    IntakeDoor,
    SettingsView,
    SourceTrial,
    TrialPost,
)
from wiring import bootstrap
from wiring.profile import load_profile
from wiring.settings import Settings
from wiring.source_edits import SourceDesk

SAMPLE_SOURCES = tuple(
    SourceSpec(
        id=SourceId(name), name=title, kind=kind, url=f"http://127.0.0.1:9/{name}/"
    )
    for name, title, kind in (
        ("hoaban", "Báo Hoa Ban Mới", "feed"),
        ("taybac", "Nhật báo Tây Bắc Xanh", "listing"),
        ("dien-dan-muong-troi", "Diễn đàn Mường Trời", "forum"),
    )
)
NOW = datetime.fromisoformat("2026-11-23T07:10:00+07:00")
FIRST_DAY = NOW - timedelta(days=21)
PASSWORD = "nui-xanh-suoi-dai-2026"
CHANNEL = "hien-truong"
SECRET = "khoa-bi-mat-dai-hon-ba-muoi-hai-ky-tu-0123456789"
PEOPLE = {
    "lan": ("Lò Thị Lan", Role.ANALYST),
    "minh": ("Quàng Văn Minh", Role.ANALYST),
    "hoa": ("Giàng Thị Hoa", Role.LEADER),
    "admin": ("Quản trị viên", Role.ADMIN),
    "thanh": ("Cà Thị Thanh", Role.AUDITOR),
}
HOSTILE = (
    "<script>document.title='bị chiếm'</script><img src=x onerror=\"document.title="
    "'bị chiếm'\"> **đậm** [bấm](javascript:alert(1)) {{7*7}} $x^2$\n"
    '=HYPERLINK("http://xau.example";"bấm") @SUM(1+1) | cmd'
)
WORDS = {
    Harm.SCAM: ("chuyển khoản", "cọc", "OTP", "lãi", "cài ứng dụng", "mã quét", "link"),
    Harm.IMPERSONATION: ("Công an", "cán bộ", "Thông báo", "xưng là"),
    Harm.PANIC: ("vỡ", "chạy", "chia sẻ", "gấp", "chết"),
    Harm.GAMBLING_CREDIT: ("vay", "nạp", "cược", "giải ngân", "kèo"),
    Harm.HEALTH_DANGER: ("khỏi", "thuốc", "tiêm", "chữa"),
    Label.COMPLAINT: ("đề nghị", "phản ánh", "bao giờ", "khổ", "mãi", "chưa"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where a world is kept; empty but for the tables and topics that it needs."""

    casework_url: str
    log: EventLog
    index: SearchIndex

    def take_in(self, found: Iterator[Analysis]) -> None:
        """Fill the index."""
        fill(self.index, found)


class EngineStores(Stores):
    """Stores on engines, which are filled through the log as an office's are."""

    def take_in(self, found: Iterator[Analysis]) -> None:
        with self.log.writer() as writer:
            for analysis in found:
                key = analysis_key(analysis.post.id, analysis.post.revision)
                writer.append(LogTopic.ANALYSES, key, encode_event(analysis))
        step = Indexer(self.index.writer())
        Runner(step, self.log, bootstrap.build_clock()).run(until_idle=True)


def stores_in(folder: Path, clock: Clock) -> Stores:
    """Return the stores of most tests: files in `folder`, and a log in memory."""
    return Stores(
        casework_url=f"sqlite:///{folder / 'casework.sqlite'}",
        log=MemoryEventLog(clock=clock),
        index=SqliteSearchIndex(folder / "index", bands_of=bands),
    )


def stores_of(settings: Settings) -> Stores:
    """Return the stores that settings name, ready to be written to."""
    log = bootstrap.build_log(settings)
    log.ensure_topics()
    return EngineStores(
        casework_url=settings.casework_url,
        log=log,
        index=bootstrap.build_index(settings),
    )


def world(
    folder: Path, clock: Clock | None = None, stores: Stores | None = None
) -> ConsoleContext:
    """Build a context on stores, by default in `folder`, filled and with accounts."""
    time = clock or ManualClock(NOW)
    folder.mkdir(parents=True, exist_ok=True)
    kept = stores or stores_in(folder, time)
    profile = load_profile("dien-bien")
    casework = open_casework(kept.casework_url, time)
    for name, (display, role) in PEOPLE.items():
        casework.create_account(
            "cli",
            name=name,
            display=display,
            role=role,
            password=PASSWORD,
            must_change=False,
        )
    for week in counted_weeks():
        key = f"{KEY}{week.monday.isoformat()}"
        casework.put_setting("jobs", key, week.stored(), expected_version=0)
    evidence = MemoryEvidence()
    kept.take_in(chain(analyses(profile), pictured(evidence)))
    base = (*SAMPLE_SOURCES, *profile.sources)
    desk = SourceDesk(lambda: base, casework)
    sources = bootstrap.build_sources(replace(profile, sources=base), casework)
    watch = SourceWatch(
        sources, visits, next_visit, calendar_of(profile), kept.index.reader()
    )
    return ConsoleContext(
        intake=intake_door(kept.log, evidence, time),
        settings_view=SettingsView(
            contact="Phòng Quản trị, máy lẻ 115",
            rows=(("port", "8501"), ("crawl_delay", "1.0")),
        ),
        profile=profile,
        casework=casework,
        index=kept.index,
        log=kept.log,
        evidence=evidence,
        clock=time,
        source_runs=visits,
        sources=sources,
        source_reports=lambda: [
            report(facts, time.now()) for facts in watch(time.now())
        ],
        source_desk=desk,
        models=model_room(folder, kept.log, casework),
        model_desk=ModelDesk(
            registry=ModelRegistry(folder / "models"),
            casework=casework,
            clock=time,
            check=str,
        ),
        try_source=trial,
        health=health,
        sample=True,
        versions={"minhtin": "0.1.0", "model": "lr-2026.11", "index": "v1-1"},
    )


def counted_weeks() -> Iterator[Week]:
    """Yield five weeks; in the last, scores of panic rose, and words were new."""
    calm, high = (
        (400, 60, 20, 8, 4, 3, 2, 1, 1, 1),
        (60, 80, 90, 80, 70, 50, 30, 20, 10, 10),
    )
    last = NOW.date() - timedelta(days=NOW.weekday() + 7)
    for back in range(4, -1, -1):
        yield Week(
            monday=last - timedelta(weeks=back),
            model="lr-2026.11",
            posts=500,
            words=20_000,
            unknown=1_200 if back else 3_600,
            scores={
                name.value: high if name is Harm.PANIC and not back else calm
                for name in (*Harm, Label.COMPLAINT)
            },
            sources={"hoaban": (300, 20), "<b>la</b>": (200, 20 if back else 110)},
        )


def intake_door(log: EventLog, evidence: EvidenceStore, clock: Clock) -> IntakeDoor:
    """Return a door with one channel, and what is known in memory."""
    deps = CrawlDeps(
        event_log=log,
        evidence=evidence,
        frontier=MemoryFrontier(),
        clock=clock,
        pseudonym_key=b"k",
        user_agent="local",
    )
    return IntakeDoor(
        take=ReportDesk(deps),
        pages=fetch_door(PageDesk(deps.frontier, SAMPLE_SOURCES, (), clock)),
        secrets={CHANNEL: SECRET, "cu": SECRET[::-1]},
        channels=lambda: {CHANNEL: "Phản ánh hiện trường"},
        requests_a_minute=20,
    )


def open_casework(url: str, clock: Clock) -> Casework:
    policy = SignInPolicy(
        hash_time_cost=1, hash_memory_kib=1024, sealing=lambda: b"khoa cua bai thu"
    )
    return Casework(
        SqlCaseworkStore(url),
        clock,
        encode_event,
        policy,
        terms=lambda: CaseTerms.of(load_profile("dien-bien")),
        second=SecondReviewPolicy(severe=SEVERE),
    )


def acts_in(folder: Path, part: str) -> list[tuple[str, str]]:
    """Return what the console's audit holds of a part: acts and their subjects."""
    casework = open_casework(
        f"sqlite:///{folder / 'casework.sqlite'}", ManualClock(NOW)
    )
    rows = casework.audit(after=0, limit=1000)
    casework.close()
    return [(row.act, row.subject) for row in rows if row.act.startswith(f"{part}.")]


def visits(source: str, limit: int) -> Sequence[SourceRun]:
    """Return hourly visits: most sources are well, some of each are not."""
    ill = ILLS[crc32(source.encode()) % len(ILLS)]
    if ill == "never":
        return ()
    found = []
    for back in range(24 * 30):
        at = NOW - timedelta(hours=back, minutes=12)
        if ill == "gap" and 60 < back < 150:
            continue
        busy = 7 <= at.hour < 20
        run = good_visit(at, (3 if busy else 0) if back < 24 * 30 - 1 else 60)
        found.append(replace(_ill(run, ill, back), source=SourceId(source)))
    return found[:limit]


ILLS = ("", "", "", "gap", "", "failing", "misread", "never", "", "collapsed", "")


def _ill(run: SourceRun, ill: str, back: int) -> SourceRun:
    match ill:
        case "failing" if back < 30:
            return failed_visit(run)
        case "misread" if back < 24:
            return replace(run, with_date=0, with_author=0)
        case "collapsed" if back < 36:
            return replace(good_visit(run.started), errors={"http_404": 1})
    return run


def next_visit(_source: str) -> datetime:
    return NOW + timedelta(minutes=48)


def trial(spec: SourceSpec) -> SourceTrial:
    """Say what a visit would find; a selector called `sai` finds no dates."""
    wrong = "sai" in spec.selectors
    posts = tuple(
        TrialPost(
            title=f"{HOSTILE[:40]} bài {at}" if at == 1 else f"Bài đọc thử số {at}",
            url=f"{spec.url}/{at}",
            published=None if wrong else NOW - timedelta(hours=at),
            letters=1_200 * at,
        )
        for at in range(1, 6)
    )
    return SourceTrial(
        sound=not wrong,
        pages=5,
        parts={"title": 5, "date": 0 if wrong else 5, "text": 5, "author": 4},
        errors={"no_article": 1} if wrong else {},
        posts=posts,
    )


def health() -> Sequence[HealthRow]:
    return (
        HealthRow(
            name="log",
            state=HealthState.GOOD,
            sentence="Nhật ký sự kiện hoạt động bình thường.",
        ),
        HealthRow(
            name="disk",
            state=HealthState.WARN,
            sentence="Ổ đĩa dữ liệu còn trống 3,2 GB.",
            hint="Giải phóng ổ đĩa; khi đầy, hệ thống ngừng thu thập.",
        ),
    )


def fill(index: SearchIndex, found: Iterator[Analysis]) -> None:
    with index.writer() as writer:
        for analysis in found:
            writer.put_analysis(analysis)


def analyses(profile: Profile) -> Iterator[Analysis]:
    """Yield the sample's posts as analysed, then the ones made for the tests."""
    folder = Path(profile.folder) / "sample"
    truth = {row["id"]: row for row in _lines(folder / "truth.jsonl")}
    for row in _lines(folder / "articles.jsonl"):
        yield _article(row, truth.get(row["id"], {}))
    for thread in _lines(folder / "forum.jsonl"):
        for at, item in enumerate(thread["posts"], start=1):
            name = f"{thread['id']}-{at}"
            title = thread["title"] if at == 1 else ""
            yield _forum(name, title, item, truth.get(name, {}))
    yield from _made_up()


def _lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def _when(row: Mapping[str, Any]) -> datetime:
    hour, minute = (row.get("time") or "08:00").split(":")
    at = FIRST_DAY + timedelta(days=int(row.get("day", 1)))
    return min(at.replace(hour=int(hour), minute=int(minute)), NOW)


def _article(row: Mapping[str, Any], truth: Mapping[str, Any]) -> Analysis:
    post = Post(
        id=PostId(f"sample:{row['id']}"),
        revision=1,
        source=SourceId(row["outlet"]),
        kind=PostKind.ARTICLE,
        url=f"http://127.0.0.1:9/{row['outlet']}/{row['id']}.html",
        fetched=_when(row) + timedelta(minutes=9),
        published=_when(row),
        title=row["title"],
        lead=row.get("lead", ""),
        text="\n".join(row["body"]),
        outlet={"hoaban": "Báo Hoa Ban Mới", "taybac": "Nhật báo Tây Bắc Xanh"}.get(
            row["outlet"], "Trang tin Nậm Rốm 24h"
        ),
    )
    return analysed(post, truth)


def _forum(
    name: str, title: str, row: Mapping[str, Any], truth: Mapping[str, Any]
) -> Analysis:
    post = Post(
        id=PostId(f"forum:{name}"),
        revision=1,
        source=SourceId("dien-dan-muong-troi"),
        kind=PostKind.POST if title else PostKind.COMMENT,
        url=f"http://127.0.0.1:9/forum/{name}",
        fetched=_when(row) + timedelta(minutes=4),
        published=_when(row),
        title=title,
        text=row["text"],
        outlet="Diễn đàn Mường Trời",
    )
    return analysed(post, truth)


def analysed(
    post: Post, truth: Mapping[str, Any], *, story: str | None = None
) -> Analysis:
    """Wrap a post in what a worker would say of it, after the truth file."""
    queues = tuple(Queue(name) for name in truth.get("queues", ()))
    flagged = {Harm(name) for name in truth.get("harm", ())}
    stance = truth.get("stance")
    return Analysis(
        post=post,
        about=About(truth.get("about", "province")),
        analysed_at=post.fetched,
        language="vi",
        places=_places(post.title, post.lead, post.text, post.kind),
        judgement=Judgement(
            labels=_labels(post.whole_text, flagged, queues),
            topic=Topic.SECURITY_ORDER if flagged else Topic.OTHER,
            stance=Stance(stance) if stance else None,
            model="lr-2026.11",
        ),
        queues=queues,
        why=_why(flagged, queues),
        personal_data=personal_data(post.whole_text),
        story=StoryId(story) if story else None,
        pipeline="1",
    )


@cache
def _gate() -> PlaceGate:
    return PlaceGate.of(load_profile("dien-bien"))


@cache
def _places(title: str, lead: str, text: str, kind: PostKind) -> tuple[PlaceHit, ...]:
    found = _gate().judge(title, lead, text, kind=kind).places
    why = "Tên tỉnh"
    return found or (PlaceHit(name="Điện Biên", start=0, end=0, unit=None, why=why),)


def _labels(
    text: str, harms: set[Harm], queues: Sequence[Queue]
) -> tuple[LabelScore, ...]:
    flagged: set[Harm | Label] = set(harms)
    flagged |= {Label.COMPLAINT} if Queue.ANSWERS in queues else set()
    flagged |= {Label.CHECKABLE_CLAIM} if Queue.CLAIMS in queues else set()
    spread = (len(text) * 37) % 23 / 100
    return tuple(
        LabelScore(
            name=name.value,
            probability=0.74 + spread if name in flagged else 0.02 + spread / 3,
            threshold=0.5,
            flagged=name in flagged,
            why=_terms(text, WORDS.get(name, ())) if name in flagged else (),
        )
        for name in (*Harm, Label.COMPLAINT, Label.CHECKABLE_CLAIM)
    )


def _terms(text: str, words: Sequence[str]) -> tuple[WeightedTerm, ...]:
    low = text.lower()
    found = [(w, low.find(w.lower())) for w in words]
    return tuple(
        WeightedTerm(term=w, weight=1.9 - at * 0.3, spans=((start, start + len(w)),))
        for at, (w, start) in enumerate(p for p in found if p[1] >= 0)
    )


def _why(harms: set[Harm], queues: Sequence[Queue]) -> str:
    names = {
        Harm.SCAM: "lừa đảo",
        Harm.IMPERSONATION: "mạo danh",
        Harm.PANIC: "gây hoang mang",
    }
    parts = []
    if harms:
        named = sorted(names.get(h, h.value) for h in harms)
        parts.append(f"Có dấu hiệu: {', '.join(named)}")
    if Queue.ANSWERS in queues:
        parts.append("Phản ánh, kiến nghị của người dân")
    if Queue.PRESS in queues:
        parts.append("Báo chí viết về tỉnh")
    return ". ".join(parts)


def _made_up() -> Iterator[Analysis]:
    scam = {"queues": ["harmful"], "harm": ["scam"]}
    named = PlaceHit(
        name="<b>Sín Thầu", start=0, end=0, unit=UnitId("sin-thau"), why="<i>"
    )
    hostile = analysed(made_post("hostile", HOSTILE, minutes=3), scam)
    yield replace(hostile, places=(named,))
    wave = "Ngân hàng hỗ trợ vay 0% tại Điện Biên, liên hệ {} cọc trước 300 nghìn"
    for at, number in enumerate(("0900 000 444", "0900 000 444 ngay", "0900 000 555")):
        text = wave.format(number)
        yield analysed(
            made_post(f"wave-{at}", text, minutes=50 - at), scam, story="wave"
        )
    before = made_post(
        "edited", "Nghe nói cầu Nậm Rốm vừa sập, có người chết.", minutes=90
    )
    yield analysed(before, {"queues": ["harmful", "claims"], "harm": ["panic"]})
    after = made_post(
        "edited",
        "Cầu Nậm Rốm không sập, tôi xin lỗi đã đăng vội.",
        minutes=90,
        revision=2,
    )
    yield analysed(after, {"queues": ["claims"]})
    yield from _rewritten()


def _rewritten() -> Iterator[Analysis]:
    """Yield an article that was edited twice, with markup put in on the way."""
    calm = "Theo đơn vị quản lý đường, lực lượng tại chỗ đã có mặt từ sáng sớm để phân"
    calm += " luồng, cảnh báo hai đầu và chuẩn bị máy xúc; người dân đi lối tránh."
    texts = (
        ("Sạt lở ở dốc Nậm Rốm", f"Đường tắc hoàn toàn từ 5 giờ.\n{calm}"),
        ("Sạt lở ở dốc Nậm Rốm", f"Đường tắc một nửa từ 5 giờ.\n{calm}\n{HOSTILE}"),
        ("Thông xe ở dốc Nậm Rốm", f"Đường đã thông một nửa từ 9 giờ.\n{calm}"),
    )
    for at, (title, text) in enumerate(texts, start=1):
        post = made_post("rewritten", text, minutes=200, revision=at)
        fetched = NOW - timedelta(minutes=190 - 60 * at)
        digest = Digest(f"sha256:{str(at) * 64}")
        post = replace(post, title=title, fetched=fetched, evidence=digest)
        yield analysed(post, {"queues": ["claims"]})


def drawn(words: str, colour: str = "#8a1c1c") -> bytes:
    """Draw a picture that is told from a blurred one at a glance."""
    picture = Image.new("RGB", (640, 360), colour)
    pen = ImageDraw.Draw(picture)
    for at in range(0, 640, 40):
        pen.line((at, 0, 640 - at, 360), fill="#f2d06b", width=4)
    pen.text((40, 160), words, fill="white", font_size=48)
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def pictured(evidence: EvidenceStore) -> Iterator[Analysis]:
    """Yield a report with a picture, and an article with one of its captured page."""
    png = drawn("PA-7")
    report = _captured("https://intake.invalid/console/7", "image/png", png)
    post = made_post("pictured", "Cầu treo hỏng ván, xem ảnh.", minutes=2)
    media = (f"sha256:{sha256(png).hexdigest()}",)
    post = replace(post, kind=PostKind.REPORT, url="intake:console/7", media=media)
    yield analysed(
        replace(post, evidence=evidence.put(report)), {"queues": ["answers"]}
    )
    page = _captured("http://127.0.0.1:9/forum/paged", "text/html", b"<p>Tin</p>")
    digest = evidence.put(page)
    warc = evidence.warc(digest)
    evidence.attach(
        digest,
        picture_to_warc(drawn("trang"), taken=NOW, maker="Chromium", capture=warc),
    )
    paged = made_post("paged", "Đường vào bản đã thông.", minutes=2)
    yield analysed(replace(paged, evidence=digest), {"queues": ["answers"]})


def _captured(url: str, media_type: str, body: bytes) -> Capture:
    return Capture(
        url=url,
        fetched=NOW,
        status=200,
        request_headers=(),
        response_headers=(("Content-Type", media_type),),
        body=body,
    )


def made_post(name: str, text: str, *, minutes: int, revision: int = 1) -> Post:
    """Make a post of the test's own, published some minutes before `NOW`."""
    when = NOW - timedelta(minutes=minutes)
    return Post(
        id=PostId(f"test:{name}"),
        revision=revision,
        source=SourceId("dien-dan-muong-troi"),
        kind=PostKind.POST,
        url=f"http://127.0.0.1:9/forum/{name}",
        fetched=when,
        published=when,
        text=text,
        outlet="Diễn đàn Mường Trời",
    )
