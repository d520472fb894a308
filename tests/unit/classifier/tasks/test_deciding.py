"""Offsets lift rare labels where that helps macro-F1, and never make it worse."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.tasks.deciding import macro_f1_of, offsets_for


def test_macro_f1_by_hand() -> None:
    truth, said = np.asarray([0, 0, 1, 1]), np.asarray([0, 1, 1, 1])
    assert macro_f1_of(truth, said, 2) == (2 / 3 + 4 / 5) / 2


def test_a_rare_label_with_low_scores_is_lifted() -> None:
    random = np.random.default_rng(1)
    truth = (random.random(2_000) < 0.1).astype(np.int64)
    own = random.normal(truth * 2.0, 1.0)
    scores = np.stack([np.full(2_000, 3.0), own], axis=1)
    offsets = offsets_for(scores, truth)
    before = macro_f1_of(truth, scores.argmax(axis=1), 2)
    after = macro_f1_of(truth, (scores + offsets).argmax(axis=1), 2)
    assert offsets[1] > 0
    assert after > before + 0.1


@given(st.integers(0, 50), st.integers(2, 4))
@settings(deadline=None)
def test_there_is_an_offset_for_each_label(seed, count) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(size=(60, count))
    offsets = offsets_for(scores, random.integers(0, count, 60))
    assert offsets.shape == (count,)
    assert offsets[0] == 0
    assert np.isfinite(offsets).all()
