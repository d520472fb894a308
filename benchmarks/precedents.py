"""Measures precedents: `python -m benchmarks.precedents [--posts N] [--reviewed N]`.

Makes posts of sentences out of the training corpus, a part of them with a verdict, and
asks for the precedents of others as the desk does: the first question, which reads
the reviewed posts, and the later ones. Then asks for those of each corpus text among
all others, and counts how often the first one is judged as the text itself is: harmful
or not. Prints lines and, as the last one, JSON.
"""

import argparse
import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from statistics import median, quantiles
from time import perf_counter

from casework.adapters.sqlalchemy import SqlCaseworkStore
from casework.model import Decision
from casework.policy import SignInPolicy
from casework.service import Casework
from classifier.corpus_check import CORPUS
from classifier.rows import Row, read_rows
from domain.analysis import Analysis
from domain.clock import ManualClock, SystemClock
from domain.ids import PostId, SourceId
from domain.labels import About, PostKind, Role, Verdict
from domain.post import Post
from eventlog.codec import encode_event
from nlp.fingerprint import bands, fingerprint
from searchindex.adapters.sqlite import SqliteSearchIndex
from searchindex.likeness import Neighbours, Wording
from ui.precedents import LEAST, Precedents
from ui.reading import Reading
from ui.wording import wording
from wiring.profile import load_profile

START = datetime(2026, 1, 1, tzinfo=UTC)
FLUSH = 1_000
ASKED = 300


def sentences(rows: Sequence[Row]) -> list[str]:
    """Return what made-up posts are made of."""
    parts = (part for row in rows for part in re.split(r"(?<=[.!?])\s+", row.text))
    return [part for part in parts if len(part) > 10]  # noqa: PLR2004 - a few words


def made_up(posts: int, of: Sequence[str], chance: random.Random) -> Iterator[Analysis]:
    """Yield posts of one to six sentences, as a worker hands them on."""
    for number in range(posts):
        when = START + timedelta(days=300) * (number / posts)
        text = " ".join(chance.sample(of, chance.randint(1, 6)))
        post = Post(
            id=PostId(f"made:{number}"),
            revision=1,
            source=SourceId(f"source-{number % 40}"),
            kind=PostKind.POST,
            url=f"https://example.vn/{number}",
            fetched=when,
            published=when,
            text=text,
        )
        prints = fingerprint(text)
        yield Analysis(
            post=post, about=About.PROVINCE, analysed_at=when, fingerprint=prints
        )


def filled(
    folder: Path, posts: int, reviewed: int, clock: ManualClock
) -> tuple[SqliteSearchIndex, Casework]:
    """Return stores with that many posts, of which that many have a verdict."""
    chance = random.Random(1)
    rows = read_rows(CORPUS / "train")
    index = SqliteSearchIndex(folder / "index", bands_of=bands)
    with index.writer() as writer:
        for at, analysis in enumerate(made_up(posts, sentences(rows), chance), start=1):
            writer.put_analysis(analysis)
            if at % FLUSH == 0:
                writer.flush()
    casework = Casework(
        SqlCaseworkStore(f"sqlite:///{folder / 'casework.sqlite'}"),
        clock,
        encode_event,
        SignInPolicy(hash_time_cost=1, hash_memory_kib=1024),
    )
    account = casework.create_account(
        "cli",
        name="an",
        display="An",
        role=Role.ANALYST,
        password=token_urlsafe(16),
        must_change=False,
    )
    for number in chance.sample(range(posts), reviewed):
        verdict = chance.choice([Verdict.NO_ISSUE, Verdict.LEGITIMATE_CRITICISM])
        post_id = PostId(f"made:{number}")
        casework.decide(account, Decision(post_id=post_id, revision=1, verdict=verdict))
    return index, casework


def times(posts: int, reviewed: int) -> dict[str, float]:
    """Ask as the desk does; return milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        clock = ManualClock(START + timedelta(days=300))
        index, casework = filled(Path(folder), posts, reviewed, clock)
        clock.advance(days=1)
        reading = Reading(
            profile=load_profile("dien-bien"), words=wording("vi"), now=clock.now()
        )
        room = Precedents(index, casework, clock)
        chance = random.Random(2)
        taken: list[float] = []
        shown = 0
        for number in chance.sample(range(posts), ASKED + 1):
            post_id = PostId(f"made:{number}")
            document = index.reader().get([post_id])[post_id]
            began = perf_counter()
            shown += len(room.of(document, reading).precedents)
            taken.append((perf_counter() - began) * 1000)
        index.close()
    first, later = taken[0], taken[1:]
    return {
        "posts": posts,
        "reviewed": reviewed,
        "first_ms": round(first),
        "p50_ms": round(median(later), 1),
        "p95_ms": round(quantiles(later, n=20)[-1], 1),
        "shown_a_post": round(shown / len(taken), 2),
    }


def agreement() -> dict[str, float]:
    """Ask for the nearest other text of each of some corpus texts."""
    rows = read_rows(CORPUS / "train")
    held = Neighbours()
    for at, row in enumerate(rows):
        held.put(PostId(str(at)), Wording.of(row.whole_text))
    with_one = alike = 0
    asked = random.Random(3).sample(range(len(rows)), ASKED)
    for at in asked:
        found = held.nearest(Wording.of(rows[at].whole_text), least=LEAST)
        first = next((int(a.post_id) for a in found if a.post_id != str(at)), None)
        if first is not None:
            with_one += 1
            alike += bool(rows[first].harm) == bool(rows[at].harm)
    harmful = sum(bool(row.harm) for row in rows) / len(rows)
    return {
        "texts": len(rows),
        "with_precedent": round(with_one / len(asked), 3),
        "first_judged_alike": round(alike / max(1, with_one), 3),
        "by_chance": round(harmful**2 + (1 - harmful) ** 2, 3),
    }


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--posts", type=int, default=100_000)
    reading.add_argument("--reviewed", type=int, default=10_000)
    given = reading.parse_args()
    found = {**agreement(), **times(given.posts, given.reviewed)}
    for name, value in found.items():
        print(f"{name:20} {value}")
    print(json.dumps({"at": SystemClock().now().isoformat(), **found}))


if __name__ == "__main__":
    main()
