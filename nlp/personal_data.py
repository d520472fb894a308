"""Personal data in a text: numbers, e-mail, addresses and names of victims.

What offices publish for everybody (113, 1900 …, an agency's hotline named as such, its
mailbox) is no personal data. What looks like personal data and is none gets hidden as
well: that costs a look at the post, the other mistake costs a person.
"""

import re
from collections.abc import Iterable, Iterator

from domain.analysis import Span
from nlp.personal_numbers import accounts, papers, phones, plates
from nlp.unicode import fold
from nlp.victims import victims

_AT = r"(?:@| ?[(\[] ?at ?[)\]] ?)"
_DOT = r"(?:\.| ?[(\[] ?dot ?[)\]] ?)"
_EMAIL = re.compile(rf"[\w.+-]{{1,64}}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{2,24}}){{1,3}}")
_MAILBOX = re.compile(
    r"(?:ubnd|hdnd|vanphong|banbientap|toasoan|bandoc|lienhe|contact|info|hotro|cskh)\b"
    r"|.*\.gov\.vn$"
)

_PART = (
    r"(?:so nha|nha so|so|sn|to|doi|ban|thon|xom|ap|ngo|ngach|hem|kiet|pho|duong|phuong"
    r"|xa|huyen|thi tran|thi xa|tp|thanh pho|khu|phong|nha|ky tuc xa|tinh|k\d+"
    r"|(?<!quoc )(?<!tinh )(?<!huyen )(?<!dai )lo)\b"
)
_STOP = r"(?!\s(?:ma|gap|de|thi|bi|la|roi|nha mai)\b)"
_WORDS = rf"(?:{_STOP}[^,\n.;!?()\[\]]){{0,40}}"
_SEGMENT = rf"(?:{_PART}|\d){_WORDS}"
_VALUE = rf"(?P<value>{_SEGMENT}(?:,\s{{0,2}}{_SEGMENT}){{0,4}})"
_HOME = re.compile(
    r"(?:\btru(?! so)(?: tai)?|thuong tru(?: tai)?|tam tru(?: tai)?|\bhktt"
    r"|dia chi(?: nha)?"
    r"|\bo|noi (?:o|cu tru)|thue tro|nha rieng"
    r"|\bnha (?:no|anh|chi|ong|ba|bac|co|chu|em)"
    r"|hang den|tim den|cu den|\bden)\b"
    rf"(?P<gap>[^\n.;!?\d]{{0,22}}?)\b{_VALUE}"
)
_NUMBERED = re.compile(
    r"(?:\bso nha|\bnha so|\bsn)\s{0,2}"
    rf"(?P<value>\d{{1,4}}[\w/]{{0,6}}{_WORDS}(?:,\s?{_SEGMENT}){{0,4}})"
)
_PRECISE = re.compile(
    r"(?:so|sn|ngo|ngach|hem|kiet|to|doi|ban|thon|xom|lo|phong|k\d+|\d)"
)
_LOOSE = re.compile(r"(?:o|den|tim den|cu den|hang den)\b")
_TIGHT = re.compile(r"(?:so \d|so nha \d|nha so \d|ngo|ngach|hem|kiet|lo \d|phong \d)")
_AGENCY = re.compile(
    r"(?:tru so|ubnd|truong|benh vien|cong ty|van phong|trung tam|cua hang|chi nhanh"
    r"|co quan|toa soan)[^\n.]{0,60}$"
)


def personal_data(text: str) -> tuple[Span, ...]:
    """Return spans of personal data, in order, none overlapping another.

    `kind` is `phone`, `email`, `identity`, `account`, `plate`, `address` or `name`.
    """
    folded = fold(text)
    if len(folded) != len(text):
        # Decomposed text: without its marks the offsets would be those of another.
        folded = text.lower()
    taken: list[Span] = []
    hidden = bytearray(len(text))
    for found in _found(text, folded):
        span = _trimmed(text, found)
        if span.start < span.end and hidden.find(1, span.start, span.end) < 0:
            hidden[span.start : span.end] = b"\1" * (span.end - span.start)
            taken.append(span)
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


def _found(text: str, folded: str) -> Iterator[Span]:
    """Yield what each kind finds; of two that overlap the earlier kind holds."""
    yield from _emails(folded)
    if any(map(str.isdigit, folded)):
        yield from papers(folded)
        yield from plates(text, folded)
        yield from accounts(folded)
    yield from phones(folded)
    yield from _addresses(folded)
    yield from victims(text, folded)


def _emails(folded: str) -> Iterator[Span]:
    for match in _EMAIL.finditer(folded):
        if not _MAILBOX.match(match.group()):
            yield Span(start=match.start(), end=match.end(), kind="email")


def _addresses(folded: str) -> Iterator[Span]:
    for match in (*_NUMBERED.finditer(folded), *_HOME.finditer(folded)):
        start, end = match.span("value")
        if _is_home(folded, match, start):
            yield Span(start=start, end=end, kind="address")


def _is_home(folded: str, match: re.Match[str], start: int) -> bool:
    """Tell an address of a person: precise, and no office's."""
    if _AGENCY.search(folded, max(0, match.start() - 70), match.start()):
        return False
    if match.re is _NUMBERED:
        return True
    precise = _TIGHT if _LOOSE.match(match.group()) else _PRECISE
    return precise.match(folded, start) is not None


def _trimmed(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",-"):
        end -= 1
    return Span(start=start, end=end, kind=span.kind)
