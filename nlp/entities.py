"""Persons, organisations and places of a text, by underthesea's tagger.

Sentence by sentence: on a whole article at once the tagger takes seven times as long.
Its model ships inside the wheel. Spans point into the text given.
"""

from domain.analysis import Span
from nlp.sentences import sentences

_MOST = 40
"""Sentences tagged per text: who an article is about stands in its first ones."""


def entities(text: str) -> tuple[Span, ...]:
    """Return entity spans; `kind` is `PER`, `ORG`, `LOC` or `MISC`."""
    found: list[Span] = []
    for start, end in sentences(text)[:_MOST]:
        found += _of_sentence(text, start, end)
    return tuple(found)


def _of_sentence(text: str, start: int, end: int) -> list[Span]:
    sentence = text[start:end]
    if sentence.islower() or not any(c.isupper() for c in sentence):
        # The tagger knows names by their capitals; without any it only guesses.
        return []
    from underthesea import ner  # noqa: PLC0415 - a second to import

    spans: list[Span] = []
    place = start
    for word, _, _, tag in ner(sentence):
        at = text.find(word, place, end)
        if at < 0:
            continue
        place = at + len(word)
        if tag == "O":
            continue
        kind = tag[2:]
        if tag[0] == "I" and spans and spans[-1].kind == kind:
            spans[-1] = Span(start=spans[-1].start, end=place, kind=kind)
        else:
            spans.append(Span(start=at, end=place, kind=kind))
    return spans
