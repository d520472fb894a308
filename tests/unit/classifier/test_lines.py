import numpy as np
import pytest
from scipy import sparse

from classifier import lines
from classifier.bare import Table
from classifier.lines import FOLDS, Question, fit_lines

ROWS, COLUMNS = 120, 30
DEALT = np.arange(ROWS) % FOLDS


def table() -> Table:
    dice = np.random.default_rng(4)
    return Table(
        matrix=sparse.csr_matrix(dice.random((ROWS, COLUMNS)).astype(np.float32)),
        of=np.arange(ROWS),
        weights=np.ones(ROWS),
        rows=ROWS,
    )


def questions() -> list[Question]:
    dice = np.random.default_rng(5)
    every = np.arange(ROWS)
    return [
        Question("scam", every, dice.random(ROWS) < 0.4),
        Question("pos", every[:80], dice.random(80) < 0.5),
    ]


def test_as_many_at_once_as_may_be_the_lines_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    asked = questions()
    alone = fit_lines(
        table(), asked, DEALT, seed=7, progress=lambda name, _: told.append(name)
    )
    assert told == ["scam", "pos"]
    monkeypatch.setattr(lines, "_FEW", 0)
    monkeypatch.setattr(lines, "cpu_count", lambda: 2)
    together = fit_lines(table(), asked, DEALT, seed=7, progress=lambda *_: None)
    for name in ("weights", "bias", "held"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(together, name))
    assert alone.weights.shape == (2, COLUMNS)


def test_a_row_is_scored_by_a_line_that_had_not_seen_it() -> None:
    """A column that tells one row's answer alone would give it away."""
    given = table()
    truth = np.zeros(ROWS, bool)
    truth[::2] = True
    giving_away = sparse.csr_matrix(np.eye(ROWS, dtype=np.float32) * 9)
    given = Table(giving_away, given.of, given.weights, ROWS)
    fitted = fit_lines(
        given,
        [Question("scam", np.arange(ROWS), truth)],
        DEALT,
        seed=7,
        progress=lambda *_: None,
    )
    seen = giving_away @ fitted.weights[0] + fitted.bias[0]
    assert ((seen > 0) == truth).all()
    assert np.ptp(fitted.held[:, 0]) < np.ptp(seen) / 4


def test_rows_that_are_not_asked_hold_nothing() -> None:
    fitted = fit_lines(table(), questions(), DEALT, seed=7, progress=lambda *_: None)
    assert (fitted.held[80:, 1] == 0).all()
    assert (fitted.held[:80, 1] != 0).all()
