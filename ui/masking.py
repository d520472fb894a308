"""Personal data hidden in what is shown. Pure."""

from collections.abc import Sequence

from domain.analysis import Span
from nlp.personal_data import personal_data
from ui import passages
from ui.passages import Mark
from ui.wording import Wording


def masks(spans: Sequence[Span], words: Wording) -> tuple[Mark, ...]:
    """Return marks that hide stretches of a text behind the kind of data in words."""
    known = words.section("mask")
    return tuple(
        Mark(
            start=span.start,
            end=span.end,
            kind="mask",
            label=f"[{known.get(span.kind, known['other'])}]",
        )
        for span in spans
    )


def without_personal_data(text: str, words: Wording) -> str:
    """Return a text that was never analysed with its personal data hidden."""
    found = masks(personal_data(text), words)
    return passages.plain(passages.pieces(text, (), found))
