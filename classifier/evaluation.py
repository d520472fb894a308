"""Measures a classifier on the test part and the guard, and writes it down."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from classifier.corpus_check import CORPUS
from classifier.counterfactual import SwapFigures, swap_figures
from classifier.guard_suites import SuiteFigures, read_suites, suite_figures
from classifier.heads import ARTICLES_ONLY, BINARY, HARMS, STANCES, TOPICS
from classifier.metrics import (
    BinaryFigures,
    Booleans,
    Figure,
    binary_figures,
    confusion,
    macro_f1,
    rate,
)
from classifier.port import Classifier, Subject
from classifier.rows import Row, read_rows
from domain.analysis import Judgement
from domain.labels import Label, PostKind

Table = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFigures:
    """Any harm at all, within one way of writing."""

    texts: int
    harmful: int
    recall: Figure
    false_flags: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardFigures:
    """Posts that must not be flagged as harmful, and how often they were."""

    texts: int
    false_flags: Figure
    by_note: Mapping[str, tuple[int, int]]
    complaints_found: Figure
    flagged: Sequence[tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything `minhtin evaluate` says."""

    model: str
    texts: int
    labels: Mapping[str, BinaryFigures]
    macro_f1_harm: float
    harmful_recall: Figure
    harmless_false_flags: Figure
    honest_false_flags: Figure
    topic: Table
    topic_macro_f1: float
    stance: Table
    stance_macro_f1: float
    registers: Mapping[str, RegisterFigures]
    guard: GuardFigures
    suites: Mapping[str, SuiteFigures]
    swaps: SwapFigures


def evaluate(
    model: Classifier,
    rows: Sequence[Row],
    guard: Sequence[Row] = (),
    suites: Mapping[str, Sequence[Row]] | None = None,
) -> Report:
    """Judge the rows, the guard's and the suites' (by name), and measure."""
    judged = judge_rows(model, rows)
    flags = _any_harm(judged)
    harmful = np.asarray([bool(row.harm) for row in rows], bool)
    honest = np.asarray([row.honest for row in rows], bool)
    labels = {name: _label(name, rows, judged) for name in BINARY}
    topic = confusion(
        [topic.value for topic in TOPICS],
        [row.topic.value for row in rows],
        [judgement.topic.value for judgement in judged],
    )
    stance = _stance(rows, judged)
    return Report(
        model=model.version,
        texts=len(rows),
        labels=labels,
        macro_f1_harm=float(np.mean([labels[name].f1.value for name in HARMS])),
        harmful_recall=rate(flags[harmful]),
        harmless_false_flags=rate(flags[~harmful]),
        honest_false_flags=rate(flags[honest]),
        topic=topic,
        topic_macro_f1=macro_f1(topic),
        stance=stance,
        stance_macro_f1=macro_f1(stance),
        registers=_registers(rows, flags, harmful),
        guard=_guard(guard, judge_rows(model, guard)),
        suites={
            name: suite_figures(texts, judge_rows(model, texts))
            for name, texts in (suites or {}).items()
        },
        swaps=swap_figures(model),
    )


def evaluate_command(model: Classifier, *, corpus: Path = CORPUS) -> Report:
    """Evaluate on the shipped test part, the older guard and the suites."""
    return evaluate(
        model,
        read_rows(corpus / "test"),
        read_rows(corpus / "guard" / "criticism.jsonl"),
        read_suites(corpus),
    )


def report_json(report: Report) -> str:
    """Write the report as JSON."""
    return json.dumps(asdict(report), ensure_ascii=False, indent=2) + "\n"


def judge_rows(model: Classifier, rows: Sequence[Row]) -> Sequence[Judgement]:
    """Judge labelled texts without reasons."""
    subjects = [Subject(text=row.whole_text, kind=row.kind) for row in rows]
    return model.judge(subjects, explain=False)


def _harms(judgement: Judgement) -> tuple[str, ...]:
    return tuple(s.name for s in judgement.labels if s.flagged and s.name in HARMS)


def _any_harm(judged: Sequence[Judgement]) -> Booleans:
    return np.asarray([bool(_harms(judgement)) for judgement in judged], bool)


def _label(
    name: str, rows: Sequence[Row], judged: Sequence[Judgement]
) -> BinaryFigures:
    pairs = [
        (row.is_true(name), score.flagged, score.probability)
        for row, judgement in zip(rows, judged, strict=True)
        if name not in ARTICLES_ONLY or row.kind is PostKind.ARTICLE
        for score in judgement.labels
        if score.name == name
    ]
    truth, flagged, odds = zip(*pairs, strict=True) if pairs else ((), (), ())
    return binary_figures(
        np.asarray(truth, bool), np.asarray(flagged, bool), np.asarray(odds, float)
    )


def _stance(rows: Sequence[Row], judged: Sequence[Judgement]) -> Table:
    pairs = [
        (row.stance, judgement.stance.value)
        for row, judgement in zip(rows, judged, strict=True)
        if row.stance != "-" and judgement.stance is not None
    ]
    return confusion(
        [stance.value for stance in STANCES],
        [true_name for true_name, _ in pairs],
        [said for _, said in pairs],
    )


def _registers(
    rows: Sequence[Row], flags: Booleans, harmful: Booleans
) -> dict[str, RegisterFigures]:
    names = np.asarray([row.register for row in rows])
    return {
        str(name): RegisterFigures(
            texts=int((names == name).sum()),
            harmful=int((harmful & (names == name)).sum()),
            recall=rate(flags[harmful & (names == name)]),
            false_flags=rate(flags[~harmful & (names == name)]),
        )
        for name in sorted(set(names.tolist()))
    }


def _guard(rows: Sequence[Row], judged: Sequence[Judgement]) -> GuardFigures:
    flags = _any_harm(judged)
    notes = sorted({row.note for row in rows})
    complaints = [
        judgement.flagged(Label.COMPLAINT)
        for row, judgement in zip(rows, judged, strict=True)
        if row.complaint
    ]
    return GuardFigures(
        texts=len(rows),
        false_flags=rate(flags),
        by_note={
            note: (
                int(sum(f for f, r in zip(flags, rows, strict=True) if r.note == note)),
                sum(row.note == note for row in rows),
            )
            for note in notes
        },
        complaints_found=rate(np.asarray(complaints, bool)),
        flagged=[
            (row.id, _harms(judgement))
            for row, judgement in zip(rows, judged, strict=True)
            if _harms(judgement)
        ],
    )
