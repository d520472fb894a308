"""The worker beside its floor, as a ratio within one run.

The floor does only what cannot be left out, without log, gate, near-copies or reasons:
segmentation of all texts, entities sentence by sentence of those past the gate,
vectorising and predicting, and one bulk insert. One core, one process.

    python -m benchmarks.worker [--texts N]
"""

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from classifier.corpus_check import CORPUS
from classifier.port import Classifier, Subject
from classifier.rows import read_rows
from domain.clock import ManualClock
from domain.events import PostSeen
from domain.ids import PostId, SourceId
from domain.labels import PostKind
from domain.post import Post
from domain.profile import Profile, SourceSpec
from eventlog.adapters.sqlite import SqliteEventLog
from eventlog.codec import encode_event
from eventlog.port import LogTopic
from nlp.entities import entities
from nlp.fingerprint import bands, similarity
from nlp.segment import segment
from pipeline.runner import Runner
from pipeline.worker import Worker
from searchindex.adapters.sqlite import SqliteSearchIndex
from wiring import bootstrap
from wiring.logs import configure_logs
from wiring.profile import load_profile
from wiring.settings import load_settings
from wiring.tools import build_tools

SHARES = (0.0, 0.1, 1.0)


def texts(kind: PostKind, count: int) -> list[tuple[str, str]]:
    """Return (title, text) pairs of the corpus, which names no place."""
    rows = [
        row
        for row in read_rows(CORPUS / "train")
        if (row.kind is PostKind.ARTICLE) == (kind is PostKind.ARTICLE)
    ]
    if kind is PostKind.ARTICLE:
        # Corpus articles are paragraphs; six of them are as long as an article.
        rows = [
            replace(row, text="\n".join(r.text for r in rows[n : n + 6]))
            for n, row in enumerate(rows[:-6])
        ]
    every = [(row.title, row.text) for row in rows]
    return (every * (count // len(every) + 1))[:count]


def posts(
    kind: PostKind, count: int, share: float, province: str, clock: ManualClock
) -> list[Post]:
    """Make posts of which `share` is about the province."""
    past = round(count * share)
    made = []
    for n, (title, text) in enumerate(texts(kind, count)):
        ours = n * past // count != (n + 1) * past // count
        made.append(
            Post(
                id=PostId(f"bench:{n}"),
                revision=1,
                source=SourceId("bench"),
                kind=kind,
                url=f"http://bench/{n}",
                fetched=clock.now() + timedelta(seconds=n),
                title=title,
                text=f"Tại {province}: {text}" if ours else text,
            )
        )
    return made


def floor(
    made: Sequence[Post], passed: Sequence[bool], classifier: Classifier, folder: Path
) -> float:
    """Return the seconds of the least that can be done."""
    started = time.perf_counter()
    segmented = segment([post.whole_text for post in made])
    subjects = [
        Subject(text=post.whole_text, kind=post.kind, segmented=words)
        for post, words in zip(made, segmented, strict=True)
    ]
    classifier.judge(subjects, explain=False)
    for post, ours in zip(made, passed, strict=True):
        if ours:
            entities(post.whole_text)
    with sqlite3.connect(folder / "floor.sqlite") as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE posts (id TEXT PRIMARY KEY, body BLOB)")
        rows = [(post.id, encode_event(PostSeen(post=post))) for post in made]
        db.executemany("INSERT INTO posts VALUES (?, ?)", rows)
    return time.perf_counter() - started


def whole(made: Sequence[Post], worker: Worker, folder: Path) -> float:
    """Return the seconds of the worker from the log to the log."""
    log = SqliteEventLog(folder / "log.sqlite")
    with log.writer() as writer:
        for post in made:
            value = encode_event(PostSeen(post=post))
            writer.append(LogTopic.POSTS, post.id, value)
    started = time.perf_counter()
    done = Runner(worker, log, worker.clock).run(until_idle=True)
    seconds = time.perf_counter() - started
    if done != len(made):
        raise RuntimeError(f"{done} of {len(made)} were processed")
    log.close()
    return seconds


def measure(
    kind: PostKind, count: int, share: float, profile: Profile, classifier: Classifier
) -> dict[str, object]:
    """Measure one row of the table."""
    clock = ManualClock()
    made = posts(kind, count, share, profile.full_name, clock)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = SqliteSearchIndex(folder / "index", bands_of=bands)
        source = SourceSpec(id=SourceId("bench"), name="bench", kind="file", url="")
        worker = Worker(
            tools=build_tools(profile, classifier),
            index=index.reader(),
            clock=clock,
            sources=lambda: {"bench": source},
            bands=bands,
            similarity=similarity,
        )
        passed = [f"Tại {profile.full_name}: " in post.text for post in made]
        least = floor(made, passed, classifier, folder)
        seconds = whole(made, worker, folder)
        index.close()
    return {
        "kind": kind.value,
        "texts": count,
        "past_gate": share,
        "worker_per_second": round(count / seconds, 1),
        "floor_per_second": round(count / least, 1),
        "ratio": round(least / seconds, 2),
    }


def main() -> None:
    """Measure and print a JSON line per row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=600)
    count = parser.parse_args().texts
    configure_logs("WARNING")
    settings = load_settings()
    profile = load_profile(settings.profile, settings.profiles_dir)
    classifier = bootstrap.build_classifier(settings)
    segment(["làm nóng mô hình"])
    entities("Ông Nguyễn Văn A ở Hà Nội.")
    for kind in (PostKind.COMMENT, PostKind.ARTICLE):
        texts_here = count if kind is PostKind.COMMENT else count // 6
        for share in SHARES:
            row = measure(kind, texts_here, share, profile, classifier)
            print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
