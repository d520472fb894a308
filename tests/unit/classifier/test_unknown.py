"""Words without a weight, counted by syllable."""

from classifier.linear import LinearClassifier
from classifier.model import Model
from classifier.port import Subject
from classifier.unknown import unknown_words


def test_syllables_with_and_without_marks_are_known_and_others_are_not(
    model: Model,
) -> None:
    classifier = LinearClassifier(model)
    known = next(
        term[1:]
        for term in model.vocabulary.columns["w"]
        if term[0] == "f" and term[1:].isalpha()
    )
    assert unknown_words(classifier, Subject(text=f"{known} {known}")) == (2, 0)
    words, strange = unknown_words(classifier, Subject(text=f"{known} zwqxkk"))
    assert (words, strange) == (2, 1)
    # One word with marks makes the whole a text with marks, counted the same.
    marked = Subject(text=f"{known} zwqxkk đường")
    assert unknown_words(classifier, marked)[0] == 3
    assert unknown_words(classifier, Subject(text="")) == (0, 0)
