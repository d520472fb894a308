"""Words of Vietnamese text by underthesea, joined by `_` inside a word.

The model ships inside underthesea's wheel; nothing is downloaded. It is loaded with
the first text, since that takes longer than all other imports together.
"""

import re
from collections.abc import Sequence

_LINE = re.compile(r"[\n\r\u2028\u2029]+")
_LONGEST = 5_000
"""Characters handed over at once: time grows faster than length beyond that."""


def segment(texts: Sequence[str]) -> list[str]:
    """Return each text with its words' syllables joined, lines kept apart."""
    return ["\n".join(map(_line, _LINE.split(text))) if text else "" for text in texts]


def _line(text: str) -> str:
    import underthesea  # noqa: PLC0415 - a second to import

    cut = underthesea.word_tokenize
    parts = [text[n : n + _LONGEST] for n in range(0, len(text), _LONGEST)]
    return " ".join(cut(part, format="text") for part in parts if part.strip())
