import numpy as np

from classifier.bare import WEIGHT, table_of
from classifier.linear import seen_of
from classifier.port import Subject
from classifier.rows import Row
from classifier.vocabulary import learn_vocabulary
from domain.labels import PostKind

ROWS = [
    Row(id="1", text="mất nước cả bản"),
    Row(id="2", text="mat nuoc ca ban"),
    Row(id="3", text="mất nước cả bản", kind=PostKind.ARTICLE),
    Row(id="4", text="mất điện cả bản", weight=0.5),
]
TEXTS = [seen_of(Subject(text=row.whole_text, kind=row.kind)) for row in ROWS]
TABLE = table_of(ROWS, TEXTS, learn_vocabulary(TEXTS * 3))


def test_texts_with_marks_are_copied_without_and_articles_are_not() -> None:
    assert TABLE.of.tolist() == [0, 1, 2, 3, 0, 3]
    copy, typed = TABLE.matrix[4].toarray(), TABLE.matrix[1].toarray()
    assert np.allclose(copy, typed)


def test_a_copy_counts_less_than_its_text() -> None:
    assert TABLE.weights.tolist() == [1, 1, 1, 0.5, WEIGHT, WEIGHT * 0.5]


def test_copies_stay_with_their_rows_and_answers() -> None:
    rows = np.asarray([1, 3])
    lines = TABLE.lines(rows, copies=True)
    assert lines.tolist() == [1, 3, 5]
    assert TABLE.lines(rows, copies=False).tolist() == [1, 3]
    answers = TABLE.truth(rows, np.asarray([False, True]), lines)
    assert answers.tolist() == [False, True, True]
