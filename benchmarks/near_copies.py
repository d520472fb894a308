"""Near-copies: how well made copies of real articles are joined, and how fast.

Copies are made at run time from the press beside the checkout and never stored:
syndicated (a byline and a line of the paper's own), trimmed, re-titled, read by OCR,
reordered. Prints one JSON object and writes the section of `docs/quality.md`.
"""

import json
import random
import re
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.quality_page import table, write_section
from nlp.fingerprint import Fingerprint, bands, fingerprint, similarity
from pipeline.stories import NEAR

PRESS = Path(__file__).resolve().parents[2] / "shared" / "data" / "press"
ARTICLES = 900
POSTS = 100_000
WORDS = 60
"""Words of a post in the race, drawn from articles: a long comment."""

Copy = Callable[[str, random.Random], str]


@dataclass(frozen=True, slots=True)
class Text:
    """A text, the article it comes from and how it was copied."""

    words: str
    article: int
    way: str


def syndicated(text: str, chance: random.Random) -> str:
    """Put a paper's own first and last line around the text."""
    paper = chance.choice(("Tuổi Trẻ", "Dân trí", "VOV", "Báo tỉnh"))
    return (
        f"({paper}) - {text}\nTheo {paper}. Mời bạn đọc xem thêm tin cùng chuyên mục."
    )


def trimmed(text: str, chance: random.Random) -> str:
    """Leave out the last sentences: a tenth to two fifths of the text."""
    keep = int(len(text) * chance.uniform(0.6, 0.9))
    return text[:keep].rpartition(" ")[0]


def retitled(text: str, chance: random.Random) -> str:
    """Give another headline and lead."""
    head = "NÓNG: " + " ".join(chance.sample(text.split()[:200], k=12))
    return f"{head}\n{text.partition(chr(10))[2] or text}"


def scanned(text: str, chance: random.Random) -> str:
    """Misread one letter in eighty, and some marks."""
    wrong = {"l": "1", "o": "0", "i": "l", "m": "rn", "ấ": "á", "ề": "è", "ư": "u"}
    return "".join(
        wrong[letter] if letter in wrong and chance.random() < _MISREAD else letter
        for letter in text
    )


_MISREAD = 0.04
"""Of the letters that are misread at all; they are a third of a text."""


def reordered(text: str, chance: random.Random) -> str:
    """Swap paragraphs, or sentences where there is one paragraph."""
    parts = [part for part in re.split(r"\n+", text) if part.strip()]
    if len(parts) < _FEW:
        parts = re.split(r"(?<=[.!?])\s+", text)
    chance.shuffle(parts)
    return "\n".join(parts)


_FEW = 4

WAYS: tuple[Copy, ...] = (syndicated, trimmed, retitled, scanned, reordered)


def articles() -> list[str]:
    """Return texts of the press of a hundred words or more, each once."""
    known: dict[str, str] = {}
    for name in ("dien-bien", "elsewhere"):
        for line in (PRESS / f"{name}.jsonl").read_text("utf-8").split("\n"):
            text = json.loads(line)["text"] if line else ""
            if len(text.split()) >= 100:  # noqa: PLR2004 - shorter ones are notes
                known.setdefault(text[:200], text)
    return list(known.values())[:ARTICLES]


def made(texts: Sequence[str], chance: random.Random) -> list[Text]:
    """Return each article, and for every third its five copies."""
    rows = [Text(text, place, "as it is") for place, text in enumerate(texts)]
    for place, text in list(enumerate(texts))[::3]:
        rows += [Text(way(text, chance), place, way.__name__) for way in WAYS]
    chance.shuffle(rows)
    return rows


class Clusters:
    """Stories as the pipeline makes them: candidates by band, joined from NEAR on."""

    def __init__(self) -> None:
        self._by_band: defaultdict[int, list[int]] = defaultdict(list)
        self._prints: list[Fingerprint] = []
        self.story: list[int] = []

    def add(self, print_: Fingerprint) -> int:
        """Place a signature in the story of its oldest near-copy; return the story."""
        number = len(self._prints)
        keys = bands(print_)
        seen: set[int] = set()
        for key in keys:
            seen.update(self._by_band[key])
        near = [n for n in seen if similarity(print_, self._prints[n]) >= NEAR]
        self._prints.append(print_)
        self.story.append(self.story[min(near)] if near else number)
        for key in keys:
            self._by_band[key].append(number)
        return self.story[number]


def pairwise(rows: Sequence[Text], story: Sequence[int]) -> dict[str, float]:
    """Return precision, recall and F1 over all pairs of texts."""
    both = Counter((row.article, at) for row, at in zip(rows, story, strict=True))
    joined = Counter(story)
    true = Counter(row.article for row in rows)
    pairs = [_pairs(counter) for counter in (both, joined, true)]
    right, said, real = pairs
    return {
        "precision": round(right / said, 4) if said else 1.0,
        "recall": round(right / real, 4),
        "f1": round(2 * right / (said + real), 4),
    }


def _pairs(counter: Counter[object]) -> int:
    return sum(n * (n - 1) // 2 for n in counter.values())


def found_by_way(rows: Sequence[Text], story: Sequence[int]) -> dict[str, float]:
    """Return for each way of copying the share that is with its article."""
    home = {
        row.article: at
        for row, at in zip(rows, story, strict=True)
        if row.way == "as it is"
    }
    ways: defaultdict[str, list[bool]] = defaultdict(list)
    for row, at in zip(rows, story, strict=True):
        ways[row.way].append(home[row.article] == at)
    return {way: round(sum(hits) / len(hits), 3) for way, hits in sorted(ways.items())}


def race(texts: Sequence[str], chance: random.Random) -> dict[str, float]:
    """Cluster many short posts, a third of them copies; return speed and memory."""
    words = [text.split() for text in texts]
    posts: list[str] = []
    while len(posts) < POSTS:
        source = chance.choice(words)
        at = chance.randrange(max(1, len(source) - WORDS))
        piece = " ".join(source[at : at + WORDS])
        posts.append(piece)
        if chance.random() < 1 / 3:
            posts.append(f"Chia sẻ: {piece}")
    clusters = Clusters()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    for post in posts[:POSTS]:
        clusters.add(fingerprint(post))
    seconds = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "posts": POSTS,
        "stories": len(set(clusters.story)),
        "posts_per_second": round(POSTS / seconds),
        "memory_mb": round((after - before) / 1024),
    }


def main() -> int:
    """Measure, print and write."""
    if not PRESS.exists():
        print(json.dumps({"skipped": "needs ../shared/data beside the checkout"}))
        return 0
    chance = random.Random(20261127)
    texts = articles()
    rows = made(texts, chance)
    clusters = Clusters()
    for row in rows:
        clusters.add(fingerprint(row.words))
    figures = pairwise(rows, clusters.story)
    ways = found_by_way(rows, clusters.story)
    speed = race(texts, chance)
    print(json.dumps({"pairs": figures, "with_their_article": ways, "race": speed}))
    write_section(
        "near_copies",
        "Near-copies",
        f"{len(rows)} texts: {len(texts)} real articles (`../shared/data/press`) and "
        "five made copies of every third. Over all pairs of texts: precision "
        f"{figures['precision']:.3f}, recall {figures['recall']:.3f}, F1 "
        f"{figures['f1']:.3f}.",
        table(("copy", "share with its article"), ways.items()),
        f"{speed['posts']} posts of {WORDS} words are clustered at "
        f"{speed['posts_per_second']} posts a second of one core (fingerprint, "
        f"candidates, similarity) in {speed['memory_mb']} MB beside the texts.",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
