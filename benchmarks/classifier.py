"""Trains and measures the classifier: `python -m benchmarks.classifier [--shared]`.

Writes docs/quality.md, prints speed, and with --shared a figure on public comments
whose labels mean something else (offensive or hateful towards anybody).
"""

import csv
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import process_time

from underthesea import word_tokenize

from benchmarks.quality_page import write_head
from classifier.artefact import load
from classifier.evaluation import evaluate_command, report_json
from classifier.linear import LinearClassifier
from classifier.markdown import report_markdown
from classifier.metrics import confusion, macro_f1
from classifier.port import Subject
from classifier.rows import read_rows, rows_from
from classifier.training import CORPUS, train_command
from domain.labels import PostKind
from nlp.normalise import normalise

ROOT = Path(__file__).parents[1]
PROFILE = ROOT / "profiles" / "dien-bien" / "examples.jsonl"
SHARED = ROOT.parent / "shared" / "data" / "social" / "vihsd_dev.csv"
TARGET = 1_500
"""Comments a second and core that judge() should reach without segmentation."""

TIMED = 6_000
"""Texts whose judging is timed: some seconds for each way."""


def examples() -> list[dict[str, object]]:
    """Return the default profile's examples."""
    lines = PROFILE.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def rate(model: LinearClassifier, subjects: Sequence[Subject], *, why: bool) -> float:
    """Return texts judged a second, after one round to warm up."""
    model.judge(subjects[:200], explain=why)
    began = process_time()
    model.judge(subjects, explain=why)
    return len(subjects) / (process_time() - began)


def speed(model: LinearClassifier) -> str:
    """Measure comments a second in three ways, and return it as Markdown."""
    rows = [r for r in read_rows(CORPUS / "train") if r.kind is PostKind.COMMENT]
    texts = [row.whole_text for row in rows][:TIMED]
    bare = [Subject(text=text, kind=PostKind.COMMENT) for text in texts]
    ready = [
        Subject(text=t, kind=PostKind.COMMENT, normalised=normalise(t).text)
        for t in texts
    ]
    few = texts[:800]
    word_tokenize(few[0])
    began = process_time()
    cut = [
        Subject(
            text=text,
            kind=PostKind.COMMENT,
            normalised=normalise(text).text,
            segmented=word_tokenize(text, format="text"),
        )
        for text in few
    ]
    model.judge(cut, explain=False)
    segmented = len(few) / (process_time() - began)
    lines = [
        "## Speed",
        "",
        f"Comments a second of processor time (aim {TARGET}):",
        "",
        "| what | comments/s |",
        "|---|---|",
        f"| judge, normalised handed in | {rate(model, ready, why=False):.0f} |",
        f"| judge with reasons | {rate(model, ready, why=True):.0f} |",
        f"| normalise and judge | {rate(model, bare, why=False):.0f} |",
        f"| normalise, segment and judge | {segmented:.0f} |",
    ]
    return "\n".join(lines)


def shared(model: LinearClassifier) -> str:
    """Compare «abuse or hate» with ViHSD's «offensive or hate»; say so if absent."""
    if not SHARED.is_file():
        return f"{SHARED.name} is not there: skipped"
    with SHARED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])
    subjects = [Subject(text=r[names[0]], kind=PostKind.COMMENT) for r in rows]
    said = [
        str(j.flagged("abuse") or j.flagged("hate"))
        for j in model.judge(subjects, explain=False)
    ]
    truth = [str(row[names[-1]] != "0") for row in rows]
    table = confusion(["True", "False"], truth, said)
    return f"ViHSD dev, abuse or hate: macro-F1 {macro_f1(table):.3f} {table}"


def main(arguments: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        trained = train_command(out, examples=rows_from(examples()))
        print(f"trained {trained.version} on {trained.rows} in {trained.seconds:.1f} s")
        model = load(out)
    report = evaluate_command(model)
    if "--json" in arguments:
        print(report_json(report))
    page = report_markdown(report, extra=speed(model))
    write_head(page)
    print(page)
    if "--shared" in arguments:
        print(shared(model))


if __name__ == "__main__":
    main(sys.argv[1:])
