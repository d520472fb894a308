"""Names found in a text, each with its strength and reading."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

from domain.labels import About
from domain.profile import Gazetteer, Misleading
from nlp.place_names import (
    Found,
    Name,
    NameIndex,
    Role,
    kind_before,
    names_of,
    provinces,
)
from nlp.unicode import fold, is_marked


class Strength(IntEnum):
    """How much a name says alone: WEAK nothing, BARE something, STRONG enough."""

    WEAK = 0
    BARE = 1
    STRONG = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A name at its place in the text.

    `reading` is `province` as long as no misleading phrase says otherwise.
    """

    text: str
    start: int
    end: int
    name: Name
    strength: Strength
    reading: About = About.PROVINCE
    why: str = ""
    official: bool = False

    @property
    def is_elsewhere(self) -> bool:
        return self.name.role is Role.ELSEWHERE

    @property
    def is_ours(self) -> bool:
        return not self.is_elsewhere and self.reading in {
            About.PROVINCE,
            About.MENTION,
        }


_WINDOW = 140
"""Letters around a name in which misleading phrases are looked for. Their patterns
reach 80 letters; less cuts them off, more makes long articles slow."""

_STREET = re.compile(
    r"(?:\b(?:duong|dai lo|ngo|ngach|hem|kiet|nga tu|nga ba|nga sau|giao lo|vong xoay"
    r"|cau vuot|ham chui|goc)|(?<!thanh )\bpho)\s(?:so\s)?$"
)
_BATTLE = re.compile(
    r"\b(?:chien dich|chien thang|chien cuoc|tran|tran danh|mat tran|chien truong"
    r"|chien si|chien sy|tinh than|danh)"
    r"\s(?:(?:lich su|huyen thoai|vi dai|vang doi|lay lung|lung lay)\s){0,2}$"
)
_NUMBER = re.compile(r"\b\d+[a-z]?(?:[/-]\d+[a-z]?)*,?\s$")
_OFFICIAL = re.compile(
    r"(?:ubnd|hdnd|cong an|tinh uy|huyen uy|so|benh vien|toa an|vien kiem sat|chi cuc"
    r"|cuc thue|bo doi bien phong|bien phong|bo chi huy|mttq|ban quan ly|trung tam|hat "
    r"kiem lam|bi thu|chu tich|giam doc|phong canh sat|co quan)[^.\n,;]{0,45}$"
)
_LEADS_IN = re.compile(r"\b(?:tinh|o|tai|len|tu|ve|tren|que|dan|nguoi|den|toi)\s$")
_REACH = 60


class HitFinder:
    """Finds the names of one province and of all others in a text."""

    def __init__(
        self, gazetteer: Gazetteer, own: Sequence[str], signs: Sequence[str]
    ) -> None:
        ours = names_of(gazetteer, own, signs)
        keys = {fold(name) for name in own}
        others = [name for name in provinces() if fold(name.spelling) not in keys]
        self._index = NameIndex([*ours, *others])
        self._past = _past_signs(gazetteer.misleading, keys)
        self._misleading = [_Phrase(entry, keys) for entry in gazetteer.misleading]

    def find(self, text: str) -> list[Hit]:
        """Return all names in order, with readings; NFC text expected."""
        folded = fold(text)
        if not self._index.may_name(folded):
            return []
        marked = is_marked(text)
        found = self._index.find(text, folded, marked=marked)
        context = _Context(text, folded, marked, lower=text.islower())
        hits = [hit for one in found if (hit := context.hit(one)) is not None]
        if all(hit.is_elsewhere for hit in hits):
            return hits
        return self._read(text, folded, hits, marked=marked)

    def past_sign(self, text: str) -> str:
        """Return a sign of the past that names no place ("" if there is none)."""
        match = self._past.search(text) if self._past else None
        return match.group() if match else ""

    def _read(
        self, text: str, folded: str, hits: list[Hit], *, marked: bool
    ) -> list[Hit]:
        """Let misleading phrases take the names that they contain."""
        spans = _windows([h for h in hits if not h.is_elsewhere], len(text))
        taken = [
            (start, end, phrase.entry)
            for phrase in self._misleading
            for start, end in phrase.matches(text, folded, spans, marked=marked)
        ]
        # A phrase says more than an expression with a gap. Then the plainest reading
        # wins: another place, then history, then a mention.
        taken.sort(key=lambda row: _rank(row[2]))
        return _told([hit if hit.is_elsewhere else _reread(hit, taken) for hit in hits])


