"""Robustness: recall under ways of writing, normalisation against doing nothing.

Prints one JSON object and writes the sections of `docs/quality.md`. What is said of
ViLexNorm is a section of its own, since it needs the data beside the checkout and stays
as it was without it.
"""

import csv
import json
import random
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.classifier import examples
from benchmarks.quality_page import table, wilson, write_section
from classifier.artefact import load
from classifier.evaluation import judge_rows
from classifier.linear import LinearClassifier
from classifier.rows import Row, read_rows, rows_from
from classifier.training import CORPUS, train_command
from domain.labels import Harm
from nlp.normalise import normalise
from nlp.unicode import fold

SOCIAL = Path(__file__).resolve().parents[2] / "shared/data/normalisation"
VILEXNORM = SOCIAL / "vilexnorm_dev.csv"
_CHAT = {"không": "ko", "được": "đc", "người": "ng", "gì": "j", "rồi": "r", "với": "vs"}
_ALIKE = str.maketrans({"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "x": "х"})
_RARELY, _OFTEN = 0.1, 0.3
"""Shares of words changed: insults are dotted, whole posts are not."""

_FACES = "😀🤡💩😡"
HARMS = frozenset(harm.value for harm in Harm)
Way = Callable[[str, random.Random], str]


def chat(text: str, _: random.Random) -> str:
    """Write the commonest words as in chats."""
    return " ".join(_CHAT.get(word.lower(), word) for word in text.split(" "))


def dotted(text: str, chance: random.Random) -> str:
    """Put dots between the letters of some words."""
    return _some(text, chance, _RARELY, ".".join)


def spaced(text: str, chance: random.Random) -> str:
    """Put spaces between the letters of some words."""
    return _some(text, chance, _RARELY, " ".join)


def stretched(text: str, chance: random.Random) -> str:
    """Repeat the last letter of some words."""
    return _some(text, chance, _OFTEN, lambda word: word + word[-1] * 3)


def smiling(text: str, chance: random.Random) -> str:
    """Put faces between words."""
    return _some(
        text, chance, _OFTEN, lambda word: f"{word} {chance.choice('😀🤡💩😡')}"
    )


def _some(
    text: str, chance: random.Random, share: float, change: Callable[[str], str]
) -> str:
    words = text.split(" ")
    return " ".join(
        change(word) if word.isalpha() and chance.random() < share else word
        for word in words
    )


WAYS: dict[str, Way] = {
    "no tone marks": lambda text, _: fold(text),
    "teencode": chat,
    "look-alike letters": lambda text, _: text.translate(_ALIKE),
    "dots inside words": dotted,
    "spaces inside words": spaced,
    "faces between words": smiling,
    "decomposed (NFD)": lambda text, _: unicodedata.normalize("NFD", text),
    "upper case": lambda text, _: text.upper(),
    "repeated letters": stretched,
}


def recalled(model: LinearClassifier, rows: Sequence[Row]) -> int:
    """Return how many texts are flagged for any harm."""
    return sum(
        any(score.flagged and score.name in HARMS for score in judged.labels)
        for judged in judge_rows(model, rows)
    )


def under_ways(model: LinearClassifier) -> list[tuple[str, str, float]]:
    """Return for each way of writing the recall and the points lost by it."""
    rows = [row for row in read_rows(CORPUS / "test") if row.harm]
    plain = recalled(model, rows)
    found = [("as written", wilson(plain, len(rows)), 0.0)]
    for name, way in WAYS.items():
        chance = random.Random(name)
        changed = [replace(row, text=way(row.text, chance)) for row in rows]
        hits = recalled(model, changed)
        lost = round(100 * (plain - hits) / len(rows), 1)
        found.append((name, wilson(hits, len(rows)), lost))
    return found


def standard(change: Callable[[str], str]) -> tuple[float, float]:
    """Return word accuracy and exact match on ViLexNorm's development part."""
    with VILEXNORM.open(encoding="utf-8", newline="") as file:
        pairs = [(row["original"], row["normalized"]) for row in csv.DictReader(file)]
    right = words = exact = 0
    for original, wanted in pairs:
        made, want = change(original).split(), wanted.split()
        words += len(want)
        exact += made == want
        if len(made) == len(want):
            right += sum(a == b for a, b in zip(made, want, strict=True))
    return round(right / words, 4), round(exact / len(pairs), 4)


def _write_standard(norm: Mapping[str, tuple[float, float]]) -> None:
    rows = [(name, *figures) for name, figures in norm.items()]
    head = ("ViLexNorm, development part", "word accuracy", "exact match")
    write_section(
        "normalisation",
        "Normalisation",
        "Needs `../shared/data/normalisation`. A sentence normalised to another number "
        "of words has none right.",
        table(head, rows),
        module="robustness",
    )


def main() -> int:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory() as folder:
        train_command(Path(folder), examples=rows_from(examples()))
        model = load(Path(folder))
    ways = under_ways(model)
    note = (
        "Recall of harmful texts of the written test part, each rewritten by a rule; "
        "ranges are 95 % Wilson intervals."
    )
    shown = table(("way of writing", "recall", "points lost"), ways)
    norm: dict[str, tuple[float, float]] = {}
    if VILEXNORM.exists():
        norm = {
            "doing nothing": standard(lambda text: text),
            "normalised": standard(lambda text: normalise(text).text),
        }
        _write_standard(norm)
    print(json.dumps({"ways": ways, "normalisation": norm}, ensure_ascii=False))
    write_section("robustness", "Robustness", note, shown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
