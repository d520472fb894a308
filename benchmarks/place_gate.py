"""Quality and speed of the place gate on labelled articles; prints one JSON object.

Needs the development data beside the checkout (`../shared`); says so where it lacks.
"""

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
    pairs = [(row["about"], str(judge(gate, row))) for row in rows]
    seconds = time.perf_counter() - start
    by_label = {str(label): figures(pairs, label) for label in LABELS}
    report = {
        "articles": len(rows),
        "labels": by_label,
        "macro_f1": round(sum(row["f1"] for row in by_label.values()) / 4, 3),
        "confusion": {
            f"{truth}->{judged}": count
            for (truth, judged), count in sorted(Counter(pairs).items())
        },
        "articles_per_second": round(len(rows) / seconds),
        "comments_per_second": round(comments_per_second(gate)),
    }
    print(json.dumps(report, ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
