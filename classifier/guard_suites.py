"""The criticism guard's two suites: honest posts, and look-alikes that do harm.

Each is in seven parts. `dev` and `spent` are read while features, texts and costs are
chosen; `final` to `final5` are only measured, so their figures are the ones to quote,
those of `final5` first: it is the newest. `spent` was such a part once: it is read
since its errors were looked at, and measures nothing new.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from classifier.heads import HARMS
from classifier.metrics import Figure, rate
from classifier.rows import Row, read_rows
from domain.analysis import Judgement
from domain.labels import Label

HONEST, ALIKE = "honest.jsonl", "alike.jsonl"
LINE = Path(__file__).parent / "release_line.json"
"""The rates no release may fall behind, beside what is aimed at, for each part.

Where an aim is not reached, what was reached is held; it may only be tightened."""


class Part(StrEnum):
    """A part of a suite: odd ids `dev`, even ids `spent`, a file for each other."""

    DEV = "dev"
    SPENT = "spent"
    FINAL = "final"
    FINAL2 = "final2"
    FINAL3 = "final3"
    FINAL4 = "final4"
    FINAL5 = "final5"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteFigures:
    """How many posts of one part of a suite were flagged as harmful at all."""

    texts: int
    flagged: Figure
    by_kind: Mapping[str, tuple[int, int]]
    by_label: Mapping[str, tuple[int, int]]
    complaints_found: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The release check: what is aimed at, and what holds until that is reached."""

    false_flags_aim: float
    false_flags_held: float
    recall_aim: float
    recall_held: float


def suite_name(file: str, part: Part) -> str:
    """Name a part of a suite: «honest dev», «alike final»."""
    return f"{Path(file).stem} {part}"


def read_suite(corpus: Path, name: str, part: Part) -> list[Row]:
    """Read one part of a suite."""
    folder, stem = corpus / "guard", Path(name).stem
    if part not in {Part.DEV, Part.SPENT}:
        return read_rows(folder / f"{stem}_{part}.jsonl")
    odd = part is Part.DEV
    return [row for row in read_rows(folder / name) if int(row.id[-1]) % 2 == odd]


def suite_figures(rows: Sequence[Row], judged: Sequence[Judgement]) -> SuiteFigures:
    """Count posts with any harm flag, and complaints found among the complaints."""
    pairs = list(zip(rows, judged, strict=True))
    flagged = [
        any(score.flagged and score.name in HARMS for score in judgement.labels)
        for judgement in judged
    ]
    complaints = [j.flagged(Label.COMPLAINT) for row, j in pairs if row.complaint]
    return SuiteFigures(
        texts=len(rows),
        flagged=rate(np.asarray(flagged, bool)),
        by_kind=_share([[row.note] for row in rows], flagged),
        by_label=_share([[h.value for h in row.harm] for row in rows], flagged),
        complaints_found=rate(np.asarray(complaints, bool)),
    )


def _share(
    names: Iterable[Sequence[str]], flagged: Sequence[bool]
) -> dict[str, tuple[int, int]]:
    """Return (flagged, texts) by name, in order of name."""
    hits: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    for of_row, hit in zip(names, flagged, strict=True):
        texts.update(of_row)
        hits.update(of_row if hit else ())
    return {name: (hits[name], texts[name]) for name in sorted(texts)}


def release_line(part: Part, path: Path = LINE) -> Line:
    """Read the committed line of a part."""
    return Line(**json.loads(path.read_text(encoding="utf-8"))[part])


def missed_aims(line: Line) -> list[str]:
    """Say, in words, where the line itself is laxer than what is aimed at."""
    found = []
    if (far := line.false_flags_held - line.false_flags_aim) > 0:
        found.append(
            f"honest posts flagged held at {line.false_flags_held:.1%}, aim "
            f"{line.false_flags_aim:.0%}: {100 * far:.1f} points to go"
        )
    if (far := line.recall_aim - line.recall_held) > 0:
        found.append(
            f"look-alikes found held at {line.recall_held:.1%}, aim "
            f"{line.recall_aim:.0%}: {100 * far:.1f} points to go"
        )
    return found


def behind(line: Line, *, false_flags: float, recall: float) -> list[str]:
    """Say, in words, where the figures fall behind the line; empty when they hold."""
    found = []
    if false_flags > line.false_flags_held:
        found.append(
            f"honest posts flagged: {false_flags:.1%}, at most "
            f"{line.false_flags_held:.1%} may be (aim {line.false_flags_aim:.0%})"
        )
    if recall < line.recall_held:
        found.append(
            f"look-alikes found: {recall:.1%}, at least {line.recall_held:.1%} must be "
            f"(aim {line.recall_aim:.0%})"
        )
    return found
