"""Chat spellings to standard words, with guards against turning harm out of nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from nlp.rewrite import Layer, apply
from nlp.unicode import is_marked

_WORD = re.compile(r"\w+")
_PROTECTED = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|[#@][\w.]+"
    r"|(?<!\w)[\w-]+(?:\.[\w-]+)*\.(?:com|vn|net|org|info|io|top|xyz|me|ly)\b\S*",
    re.IGNORECASE,
)
_ADDRESS_SIGN = re.compile(r"[#@]|://|www\.|\w\.[a-z]{2}", re.IGNORECASE)
_JOINED = frozenset("/\\-&@_+=#.'’")
"""A form glued to a word by one of these is part of a name, a sum or an address."""

_ADDRESS = frozenset(
    {"mày", "m", "tao", "t", "thằng", "con", "bọn", "lũ", "chúng", "mẹ", "má", "bố"}
    | {"cha", "nó", "mi", "tụi", "may", "thang", "bon", "lu"}
)
_LABELLED = frozenset(
    {"câu", "lớp", "điểm", "khoản", "mục", "phần", "hạng", "loại", "nhóm", "khối"}
    | {"đội", "bảng", "vitamin", "ý", "tổ", "gan", "cúm", "block", "tòa", "cấp", "bằng"}
    | {"size", "tuyến", "khu", "lô", "dãy", "đáp", "án", "chữ", "hàng", "ghế", "trục"}
    | {"vạch", "nốt", "cau", "lop", "diem", "khoan", "muc", "phan", "hang", "loai"}
    | {"nhom", "bang"}
)


@dataclass(frozen=True, slots=True)
class _Entry:
    standard: str
    guard: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Place:
    """A word in its text, as the guards see it."""

    text: str
    start: int
    end: int
    before: str
    after: str
    marked: bool


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, tuple[_Entry, ...]]:
    found: dict[str, tuple[_Entry, ...]] = {}
    for line in _data("teencode.tsv"):
        form, standard, guard = (*line.split("\t"), "")[:3]
        kind, _, words = guard.partition("=")
        entry = _Entry(standard, kind, frozenset(words.split("|")))
        found[form] = (*found.get(form, ()), entry)
    return found


def _data(name: str) -> list[str]:
    text = files("nlp").joinpath("data", name).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def protected_spans(text: str) -> list[tuple[int, int]]:
    """Return the stretches that are addresses or tags and must stay as they are."""
    if _ADDRESS_SIGN.search(text) is None:
        return []
    return [match.span() for match in _PROTECTED.finditer(text)]


def expand(text: str) -> tuple[str, Layer]:
    """Write chat forms out (`ko` as `không`) where their guards hold."""
    known = _dictionary()
    if known.keys().isdisjoint(_WORD.findall(text.lower())):
        return text, ()
    words = list(_WORD.finditer(text))
    shouting = _is_shouting(text)
    marked = is_marked(text)
    edits = []
    for index, word in enumerate(words):
        if word.group().lower() not in known:
            continue
        before, after = _neighbour(words, index - 1), _neighbour(words, index + 1)
        place = _Place(text, word.start(), word.end(), before, after, marked)
        standard = _standard(word.group(), place, shouting=shouting)
        if standard is not None:
            edits.append((place.start, place.end, standard))
    if edits and (closed := protected_spans(text)):
        edits = [
            edit
            for edit in edits
            if not any(start <= edit[0] < end for start, end in closed)
        ]
    return apply(text, edits)


def _neighbour(words: list[re.Match[str]], index: int) -> str:
    return words[index].group().lower() if 0 <= index < len(words) else ""


def _is_shouting(text: str) -> bool:
    """Tell whether capitals are the rule, so that they mark no abbreviations."""
    return len(text) > 1 and text.isupper()


def _standard(form: str, place: _Place, *, shouting: bool) -> str | None:
    if not shouting and len(form) > 1 and form.isupper():
        return None
    if _is_glued(place):
        return None
    for entry in _dictionary()[form.lower()]:
        if _holds(entry, form, place):
            return _cased(entry.standard, form)
    return None


def _cased(standard: str, form: str) -> str:
    return standard[0].upper() + standard[1:] if form[0].isupper() else standard


def _is_glued(place: _Place) -> bool:
    text, start, end = place.text, place.start, place.end
    left = start > 1 and text[start - 1] in _JOINED and not text[start - 2].isspace()
    right = end + 1 < len(text) and text[end] in _JOINED and not text[end + 1].isspace()
    return (left and text[start - 2] != text[start - 1]) or (
        right and text[end + 1] != text[end]
    )


def _holds(entry: _Entry, form: str, place: _Place) -> bool:
    return _GUARDS[entry.guard](entry, form, place)


def _is_running(form: str, place: _Place) -> bool:
    """Tell a small letter in running text from a unit, a label or an initial."""
    text, end = place.text, place.end
    if form.isupper() or place.before[-1:].isdigit() or place.after[:1].isdigit():
        return False
    if place.before in _LABELLED or len(place.before) == 1 == len(place.after):
        return False
    # A letter before a bracket or colon counts items: `a) … b) …`.
    if text[end : end + 1] in {")", "]", ":"}:
        return False
    return bool(place.before or place.after)


def _is_addressed(place: _Place) -> bool:
    return bool({place.before, place.after} & _ADDRESS)


_GUARDS: dict[str, Callable[[_Entry, str, _Place], bool]] = {
    "": lambda _entry, _form, _place: True,
    "single": lambda _, form, place: _is_running(form, place),
    "coarse": lambda _entry, _form, place: _is_addressed(place),
    "coarse_single": lambda _, form, place: (
        _is_addressed(place) and _is_running(form, place)
    ),
    "marked": lambda _entry, _form, place: place.marked,
    "after": lambda entry, _, place: place.before in entry.words,
    "before": lambda entry, _, place: place.after in entry.words,
    "notafter": lambda entry, _, place: place.before not in entry.words,
}
