"""Quality and speed of the place gate on labelled articles; prints one JSON object.

Beside the labelled articles it judges three further samples of the press, whose labels
are kept in `places_read.tsv` (facts, no texts). The rules were mended on the errors of
the first; the second was read after that, and its errors were mended in turn. For the
third, labelled before it was judged, no rule was changed.

Needs the development data beside the checkout (`../shared`); says so where it lacks.
"""

import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domain.labels import About, PostKind
from nlp.places import PlaceGate
from wiring.profile import load_profile

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
LABELS = (About.PROVINCE, About.MENTION, About.HISTORY, About.OTHER)
COMMENTS = 20_000
READ = Path(__file__).with_name("places_read.tsv")
_PARTS = ("title", "abstract", "text")


def judge(gate: PlaceGate, row: dict[str, Any]) -> About:
    """Judge one article; a text that names no place counts as other here."""
    about = gate.judge(
        row["title"], row["abstract"], row["text"], kind=PostKind.ARTICLE
    ).about
    return About.OTHER if about is About.NONE else about


def figures(pairs: Sequence[tuple[str, str]], label: str) -> dict[str, float]:
    """Return precision, recall and F1 of one label over (truth, judged) pairs."""
    right = sum(truth == label == judged for truth, judged in pairs)
    said = sum(judged == label for _, judged in pairs)
    true = sum(truth == label for truth, _ in pairs)
    return {
        "precision": round(right / said, 3) if said else 0.0,
        "recall": round(right / true, 3) if true else 0.0,
        "f1": round(2 * right / (said + true), 3) if said + true else 0.0,
        "support": true,
    }


def further(sample: str) -> list[dict[str, Any]]:
    """Return the rows of a sample of the press, labels joined to their texts."""
    known = {}
    for line in READ.read_text("utf-8").split("\n"):
        if line and not line.startswith("#"):
            name, key, about, which = line.split("\t")
            if which == sample:
                known[name, key] = about
    rows = {}
    for name in sorted({name for name, _ in known}):
        for line in (DATA / "press" / f"{name}.jsonl").read_text("utf-8").split("\n"):
            row = json.loads(line) if line else {}
            key = (row.get("url") or row.get("text") or "").encode()
            place = (name, hashlib.sha256(key).hexdigest()[:12])
            if place in known:
                given = {part: row.get(part) or "" for part in _PARTS}
                rows[place] = given | {"about": known[place]}
    return list(rows.values())


def measured(gate: PlaceGate, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures by label, their mean F1 and the confusion."""
    pairs = [(row["about"], str(judge(gate, row))) for row in rows]
    by_label = {str(label): figures(pairs, label) for label in LABELS}
    return {
        "articles": len(rows),
        "labels": by_label,
        "macro_f1": round(sum(row["f1"] for row in by_label.values()) / 4, 3),
        "confusion": {
            f"{truth}->{judged}": count
            for (truth, judged), count in sorted(Counter(pairs).items())
        },
    }


def comments_per_second(gate: PlaceGate) -> float:
    """Return how many real short comments one core judges in a second."""
    lines = (DATA / "social" / "vihsd_dev.csv").read_text("utf-8").splitlines()[1:]
    texts = (lines * (COMMENTS // len(lines) + 1))[:COMMENTS]
    start = time.perf_counter()
    for text in texts:
        gate.judge("", "", text, kind=PostKind.COMMENT)
    return COMMENTS / (time.perf_counter() - start)


def main() -> int:
    """Measure and print."""
    path = DATA / "place_gate" / "dev.jsonl"
    if not path.exists():
        print(json.dumps({"skipped": "needs ../shared/data beside the checkout"}))
        return 0
    gate = PlaceGate.of(load_profile("dien-bien"))
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    judge(gate, rows[0])
    start = time.perf_counter()
    report = measured(gate, rows)
    seconds = time.perf_counter() - start
    report |= {
        "articles_per_second": round(len(rows) / seconds),
        "comments_per_second": round(comments_per_second(gate)),
        "first_further_sample": measured(gate, further("1")),
        "second_further_sample": measured(gate, further("2")),
        "third_further_sample": measured(gate, further("3")),
    }
    print(json.dumps(report, ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
