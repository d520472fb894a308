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
"""The rates that no release may fall behind, for each pool; they are the aims."""


class Part(StrEnum):
    """A part of a suite: odd ids `dev`, even ids `spent`, a file for each other."""

    DEV = "dev"
    SPENT = "spent"
    FINAL = "final"
    FINAL2 = "final2"
    FINAL3 = "final3"
    FINAL4 = "final4"
    FINAL5 = "final5"


class Pool(StrEnum):
    """Parts taken together, as the release check does.

    One part of 210 posts moves by two points from suite to suite; the parts that
    nobody read are more than a thousand of each.
    """

    READ = "read"
    UNREAD = "unread"

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that whoever chooses has read, or those that nobody has."""
        read = (Part.DEV, Part.SPENT)
        if self is Pool.READ:
            return read
        return tuple(part for part in Part if part not in read)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteFigures:
    """How many posts of a part or pool were flagged as harmful at all."""

    texts: int
    flagged: Figure
    by_kind: Mapping[str, tuple[int, int]]
    by_label: Mapping[str, tuple[int, int]]
    complaints_found: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The release check: at most so many honest posts flagged, so many others found."""

    false_flags: float
    recall: float


def suite_name(file: str, part: Part | Pool) -> str:
    """Name a part or pool of a suite: «honest dev», «alike unread»."""
    return f"{Path(file).stem} {part}"


def read_suite(corpus: Path, name: str, part: Part) -> list[Row]:
    """Read one part of a suite."""
    folder, stem = corpus / "guard", Path(name).stem
    if part not in {Part.DEV, Part.SPENT}:
        return read_rows(folder / f"{stem}_{part}.jsonl")
    odd = part is Part.DEV
    return [row for row in read_rows(folder / name) if int(row.id[-1]) % 2 == odd]


def read_suites(corpus: Path) -> dict[str, list[Row]]:
    """Read every part and pool of both suites, by name."""
    found: dict[str, list[Row]] = {}
    for file in (HONEST, ALIKE):
        parts = {part: read_suite(corpus, file, part) for part in Part}
        found |= {suite_name(file, part): rows for part, rows in parts.items()}
        for pool in Pool:
            rows = [row for part in pool.parts for row in parts[part]]
            found[suite_name(file, pool)] = rows
    return found


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


def release_line(pool: Pool, path: Path = LINE) -> Line:
    """Read the committed line of a pool."""
    return Line(**json.loads(path.read_text(encoding="utf-8"))[pool])


def behind(line: Line, suites: Mapping[str, SuiteFigures], pool: Pool) -> list[str]:
    """Say, in words, where a pool falls behind its line; empty when it holds."""
    false_flags = suites[suite_name(HONEST, pool)].flagged.value
    recall = suites[suite_name(ALIKE, pool)].flagged.value
    found = []
    if false_flags > line.false_flags:
        found.append(
            f"honest posts flagged: {false_flags:.1%}, at most "
            f"{line.false_flags:.0%} may be"
        )
    if recall < line.recall:
        found.append(
            f"look-alikes found: {recall:.1%}, at least {line.recall:.0%} must be"
        )
    return found
