"""Personal data in a text: telephone, e-mail, identity and account numbers, addresses.

Numbers that offices publish for everybody (113, 1900 …, an agency's hotline named as
such) are no personal data.
"""

import re
from collections.abc import Iterable

from domain.analysis import Span

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,24}){1,3}")),
    (
        "account",
        re.compile(
            r"(?:s(?:ố|o)\s*t(?:à|a)i\s*kho(?:ả|a)n|\bs?tk\b|t(?:à|a)i\s*kho(?:ả|a)n)"
            r"[^\d\n]{0,40}(?P<value>\d[\d .]{6,18}\d)",
            re.IGNORECASE,
        ),
    ),
    (
        "identity",
        re.compile(
            r"(?:cccd|cmnd|cmt|c(?:ă|a)n\s*c(?:ướ|uo)c|ch(?:ứ|u)ng\s*minh)"
            r"[^\d\n]{0,30}(?P<value>\d{9}(?:\d{3})?)(?!\d)",
            re.IGNORECASE,
        ),
    ),
    ("phone", re.compile(r"(?<![\d.,])(?:\+?84|0)(?:[ .-]?\d){9}(?![\d])")),
    ("identity", re.compile(r"(?<![\d.,])0\d{11}(?![\d])")),
    (
        "plate",
        re.compile(r"(?<!\w)\d{2}[- ]?[A-Z]{1,2}\d?[- ]?\d{3}[.]?\d{2}(?!\d)"),
    ),
    (
        "address",
        re.compile(
            r"(?:s(?:ố|o)\s*nh(?:à|a)|nh(?:à|a)\s*s(?:ố|o))\s*"
            r"(?P<value>\d{1,4}[\w/]{0,6}[^\n.;!?]{0,60})",
            re.IGNORECASE,
        ),
    ),
)
_PUBLIC = re.compile(
    r"(?:đường\s*dây\s*nóng|duong\s*day\s*nong|hotline|tổng\s*đài|tong\s*dai|trực\s*ban)"
    r"[^\n]{0,40}$",
    re.IGNORECASE,
)


def personal_data(text: str) -> tuple[Span, ...]:
    """Return spans of personal data, in order, none overlapping another.

    `kind` is `phone`, `email`, `identity`, `account`, `plate` or `address`.
    """
    taken: list[Span] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span("value" if "value" in pattern.groupindex else 0)
            while end > start and text[end - 1].isspace():
                end -= 1
            if _free(taken, start, end) and not _is_public(kind, text, start):
                taken.append(Span(start=start, end=end, kind=kind))
    return tuple(sorted(taken, key=lambda span: span.start))


def mask(text: str, spans: Iterable[Span]) -> str:
    """Return the text with each span hidden behind `•`, its length kept."""
    parts = list(text)
    for span in spans:
        shown = 2 if span.kind == "phone" else 0
        for place in range(span.start, max(span.start, span.end - shown)):
            if not parts[place].isspace():
                parts[place] = "•"
    return "".join(parts)


def _free(taken: list[Span], start: int, end: int) -> bool:
    return all(end <= span.start or start >= span.end for span in taken)


def _is_public(kind: str, text: str, start: int) -> bool:
    return kind == "phone" and bool(_PUBLIC.search(text[max(0, start - 60) : start]))
