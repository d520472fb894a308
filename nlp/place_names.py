"""Names of places as one index: found without marks, then checked with marks."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from domain.ids import UnitId
from domain.profile import FormerUnit, Gazetteer, Unit
from nlp.tones import place_tones
from nlp.unicode import fold


class Role(StrEnum):
    """What a name names."""

    PROVINCE = "province"
    UNIT = "unit"
    FORMER = "former"
    LANDMARK = "landmark"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of one place. `shown` is the place's own name.

    `weak`: alone it proves nothing; `fold_weak`: nor without marks.
    `owner` is the province of a name elsewhere; `capital`: the name of the province's
    city, though a ward may bear it as well.
    """

    spelling: str
    shown: str
    role: Role
    kind: str = ""
    units: tuple[UnitId, ...] = ()
    weak: bool = False
    fold_weak: bool = False
    owner: str = ""
    capital: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of text that spells one or more names."""

    start: int
    end: int
    names: tuple[Name, ...]


_KIND_WORDS = {
    "xa": r"xã|x\.",
    "phuong": r"phường|p\.?",
    "thi_tran": r"thị trấn|tt\.?",
    "thi_xa": r"thị xã|tx\.?",
    "huyen": r"huyện|h\.",
    "thanh_pho": r"thành phố|tp\.?",
    "tinh": r"tỉnh|t\.",
}
_KIND = re.compile(
    r"(?<!\w)(?:"
    + "|".join(f"(?P<{kind}>{fold(words)})" for kind, words in _KIND_WORDS.items())
    + r")\s?(?:\(?cu\)?\s)?$"
)
_KIND_REACH = 14
"""Letters before a name that are searched for its kind word; the longest has ten."""


def kind_before(folded: str, start: int) -> tuple[str, int]:
    """Return kind and start of the kind word right before `start` (or "", start)."""
    match = _KIND.search(folded, max(0, start - _KIND_REACH), start)
    if match is None or match.lastgroup is None:
        return "", start
    return match.lastgroup, match.start()


class NameIndex:
    """Finds names in text, longest first, left to right."""

    def __init__(self, names: Iterable[Name]) -> None:
        table: dict[str, list[Name]] = {}
        for name in names:
            table.setdefault(fold(name.spelling), []).append(name)
        self._table = {key: tuple(rows) for key, rows in table.items()}
        pattern = _trie_pattern(self._table)
        self._pattern = re.compile(rf"\b{pattern}(?![^\W_])")

    def may_name(self, folded: str) -> bool:
        """Tell quickly whether `find` can find anything."""
        return self._pattern.search(folded) is not None

    def find(self, text: str, folded: str, *, marked: bool) -> Iterator[Found]:
        """Yield what is spelled in `text`; `folded` is the text folded, as long.

        In a marked text the marks must agree; in an unmarked one names without marks
        do as well.
        """
        position = 0
        while match := self._pattern.search(folded, position):
            found = self._agreeing(text, match, marked=marked)
            position = found.end if found else _next_word(folded, match.start())
            if found:
                yield found

    def _agreeing(
        self, text: str, match: re.Match[str], *, marked: bool
    ) -> Found | None:
        """Return the longest spelling at the match that agrees in marks and case."""
        start, key = match.start(), match.group()
        while key:
            piece = text[start : start + len(key)]
            names = tuple(
                name
                for name in self._table.get(key, ())
                if _agrees(piece, name.spelling, marked=marked)
            )
            if names:
                return Found(start, start + len(key), names)
            key = key.rpartition(" ")[0]
        return None


def _next_word(folded: str, start: int) -> int:
    end = folded.find(" ", start)
    return end + 1 if end >= 0 else len(folded)


def _agrees(piece: str, spelling: str, *, marked: bool) -> bool:
    return _same_marks(piece, spelling, marked=marked) and _same_case(piece, spelling)


def _same_marks(piece: str, spelling: str, *, marked: bool) -> bool:
    low, full = place_tones(piece.lower()), place_tones(spelling.lower())
    if low == full:
        return True
    # Without marks, or half typed: every letter is the name's, with mark or without.
    return (
        not marked
        and len(low) == len(full)
        and all(pair[0] in pair[1:] for pair in zip(low, full, fold(full), strict=True))
    )


_FEW = 2


def _same_case(piece: str, spelling: str) -> bool:
    """Refuse a name whose capitals end before it does (`Na Son đông` …)."""
    words = piece.split()
    named = spelling.split()
    if len(words) <= _FEW or len(words) != len(named):
        return True
    capital = False
    for word, name in zip(words, named, strict=True):
        if capital and word[:1].islower() and name[:1].isupper():
            return False
        capital = capital or word[:1].isupper()
    return True


def _trie_pattern(keys: Iterable[str]) -> str:
    """Return one expression for all keys, shared beginnings written once."""
    root: dict[str, dict[str, object]] = {}
    for key in keys:
        node: dict[str, object] = root  # type: ignore[assignment]
        for letter in key:
            node = node.setdefault(letter, {})  # type: ignore[assignment]
        node[""] = {}
    return _branch(root)  # type: ignore[arg-type]


def _branch(node: dict[str, object]) -> str:
    ends = "" in node
    parts = [
        re.escape(letter) + _branch(below)  # type: ignore[arg-type]
        for letter, below in sorted(node.items())
        if letter
    ]
    if not parts:
        return ""
    if len(parts) == 1 and not ends:
        return parts[0]
    return f"(?:{'|'.join(parts)})" + ("?" if ends else "")


def names_of(
    gazetteer: Gazetteer, own: Sequence[str], signs: Sequence[str]
) -> list[Name]:
    """Return all names of one province: `own` are its spellings, `signs` its tags."""
    shown = own[0]
    names = [Name(spelling, shown, Role.PROVINCE) for spelling in own]
    names += [Name(sign, sign, Role.LANDMARK) for sign in signs]
    cities = {unit.name for unit in gazetteer.former if unit.kind == "thanh_pho"}
    for unit in gazetteer.units:
        capital = unit.name in cities
        names += _spelled(unit, Role.UNIT, (unit.id,), capital=capital)
    for former in gazetteer.former:
        capital = former.name in cities
        names += _spelled(former, Role.FORMER, former.units, capital=capital)
    for place in gazetteer.landmarks:
        # A dish bears the name of its home; whether it is sold far off, phrases tell.
        weak = not place.strong and place.kind != "dish"
        names += [
            Name(
                spelling,
                place.name,
                Role.LANDMARK,
                place.kind,
                place.units,
                weak or _is_short(spelling),
            )
            for spelling in (place.name, *place.aliases)
        ]
    return names


def _spelled(
    unit: Unit | FormerUnit, role: Role, heirs: tuple[UnitId, ...], *, capital: bool
) -> list[Name]:
    return [
        Name(
            spelling,
            unit.name,
            role,
            unit.kind,
            heirs,
            weak=unit.ambiguous or _is_short(spelling),
            fold_weak=unit.fold_ambiguous,
            capital=capital,
        )
        for spelling in (unit.name, *unit.aliases)
    ]


_SHORT = 4


def _is_short(spelling: str) -> bool:
    """Tell abbreviations and single syllables, which chance spells as well."""
    return len(spelling) <= _SHORT or (" " not in spelling and "-" not in spelling)


@lru_cache(maxsize=1)
def provinces() -> tuple[Name, ...]:
    """Return the present and former provinces of the country, with other spellings.

    `weak` ones are common words or persons too and need their kind word.
    """
    text = files("nlp").joinpath("data", "provinces.tsv").read_text(encoding="utf-8")
    names = []
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        name, _, others, common = line.split("\t")
        names.append(
            Name(name, name, Role.ELSEWHERE, "tinh", weak=common == "yes", owner=name)
        )
        names += [
            Name(other, name, Role.ELSEWHERE, owner=name)
            for other in others.split("|")
            if other
        ]
    return tuple(names)
