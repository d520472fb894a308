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
    tokens = seen_of(subject).tokens
    held = {
        first
        for term, first, end in word_terms(tokens)
        if end - first == 1 and term in known
    }
    return len(tokens), len(tokens) - len(held)
