"""How much of a text the model has never seen."""

from classifier.features import word_terms
from classifier.linear import LinearClassifier, seen_of
from classifier.port import Subject


def unknown_words(classifier: LinearClassifier, subject: Subject) -> tuple[int, int]:
    """Return the syllables of a text, and how many of them have no weight.

    The model keeps those that at least two of its training texts hold, with tone marks
    or without.
    """
    known = classifier.model.vocabulary.columns["w"]
    singles = [
        term
        for term, first, end in word_terms(seen_of(subject).tokens)
        if end - first == 1
    ]
    # Of each syllable come two terms: as written, and without tone marks.
    pairs = list(zip(singles[::2], singles[1::2], strict=True))
    return len(pairs), sum(not (one in known or two in known) for one, two in pairs)
