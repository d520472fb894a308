"""Names of children and victims in reports of crimes and accidents.

The law keeps them out of print. A name counts where its bearer is called a victim or a
child beside the words of harm; initials (`Cao Mỹ D.`) are hidden already.
"""

import re
from collections.abc import Iterator

from domain.analysis import Span

_ROLE = re.compile(
    r"\b(?P<victim>nan nhan|bi hai)\b|\b(?:chau|be|em|co be|cau be|nu sinh|nam sinh"
    r"|hoc sinh|tre)\b"
)
_HARM = re.compile(
    r"xam hai|hiep dam|dam o|sat hai|giet|bao hanh|hanh ha|bop co|bat coc|lua ban"
    r"|mua ban nguoi|tu vong|duoi nuoc|thi the|ep ket hon|bao luc|chet\b"
    r"|\bbi (?:[a-z]+ ){0,5}(?:danh|dam|chem|bong|cuop|dap)\b"
)
_STRUCK = re.compile(
    r"(?:xam hai|hiep dam|dam o|sat hai|giet|bao hanh|hanh ha|bop co|bat coc|dam chet"
    r"|chem chet) (?:chi|anh|ba|ong|co|chu|vo|chau|em|be)\s"
)
_VICTIM = re.compile(r"\b(?:nan nhan|bi hai)\b")
_MOST_WORDS = 4
"""Of a name, as `_NAME` reads it."""
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){1,3}")
_BETWEEN = re.compile(
    r"\s(?:(?:be|trai|gai|ten|la|duoc|xac|dinh|chi|anh|ba|ong|co|chau|em)\s){0,6}"
)
_REACH = 160
"""Letters around a name in which harm is told: about the sentence and its neighbour."""
_SURNAMES = frozenset(
    [
        "an",
        "bùi",
        "bạc",
        "bế",
        "cao",
        "chang",
        "chu",
        "châu",
        "cà",
        "cư",
        "cầm",
        "cứ",
        "dương",
        "giàng",
        "hoàng",
        "huỳnh",
        "hà",
        "hạng",
        "hồ",
        "hờ",
        "khoàng",
        "kháng",
        "khổng",
        "ly",
        "lê",
        "lò",
        "lù",
        "lý",
        "lưu",
        "lương",
        "lường",
        "lầu",
        "lừ",
        "mai",
        "mào",
        "mùa",
        "nguyễn",
        "ngô",
        "ngải",
        "nông",
        "phan",
        "phàn",
        "phùng",
        "phạm",
        "pờ",
        "quàng",
        "quách",
        "sìn",
        "sùng",
        "tao",
        "thào",
        "trang",
        "triệu",
        "tráng",
        "trương",
        "trần",
        "trịnh",
        "tòng",
        "tô",
        "tạ",
        "tẩn",
        "vàng",
        "vì",
        "võ",
        "vũ",
        "vương",
        "vừ",
        "xồng",
        "đinh",
        "điêu",
        "đoàn",
        "đàm",
        "đào",
        "đặng",
        "đỗ",
    ]
)


def victims(text: str, folded: str) -> Iterator[Span]:
    """Yield the names, each wherever the text repeats it."""
    if _HARM.search(folded) is None and _VICTIM.search(folded) is None:
        return
    names = {text[start:end] for start, end in _named(text, folded)}
    found = sorted(_repeated(text, names), key=lambda pair: (pair[0] - pair[1], pair))
    for start, end in found:
        yield Span(start=start, end=end, kind="name")


def _repeated(text: str, names: set[str]) -> Iterator[tuple[int, int]]:
    """Yield where any of the names stands, in one pass however many there are.

    Both ends of a name are ends of words, so only runs of whole words are compared. A
    name that begins within its own last place (`An An An`) is not found there.
    """
    words = [match.span() for match in _WORD.finditer(text)] if names else []
    until: dict[str, int] = {}
    for at, (start, _) in enumerate(words):
        for _, end in words[at + 1 : at + _MOST_WORDS]:
            name = text[start:end]
            if name in names and start >= until.get(name, 0):
                until[name] = end
                yield start, end


def _named(text: str, folded: str) -> Iterator[tuple[int, int]]:
    for match in _ROLE.finditer(folded):
        gap = _BETWEEN.match(folded, match.end())
        start = gap.end() if gap else match.end()
        if (end := _name_end(text, start)) and (
            match["victim"] or _harmed(folded, start)
        ):
            yield start, end
    for match in _STRUCK.finditer(folded):
        if end := _name_end(text, match.end()):
            yield match.end(), end


def _harmed(folded: str, place: int) -> bool:
    return _HARM.search(folded, max(0, place - _REACH), place + _REACH) is not None


def _name_end(text: str, start: int) -> int:
    """Return where the full name that begins at `start` ends (0 for none)."""
    match = _NAME.match(text, start)
    if match is None:
        return 0
    words = []
    for word in match.group().split(" "):
        if not word.istitle():
            break
        words.append(word)
    end = start + len(" ".join(words))
    full = len(words) > 1 and words[0].lower() in _SURNAMES
    initial = text[end - 2 : end].startswith(" ") and text.startswith(".", end)
    return end if full and not initial else 0
