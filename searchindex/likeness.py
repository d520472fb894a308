"""Which of many posts are most alike in what they say: shared words, weighed. Pure.

Words are folded as the index folds them, so texts without tone marks and in any
spelling of tones meet. What must not count (names of people and places, numbers) is
handed in as stretches to leave out.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nlargest
from itertools import pairwise
from math import log, sqrt
from typing import Self

from domain.ids import PostId
from searchindex.fold import Token, tokens

MOST_WORDS = 300
"""Words of a text that are compared. More makes articles dear and alike by their
length; fewer would miss what a long complaint comes to in its end."""

TOO_COMMON = 0.1
"""Share of the posts beyond which a word is not sought by. Larger costs time and finds
nothing else; smaller would lose the words of a wave of like posts."""

FEW = 200
"""Posts that are never too many, for a young office has judged hardly anything else."""

LOOKED_AT = 40
"""Posts weighed to the end. Fewer may miss a short post behind long ones."""

LEAST_SHARED = 3
"""Traits in common: two telling words side by side are three. Fewer lets one word that
is rare by chance join posts of different matters."""

_SAYING_NOTHING = """
    a ai anh ay ba ban bac bao bi boi cac cai chang chau chi cho chu chua co con cu
    cua cung da dang day de den di do duoc em gi ha hay ho hon khi khong la lai lam len
    luc ma may minh moi mot muon nao nay neu nen nghe nguoi nha nhat nhe nhi nhieu nhu
    nhung no noi nua o oi ong qua ra rang rat roi sao se ta tai the theo thi thoi trong
    tren truoc tu tui tung va vao vay ve vi van voi k ko dc r
"""
COMMON = frozenset(_SAYING_NOTHING.split())
"""Folded words that say nothing alone. A word too few here makes posts alike that share
only how people talk, as long as few are known; one too many still tells in a pair."""


@dataclass(frozen=True)
class Wording:
    """The words of a text, in stretches between what was left out."""

    stretches: tuple[tuple[Token, ...], ...]

    @classmethod
    def of(cls, text: str, hidden: Iterable[tuple[int, int]] = ()) -> Self:
        """Read a text without the hidden stretches (start, end)."""
        edges = sorted(hidden, reverse=True)
        stretches: list[list[Token]] = [[]]
        for count, token in enumerate(tokens(text)):
            while edges and edges[-1][1] <= token.start:
                edges.pop()
                stretches.append([])
            if count == MOST_WORDS:
                break
            if not (edges and edges[-1][0] < token.end):
                stretches[-1].append(token)
        return cls(tuple(tuple(one) for one in stretches if one))

    @cached_property
    def traits(self) -> frozenset[int]:
        """Telling words, and pairs side by side of which one tells, as numbers."""
        return frozenset(trait for trait, _, _ in self.placed())

    def placed(self) -> Iterator[tuple[int, int, int]]:
        """Yield each trait with its place (start, end) in the text."""
        for stretch in self.stretches:
            for one in stretch:
                if one.folded not in COMMON:
                    yield hash(one.folded), one.start, one.end
            for one, two in pairwise(stretch):
                if one.folded not in COMMON or two.folded not in COMMON:
                    yield hash(f"{one.folded} {two.folded}"), one.start, two.end


@dataclass(frozen=True, slots=True)
class Alike:
    """A post and how alike it is, 0 to 1 (cosine); `shared` are the traits of both."""

    post_id: PostId
    share: float
    shared: frozenset[int]


@dataclass
class Neighbours:
    """Posts held by their traits, to ask which are most alike to a text.

    It holds no text: traits are numbers that mean nothing outside this process. Not to
    be changed by one thread while another asks.
    """

    _traits: dict[PostId, "array[int]"] = field(default_factory=dict)
    _holders: dict[int, list[PostId]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._traits)

    def put(self, post_id: PostId, wording: Wording) -> None:
        """Hold a post, in place of what was held of it."""
        self.drop(post_id)
        self._traits[post_id] = array("q", wording.traits)
        for trait in wording.traits:
            self._holders.setdefault(trait, []).append(post_id)

    def drop(self, post_id: PostId) -> None:
        """Forget a post; harmless when it is not held."""
        for trait in self._traits.pop(post_id, ()):
            holders = self._holders[trait]
            holders.remove(post_id)
            if not holders:
                del self._holders[trait]

    def nearest(self, wording: Wording, *, least: float) -> list[Alike]:
        """Return the posts that are alike at least so much, most alike first.

        At most `LOOKED_AT`, with `LEAST_SHARED` traits in common. A trait weighs what
        it is rare among the posts held.
        """
        wanted = wording.traits
        overlap: defaultdict[PostId, float] = defaultdict(float)
        most = max(TOO_COMMON * len(self), FEW)
        for trait in wanted:
            holders = self._holders.get(trait, ())
            if len(holders) <= most:
                weight = self._weight(trait)
                for post_id in holders:
                    overlap[post_id] += weight
        rough = nlargest(
            LOOKED_AT,
            overlap,
            key=lambda post_id: overlap[post_id] / sqrt(len(self._traits[post_id])),
        )
        own = self._total(wanted)
        found = [self._compared(post_id, wanted, own) for post_id in rough]
        kept = [
            alike
            for alike in found
            if alike.share >= least and len(alike.shared) >= LEAST_SHARED
        ]
        return sorted(kept, key=lambda alike: -alike.share)

    def _compared(self, post_id: PostId, wanted: frozenset[int], own: float) -> Alike:
        held = self._traits[post_id]
        shared = wanted.intersection(held)
        total = sqrt(own * self._total(held))
        return Alike(post_id, self._total(shared) / total if total else 0.0, shared)

    def _total(self, traits: Iterable[int]) -> float:
        return sum(self._weight(trait) for trait in traits)

    def _weight(self, trait: int) -> float:
        """Return the square of the trait's rarity, as a cosine sums it."""
        return log(1 + len(self) / max(1, len(self._holders.get(trait, ())))) ** 2
