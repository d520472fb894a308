import numpy as np
import pytest

from classifier.features import see
from classifier.vocabulary import BLOCK_WEIGHT, learn_vocabulary
from domain.labels import PostKind

TEXTS = [
    see(text, PostKind.POST)
    for text in ("mất nước", "mất điện", "mất nước rồi", "trời đẹp")
]


def test_terms_of_too_few_texts_are_left_out() -> None:
    known = learn_vocabulary(TEXTS).columns["w"]
    assert "wmất nước" in known
    assert "wđẹp" not in known


def test_each_block_has_the_length_of_its_weight() -> None:
    vocabulary = learn_vocabulary(TEXTS * 2)
    matrix = vocabulary.matrix(TEXTS)
    for block, start, end in vocabulary.bounds():
        lengths = np.sqrt((matrix[:, start:end].toarray() ** 2).sum(axis=1))
        assert lengths == pytest.approx([BLOCK_WEIGHT[block]] * 4, rel=1e-5)


def test_rows_do_not_depend_on_their_neighbours() -> None:
    vocabulary = learn_vocabulary(TEXTS * 2)
    together = vocabulary.matrix(TEXTS).toarray()
    alone = [vocabulary.matrix([seen]).toarray()[0] for seen in TEXTS]
    assert np.allclose(together, alone)


def test_unknown_and_empty_texts_give_a_row_of_almost_nothing() -> None:
    vocabulary = learn_vocabulary(TEXTS)
    matrix = vocabulary.matrix([see("", PostKind.POST), see("xyz", PostKind.POST)])
    assert matrix.shape == (2, vocabulary.width)
    assert np.isfinite(matrix.toarray()).all()


def test_a_term_in_many_texts_weighs_less() -> None:
    vocabulary = learn_vocabulary(TEXTS)
    known = vocabulary.columns["w"]
    assert vocabulary.idf[known["wmất"]] < vocabulary.idf[known["wnước"]]


LONG = "hôm nay cả bản đi họp về nước sạch, mai lại đi gặt lúa ngoài đồng"


def test_a_text_of_unknown_letter_groups_is_mostly_unknown() -> None:
    vocabulary = learn_vocabulary([see(LONG, PostKind.POST)] * 3)
    foreign = see("qwzx fjwk zzyq jfwx wqzf xkjq " * 4, PostKind.POST)
    assert vocabulary.unknown(see(LONG, PostKind.POST)) == 0
    assert vocabulary.unknown(foreign) > 0.9


def test_a_short_text_says_too_little_to_be_unknown() -> None:
    vocabulary = learn_vocabulary([see(LONG, PostKind.POST)] * 3)
    assert vocabulary.unknown(see("qwzx", PostKind.POST)) == 0
    assert vocabulary.unknown(see("", PostKind.POST)) == 0