def _told(hits: list[Hit]) -> list[Hit]:
    """Let a doubtful name mean the same all through the text.

    Given once with its kind word it is a place everywhere; read once as something
    else, and never given so, it is that everywhere.
    """
    sure = {hit.name.shown for hit in hits if hit.strength is Strength.STRONG}
    other = {
        hit.name.shown: hit.why
        for hit in hits
        if hit.name.weak and hit.reading is About.OTHER
    }
    return [_lifted(hit, sure, other) for hit in hits]


def _lifted(hit: Hit, sure: set[str], other: dict[str, str]) -> Hit:
    shown = hit.name.shown
    if hit.strength is not Strength.WEAK or hit.reading is not About.PROVINCE:
        return hit
    if shown in sure:
        return replace(hit, strength=Strength.BARE)
    if shown in other:
        return replace(hit, reading=About.OTHER, why=other[shown])
    return hit


_ORDER = (About.OTHER, About.HISTORY, About.MENTION, About.NONE, About.PROVINCE)


def _rank(entry: Misleading) -> tuple[bool, int]:
    return entry.kind != "phrase", _ORDER.index(About(entry.reads_as))


def _past_signs(entries: Sequence[Misleading], own: set[str]) -> re.Pattern[str] | None:
    patterns = [
        entry.pattern if entry.kind == "regex" else re.escape(entry.pattern)
        for entry in entries
        if entry.reads_as == About.HISTORY
        and not any(name in fold(entry.pattern) for name in own)
    ]
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re.compile(joined, re.IGNORECASE) if patterns else None


def _reread(hit: Hit, taken: Sequence[tuple[int, int, Misleading]]) -> Hit:
    for start, end, entry in taken:
        if start < hit.end and hit.start < end and not _outweighs(hit, entry):
            if hit.reading is About.HISTORY and entry.kind != "phrase":
                continue
            return replace(hit, reading=About(entry.reads_as), why=entry.why)
    return hit


def _outweighs(hit: Hit, entry: Misleading) -> bool:
    """A unit with its kind word is ours whatever stands around."""
    if hit.name.role not in {Role.UNIT, Role.FORMER} or entry.kind == "phrase":
        return False
    return hit.strength is Strength.STRONG and not hit.name.weak


