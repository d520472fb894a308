"""Hides who reported: their contacts wherever they stand, and what looks like any."""

import re
from collections.abc import Iterable, Iterator

from domain.analysis import Span
from nlp.personal_data import mask, personal_data

_LEAST_DIGITS = 6
"""Digits from which a contact is looked for as a number; fewer would hide years."""
_LEAST_LETTERS = 3


def masked(text: str, contacts: Iterable[str] = ()) -> str:
    """Return the text with contacts and personal data behind `•`, its length kept."""
    spans = [*_contacts(text, contacts), *personal_data(text)]
    return mask(text, spans)


def _contacts(text: str, contacts: Iterable[str]) -> Iterator[Span]:
    for contact in contacts:
        pattern = _pattern(contact.strip())
        for match in re.finditer(pattern, text, re.IGNORECASE) if pattern else ():
            yield Span(start=match.start(), end=match.end(), kind="contact")


def _pattern(contact: str) -> str:
    """Return an expression for a contact however it is spaced; "" for too little."""
    digits = re.sub(r"\D", "", contact)
    if len(digits) >= _LEAST_DIGITS and not re.search(r"[^\W\d_]", contact):
        # +84 912 … and 0912 … are one number.
        core = re.sub(r"^(?:84|0)", "", digits)
        return r"(?<!\d)(?:\+?84|0)?[ .()-]{0,2}" + r"[ .()-]{0,2}".join(core)
    if len(contact) < _LEAST_LETTERS:
        return ""
    words = r"\s+".join(re.escape(word) for word in contact.split())
    return rf"(?<!\w){words}(?!\w)"
