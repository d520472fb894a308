"""`minhtin re-extract` on an installation, and killed on its way."""

import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.crawling import open_frontier
from cli.main import app
from crawlers.fingerprint import content_hash
from crawlers.frontier.port import Seen
from domain.analysis import Analysis
from domain.events import PostRevised
from domain.ids import PostId, SourceId
from domain.labels import About, PostKind
from domain.post import Post
from eventlog.codec import encode_event
from eventlog.port import LogTopic
from evidence.adapters.file import FileEvidence
from evidence.port import Capture
from integration.line_support import Line, lines_of, live_models
from pipeline.keys import analysis_key

NOW = datetime(2026, 3, 7, 1, tzinfo=UTC)
POSTS = 100
PAGE = """<script type="application/ld+json">{facts}</script>
<article class="fck_detail"><p class="Normal">Đoạn {number} dài vừa đủ để là một bài
viết thật của một tờ báo ở tỉnh, có hai câu. Câu thứ hai của đoạn này kể thêm về chợ
phiên, đường sá và thời tiết ở tỉnh Điện Biên.</p></article>"""


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path / "home")


def fill(line: Line, count: int) -> None:
    """Put posts in that an old parser read badly, analysed and acknowledged."""
    store = FileEvidence(line.settings.evidence_folder)
    analyses = []
    with closing(open_frontier(line.settings)) as frontier:
        for number in range(count):
            post = badly_read(store, number)
            seen = Seen(
                post_id=post.id,
                revision=1,
                content_hash=post.content_hash,
                url=post.url,
                checked=NOW,
                source=post.source,
            )
            frontier.acknowledge(seen, ())
            analyses.append(Analysis(post=post, about=About.MENTION, analysed_at=NOW))
    with line.log() as log, log.writer() as writer:
        for made in analyses:
            key = analysis_key(made.post.id, 1)
            writer.append(LogTopic.ANALYSES, key, encode_event(made))


def badly_read(store: FileEvidence, number: int) -> Post:
    url = f"https://vnexpress.net/bai-{number}.html"
    facts = json.dumps({"@type": "NewsArticle", "headline": f"Bài {number}"})
    capture = Capture(
        url=url,
        fetched=NOW,
        status=200,
        request_headers=(),
        response_headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=PAGE.format(facts=facts, number=number).encode(),
    )
    post = Post(
        id=PostId(f"url:{url}"),
        revision=1,
        source=SourceId("bao"),
        kind=PostKind.ARTICLE,
        url=url,
        fetched=NOW,
        title=f"Bài {number}",
        text="Tải ứng dụng",
        outlet="Báo VnExpress",
        evidence=store.put(capture),
        found_by=(("title", "json-ld"), ("body", "densest")),
    )
    return replace(post, content_hash=content_hash(post))


def run(line: Line, *arguments: str) -> Result:
    line.home.mkdir(exist_ok=True)
    return CliRunner().invoke(app, ["re-extract", *arguments], env=line.environment)


def done(line: Line, *arguments: str) -> str:
    result = run(line, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def written(line: Line) -> int:
    with line.log() as log:
        return sum(log.ends(LogTopic.BACKFILL).values())


def test_dry_run_then_run_then_nothing(line: Line) -> None:
    fill(line, 3)
    shown = done(line, "--dry-run", "--site", "vnexpress")
    assert "3 posts would change" in shown
    assert "text: 3" in shown
    assert "text - Tải ứng dụng" in shown
    assert "text + Đoạn 0 dài" in shown
    assert written(line) == 0
    rows = lines_of(done(line, "--since", "2026-03-01", "--json"))
    assert [row["changed"] for row in rows[:3]] == [["text"]] * 3
    assert rows[3] == {"read": 3, "changed": 3, "fields": {"text": 3}, "skipped": {}}
    assert all(isinstance(e, PostRevised) for e in line.read(LogTopic.BACKFILL))
    again = run(line, "--json")
    assert lines_of(again.stdout)[0]["skipped"] == {"on_its_way": 3}
    assert "Run this again later" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--source", "khong-co"), "no source"),
        (("--site", "khong-co"), "Known are"),
        (("--since", "hom-qua"), "no day"),
    ],
)
def test_bad_input_is_a_sentence(
    line: Line, arguments: tuple[str, str], said: str
) -> None:
    with line.log():
        ended = run(line, *arguments)
    assert ended.exit_code == 2
    assert said in ended.stderr


@pytest.mark.slow
def test_killed_on_its_way_it_goes_on_and_writes_each_once(line: Line) -> None:
    fill(line, POSTS)
    rng = random.Random(28)
    left = []
    for least in (0, 40):
        line.kill(["re-extract"], more_than(line, least), rng.uniform(0, 0.05))
        left.append(written(line))
    assert any(0 < count < POSTS for count in left)
    last = lines_of(done(line, "--json"))[-1]
    assert last["changed"] + last["skipped"].get("on_its_way", 0) == POSTS
    events = line.read(LogTopic.BACKFILL)
    counts = Counter(event.post.id for event in events)
    wanted = (f"url:https://vnexpress.net/bai-{n}.html" for n in range(POSTS))
    assert counts == Counter(wanted)
    assert {event.post.revision for event in events} == {2}


def more_than(line: Line, least: int) -> Callable[[], bool]:
    return lambda: written(line) > least


@pytest.mark.slow
def test_what_was_corrected_is_found_and_reads_right_ever_after(
    line: Line, tmp_path_factory: pytest.TempPathFactory
) -> None:
    line.extra["MODELS_DIR"] = str(live_models(tmp_path_factory.mktemp("models")))
    fill(line, 2)
    done(line, "--json")
    line.settle()
    found = {row["id"]: row for row in line.found()}
    assert len(found) == 2
    assert {row["revision"] for row in found.values()} == {2}
    assert all("Câu thứ hai" in row["text"] for row in found.values())
    last = lines_of(done(line, "--json"))[-1]
    assert (last["read"], last["changed"]) == (2, 0)