def _windows(hits: Sequence[Hit], length: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for hit in hits:
        start, end = max(0, hit.start - _WINDOW), min(length, hit.end + _WINDOW)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


class _Phrase:
    """A misleading entry, compiled when first needed."""

    def __init__(self, entry: Misleading, own: set[str]) -> None:
        self.entry = entry
        self._own = own

    def matches(
        self,
        text: str,
        folded: str,
        spans: Sequence[tuple[int, int]],
        *,
        marked: bool,
    ) -> Iterator[tuple[int, int]]:
        """Yield the stretches that the phrase takes, within `spans`."""
        pattern = self._typed if marked else self._unmarked
        if pattern is None:
            return
        target = text if marked else folded
        if marked and "_" in target:
            target = target.replace("_", " ")
        for start, end in spans:
            for match in pattern.finditer(target, start, end):
                yield match.span()

    @cached_property
    def _typed(self) -> re.Pattern[str]:
        return self._compiled(self.entry.pattern)

    @cached_property
    def _unmarked(self) -> re.Pattern[str] | None:
        """Return the pattern for text without marks; None where it would take all."""
        bare = "".join(
            letter if letter.isascii() else fold(letter)
            for letter in self.entry.pattern
        )
        pattern = self._compiled(bare)
        own = any(pattern.fullmatch(name) for name in self._own)
        return None if own and bare != self.entry.pattern else pattern

    def _compiled(self, pattern: str) -> re.Pattern[str]:
        if self.entry.kind == "phrase":
            return re.compile(rf"(?<!\w){re.escape(pattern)}(?!\w)", re.IGNORECASE)
        case = "[A-Z" in pattern or r"\S" in pattern
        return re.compile(pattern, 0 if case else re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Context:
    """A text as the names in it are judged."""

    text: str
    folded: str
    marked: bool
    lower: bool

    def hit(self, found: Found) -> Hit | None:
        """Choose among the names of a stretch by the kind word before it."""
        start = found.start
        kind, kind_start = kind_before(self.folded, start)
        name = _chosen(found.names, kind)
        stretch = self.text[start : found.end]
        if name.role is Role.ELSEWHERE:
            if self._is_word(stretch, name, kind):
                return None
            return Hit(stretch, start, found.end, name, Strength.BARE)
        strength = _strength(name, kind, marked=self.marked)
        if not kind and self._is_common(stretch, name):
            strength = Strength.WEAK
        hit = Hit(stretch, start, found.end, name, strength)
        if strength is not Strength.STRONG and name.role is not Role.LANDMARK:
            hit = self._read(hit)
        if not self.marked and strength is Strength.BARE:
            hit = replace(hit, strength=self._unmarked(name, hit))
        official = _OFFICIAL.search(self.folded, _back(kind_start), kind_start)
        return replace(hit, official=official is not None)

    def _read(self, hit: Hit) -> Hit:
        """Tell streets, house numbers and battles from the place itself."""
        before = (self.folded, _back(hit.start), hit.start)
        if _BATTLE.search(*before):
            return replace(hit, reading=About.HISTORY, why="sự kiện lịch sử")
        if hit.name.weak or hit.name.role is Role.PROVINCE:
            if _STREET.search(*before):
                return replace(hit, reading=About.OTHER, why="tên đường, phố")
            if hit.name.weak and _NUMBER.search(*before):
                return replace(hit, reading=About.OTHER, why="số nhà")
        return hit

    def _unmarked(self, name: Name, hit: Hit) -> Strength:
        """Without marks many names are common words: ask for capitals or a lead-in."""
        words = hit.text.split()
        capital = all(word[:1].isupper() for word in words)
        lead = _LEADS_IN.search(self.folded, _back(hit.start), hit.start) is not None
        match name.role:
            case Role.PROVINCE:
                sound = capital or lead
            case Role.LANDMARK:
                sound = len(words) > _PAIR or (capital and lead)
            case _ if name.fold_weak:
                sound = capital and lead
            case _:
                sound = lead or (capital and not self.text.isupper())
        return Strength.BARE if sound else Strength.WEAK

    def _is_common(self, stretch: str, name: Name) -> bool:
        """In edited text a commune's name in small letters is two common words."""
        communal = name.role in {Role.UNIT, Role.FORMER}
        return communal and stretch.islower() and len(self.text) > _EDITED

    def _is_word(self, stretch: str, name: Name, kind: str) -> bool:
        """Tell whether a province's name is a common word or a person here."""
        if name.weak and not kind:
            return True
        return not kind and not stretch[:1].isupper() and not self.lower


_EDITED = 600
"""Longer texts are taken as edited, with capitals where names need them."""
_PAIR = 2
"""Two syllables without marks are met by chance, three hardly."""


def _back(start: int) -> int:
    return max(0, start - _REACH)


def _chosen(names: tuple[Name, ...], kind: str) -> Name:
    def rank(name: Name) -> tuple[bool, int]:
        return (name.kind == kind if kind else False, -_PREFERENCE.index(name.role))

    if kind == "tinh" or not kind:
        names = tuple(n for n in names if n.role is Role.PROVINCE) or names
    return max(names, key=rank)


_PREFERENCE = (Role.PROVINCE, Role.UNIT, Role.FORMER, Role.LANDMARK, Role.ELSEWHERE)


def _strength(name: Name, kind: str, *, marked: bool) -> Strength:
    if name.role is Role.PROVINCE:
        return Strength.STRONG if kind == "tinh" else Strength.BARE
    if name.role is Role.LANDMARK:
        if name.weak:
            return Strength.WEAK
        return Strength.STRONG if marked else Strength.BARE
    if kind == name.kind:
        return Strength.STRONG
    return Strength.WEAK if name.weak else Strength.BARE
