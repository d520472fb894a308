"""Precision and recall of personal data by kind, on the written set of 300 sentences.

`personal_data.md` describes the set. Prints one JSON object and writes the section of
`docs/quality.md`.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.quality_page import table, wilson, write_section
from domain.analysis import Span
from nlp.personal_data import personal_data

SET = Path(__file__).with_name("personal_data.txt")
KINDS = ("phone", "identity", "account", "plate", "address", "email", "name")
_MARKED = re.compile(r"\[([a-z]+)\|([^\]]*(?:\[[^\]]*\][^\]]*)*)\]")
SHARED = 0.5
"""Share of a marked stretch that must be found, and of a found one that must be it."""


LATER = 33
"""The last sentences, written after the rules stood."""


def sentences(path: Path = SET) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """Yield each sentence without its signs, and what they mark."""
    for line in path.read_text("utf-8").split("\n"):
        if line and not line.startswith("#"):
            yield _read(line)


def _read(line: str) -> tuple[str, tuple[Span, ...]]:
    text, spans, place = "", [], 0
    for match in _MARKED.finditer(line):
        text += line[place : match.start()]
        kind, value = match.groups()
        spans.append(Span(start=len(text), end=len(text) + len(value), kind=kind))
        text += value
        place = match.end()
    return text + line[place:], tuple(spans)


def agrees(one: Span, other: Span) -> bool:
    """Tell whether two stretches are of one kind and share enough."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    longest = max(one.end - one.start, other.end - other.start)
    return one.kind == other.kind and shared >= SHARED * longest


def count(kind: str, rows: Sequence[tuple[str, tuple[Span, ...]]]) -> Counter[str]:
    """Return how many of a kind were found, missed and wrongly found."""
    counts: Counter[str] = Counter()
    for text, marked in rows:
        true = [span for span in marked if span.kind == kind]
        found = [span for span in personal_data(text) if span.kind == kind]
        right = sum(any(agrees(one, two) for two in found) for one in true)
        counts["right"] += right
        counts["missed"] += len(true) - right
        counts["wrong"] += sum(not any(agrees(f, t) for t in true) for f in found)
    return counts


def main() -> int:
    """Measure, print and write."""
    rows = list(sentences())
    figures = {kind: count(kind, rows) for kind in KINDS}
    figures["all kinds"] = sum(figures.values(), Counter())
    later = (count(kind, rows[-LATER:]) for kind in KINDS)
    figures[f"all kinds, last {LATER} sentences"] = sum(later, Counter())
    clean = [text for text, marked in rows if not marked]
    spoiled = sum(bool(personal_data(text)) for text in clean)
    lines = [
        (
            kind,
            c["right"] + c["missed"],
            wilson(c["right"], c["right"] + c["wrong"]),
            wilson(c["right"], c["right"] + c["missed"]),
        )
        for kind, c in figures.items()
    ]
    write_section(
        "personal_data",
        "Personal data",
        f"{len(rows)} written sentences (`benchmarks/personal_data.md`), {len(clean)} "
        "of them without personal data but with what looks like it; in "
        f"{spoiled} of these something is hidden. Ranges are 95 % Wilson intervals.",
        table(("kind", "marked", "precision", "recall"), lines),
    )
    print(json.dumps({k: dict(v) for k, v in figures.items()} | {"spoiled": spoiled}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
