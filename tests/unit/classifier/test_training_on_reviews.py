"""Reviewed posts answer some questions only, and together count at most the corpus."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from classifier import training
from classifier.costs import Answers, thresholds
from classifier.fitting import fit_line, fit_sigmoid
from classifier.rows import Row, read_rows, write_rows
from classifier.training import weighed
from domain.labels import Harm


def corpus(count: int = 24) -> list[Row]:
    return [
        Row(id=f"{kind}{n}", text=f"{kind} {n}", harm=(Harm.SCAM,) if kind else ())
        for n in range(count)
        for kind in ("", "x")
    ]


def test_a_row_of_the_corpus_answers_all_and_a_review_what_it_speaks_of() -> None:
    review = Row(id="r", text="t", harm=(Harm.SCAM,), speaks=("scam",))
    assert Row(id="c", text="t").speaks_of("hate")
    assert review.speaks_of("scam")
    assert not review.speaks_of("hate")
    assert review.speaks_of_harm
    assert not Row(id="c", text="t", speaks=("complaint",)).speaks_of_harm


def test_a_question_is_put_to_the_rows_that_speak_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training, "FEWEST", 0)
    rows = [
        *corpus(),
        Row(id="r1", text="t", harm=(Harm.SCAM,), speaks=("scam",), weight=0.5),
        Row(id="r2", text="t", complaint=True, speaks=("complaint",), weight=0.5),
    ]
    asked = {task.name: task for task in training._tasks(rows)}
    assert len(asked["hate"].rows) == 48
    assert asked["hate"].weights is None
    assert asked["scam"].rows.tolist()[-1] == 48
    weights = asked["scam"].weights
    assert weights is not None
    assert weights.tolist()[-2:] == [1.0, 0.5]
    assert asked["complaint"].rows.tolist()[-1] == 49
    assert len(asked["economy"].rows) == 48


def test_reviews_count_one_each_until_they_outnumber_the_corpus() -> None:
    few, many = corpus(2), corpus(100)
    assert {row.weight for row in weighed(few, 4000)} == {1.0}
    assert sum(row.weight for row in weighed(many, 50)) == pytest.approx(50)
    assert weighed([], 10) == []


def test_a_text_that_counts_nothing_moves_no_line() -> None:
    matrix = sparse.csr_matrix(np.eye(4))
    truth = np.asarray([True, False, True, False])
    whole = fit_line(matrix, truth, penalty=1.0, seed=7)
    same = fit_line(matrix, truth, penalty=1.0, seed=7, weights=np.ones(4))
    assert np.allclose(whole.coef_, same.coef_)
    scores = np.asarray([1.0, -1.0, 0.5, 9.0])
    without = fit_sigmoid(scores[:3], truth[:3])
    nothing = fit_sigmoid(scores, truth, np.asarray([1.0, 1.0, 1.0, 0.0]))
    assert nothing.slope == pytest.approx(without.slope, rel=1e-3)


def test_a_light_text_prices_little() -> None:
    harmful = [Row(id=str(n), text="t", harm=(Harm.SCAM,)) for n in range(60)]

    def step(weight: float) -> float:
        honest = [
            Row(id=f"h{n}", text="t", speaks=("scam",), weight=weight)
            for n in range(60)
        ]
        made = thresholds(
            [
                Answers(
                    name="scam",
                    truth=np.asarray([True] * 60 + [False] * 60),
                    probability=np.asarray([0.6] * 60 + [0.7] * 60),
                    rows=[*harmful, *honest],
                )
            ]
        )
        return made["scam"]

    assert step(1.0) > 0.7
    assert step(0.01) <= 0.6


def test_what_reviews_add_survives_a_file_and_stays_out_of_the_corpus(
    tmp_path: Path,
) -> None:
    rows = [
        Row(id="c", text="t"),
        Row(id="r", text="t", speaks=("scam", "hate"), weight=0.25),
    ]
    write_rows(tmp_path / "a.jsonl", rows)
    assert read_rows(tmp_path / "a.jsonl") == rows
    first = json.loads((tmp_path / "a.jsonl").read_text().splitlines()[0])
    assert "speaks" not in first
    assert "weight" not in first
