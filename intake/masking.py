"""Hides who reported: their contacts wherever they stand, and what looks like any."""

from collections.abc import Iterable

from intake.contacts import stretches
from nlp.personal_data import mask, personal_data


def masked(text: str, contacts: Iterable[str] = ()) -> str:
    """Return the text with contacts and personal data behind `•`, its length kept."""
    spans = [*stretches(text, contacts), *personal_data(text)]
    return mask(text, spans)
