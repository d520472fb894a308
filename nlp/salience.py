"""How much of a text turns around the province, as figures that a person can read."""

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from domain.labels import About, PostKind
from nlp.place_hits import Hit, Strength
from nlp.place_names import Role
from nlp.unicode import fold

_LEAD = 400
"""Letters of the body that count as its lead where none is given."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A post's parts in one text; ends are offsets in `whole`."""

    whole: str
    title_end: int
    lead_end: int

    @classmethod
    def of(cls, title: str, lead: str, text: str) -> "Parts":
        """Join the parts like `Post.whole_text`; a title said twice counts once."""
        whole = "\n".join(part for part in (title, lead, text) if part)
        # Segmented text (`Hà_Nội`) comes from archives; the offsets stay.
        whole = whole.replace("_", " ")
        title_end = len(title)
        body = title_end + len(lead) + (1 if title and lead else 0)
        if title and text.startswith(title):
            body += len(title) + 1
        return cls(whole, title_end, min(len(whole), body + _LEAD))


_SENTENCE_END = re.compile(r"[.!?…]\s+(?=\S)|\n+")
_SEPARATOR = re.compile(r"[,;/(–-]|\bva\b|\bcung\b")
_GAP = 26
"""Letters between two provinces of one enumeration: `, ` to ` (12 ca), tỉnh `."""
_LIST = 3
"""So many provinces in a row are an enumeration (weather, delegations)."""
_ORIGIN = re.compile(
    r"(?:\bque|\bque quan|\bque goc|\bque o|\bnguyen quan|\btru|\btru tai|\bngu tai"
    r"|\bthuong tru|\bho khau|\bden tu|\bnguoi)\s?:?\s?(?:o |tai )?[^.\n]{0,45}$"
)


@dataclass(frozen=True, slots=True)
class Weight:
    """What the mentions of one province add up to.

    `mass` counts mentions, `first` is the share of the text before the first one.
    """

    mass: float = 0.0
    title: float = 0.0
    lead: float = 0.0
    count: int = 0
    sentences: int = 0
    first: float = 1.0


@dataclass(frozen=True, slots=True)
class Salience:
    """The province's weight beside that of the others."""

    own: Weight
    rival: Weight
    rival_name: str
    others: int
    sentences: int
    listed: int
    official: int
    strong: int
    local_names: int
    mentions: int
    origins: int
    history: int
    read: int
    short: bool

    @property
    def only_history(self) -> bool:
        """Whether history stands around nearly every name."""
        return self.history > 0 and self.history >= _MOST * (self.own.count + self.read)

    def score(self, *, local: bool = False) -> float:
        """Return how much the text is about the province, 0 to 1; 0.5 is the line."""
        return _squash(sum(self._points(local=local)))

    def _points(self, *, local: bool) -> list[float]:
        """Add up log-odds set by hand; each figure is one a reader would weigh."""
        own, rival = self.own, self.rival
        balance = math.log(
            (own.mass + own.sentences + 1) / (rival.mass + rival.sentences + 1)
        )
        share = own.sentences / self.sentences
        points = [
            -2.4,
            3.0 * min(own.title, 1.0) - 2.0 * min(rival.title, 1.0),
            0.9 * min(own.lead, 3.0) - 0.5 * min(rival.lead, 3.0),
            1.0 * balance,
            5.0 * min(share, 0.5),
            0.4 * min(self.strong, 3),
            0.3 * min(self.local_names, 3),
            -0.9 * math.log1p(self.others),
            -(4.5 if self.short else 1.5) * self.aside,
        ]
        if self.short and not self.others:
            points.append(2.2)
        if self.late:
            points.append(-2.0)
        if self.once:
            points.append(-1.0)
        if self.at_home:
            points.append(1.3)
        if local:
            points.append(1.5)
        if self.only_history:
            points.append(-4.0 if self.short else -2.5)
        return points

    @property
    def late(self) -> bool:
        """Whether an article comes to the province late and leaves it again."""
        alone = not self.own.lead or self.own.sentences == 1
        return not (self.short or self.own.title) and alone and self.own.first > _LATE

    @property
    def once(self) -> bool:
        """Whether a long text names the province only once, and not in its title."""
        return self.own.count == 1 and not self.own.title and self.sentences >= _MANY

    @property
    def at_home(self) -> bool:
        """Whether the lead gives an address in the province and none elsewhere."""
        return (
            self.own.lead >= _HOME
            and self.local_names > 1
            and not (self.rival.title or self.rival.lead)
            and self.others <= _FEW_OTHERS
        )

    @property
    def aside(self) -> float:
        """Share of the names that stand in lists or mean no more than an origin."""
        aside = self.listed + self.mentions
        if self.short and self.others:
            aside += self.origins
        return min(1.0, aside / max(1, self.own.count))

    def why(self, about: About, province: str) -> str:
        """Say in Vietnamese what weighed."""
        signs = [f"nêu tên tỉnh hoặc địa danh của tỉnh {self.own.count} lần"]
        if self.own.title:
            signs.append("có trong tiêu đề")
        if self.own.lead:
            signs.append("có ở phần mở đầu")
        if self.listed:
            signs.append("nằm trong danh sách các tỉnh")
        if self.history:
            signs.append("có dấu hiệu nói về lịch sử")
        if self.others:
            signs.append(
                f"nêu {self.others} tỉnh khác, nhiều nhất là {self.rival_name}"
            )
        return f"{_HEADS[about].format(province)}: {'; '.join(signs)}"


_HEADS = {
    About.PROVINCE: "Nói về {}",
    About.MENTION: "Chỉ nhắc đến {}",
    About.HISTORY: "Nói về lịch sử, không phải {} ngày nay",
    About.OTHER: "Không nói về {}",
    About.NONE: "Không nói về {}",
}


def weigh(
    parts: Parts,
    ours: Sequence[Hit],
    elsewhere: Sequence[Hit],
    kind: PostKind,
    *,
    read: int = 0,
) -> Salience:
    """Weigh the names of the province against those of the others.

    `read` is the number of further names that phrases read as history.
    """
    folded = fold(parts.whole)
    cuts = [match.end() for match in _SENTENCE_END.finditer(parts.whole)]
    listed = enumerated(folded, [*ours, *elsewhere])
    rivals: dict[str, list[Hit]] = {}
    for hit in elsewhere:
        rivals.setdefault(hit.name.owner, []).append(hit)
    weights = {
        name: _weight(parts, folded, cuts, listed, hits)
        for name, hits in rivals.items()
    }
    rival = max(weights, key=lambda name: weights[name].mass, default="")
    return Salience(
        own=_weight(parts, folded, cuts, listed, ours),
        rival=weights.get(rival, Weight()),
        rival_name=rival,
        others=len(weights),
        sentences=len(cuts) + 1,
        listed=sum(hit.start in listed for hit in ours),
        official=sum(hit.official for hit in ours),
        strong=sum(hit.strength is Strength.STRONG for hit in ours),
        local_names=len(
            {hit.name.shown for hit in ours if hit.name.role is not Role.PROVINCE}
        ),
        mentions=sum(hit.reading is About.MENTION for hit in ours),
        origins=sum(_is_origin(folded, hit) for hit in ours),
        history=read + sum(_is_past(folded, hit) for hit in ours),
        read=read,
        short=is_short(parts, kind),
    )


def is_short(parts: Parts, kind: PostKind) -> bool:
    """Tell whether a text is a post or comment about what it names, and no more."""
    return kind is not PostKind.ARTICLE and len(parts.whole) <= _SHORT


_SHORT = 600
"""Posts and comments up to this length are about what they name."""
_PAST = re.compile(
    r"(?<!sn )(?<!sinh nam )\b19(?:4[5-9]|5\d|6\d|7[0-5])\b|chien dich"
    r"|chien thang|khang chien|giai phong|thuc dan|(?<!di tich )lich su"
    r"|cuu chien binh|cu diem|(?:quan|tinh bao|tu binh) phap"
)
_LATE = 0.35
"""Share of a text before the first name from which the name is an aside: a report's
own place stands in its first third. Smaller takes reports that open with a scene."""
_HOME = 1.5
"""Weight of the lead from which an address there is where the report plays."""
_FEW_OTHERS = 3
_MANY = 12
"""Sentences of a report, not of a note."""
_MOST = 0.7
"""Share of names amid history from which a text is about it; ceremonies of today have
less."""


_WAR = re.compile(
    r"\b1954\b|chien (?:dich|thang|truong|tranh|cuoc|hao)|khang chien|thuc dan"
    r"|quan phap|nguoi phap|linh phap|cua phap|giup phap|xam luoc"
)


def _is_past(folded: str, hit: Hit) -> bool:
    """Tell whether the words around a name speak of the wars of 1945 to 1975."""
    return _PAST.search(folded, *_around(hit)) is not None


def is_of_war(folded: str, hit: Hit) -> bool:
    """Tell it more strictly: a year or “history” alone does not do."""
    return _WAR.search(folded, *_around(hit)) is not None


def _around(hit: Hit) -> tuple[int, int]:
    return max(0, hit.start - 90), hit.end + 90


def enumerated(folded: str, hits: Sequence[Hit]) -> frozenset[int]:
    """Return the starts of names that stand in an enumeration of provinces.

    The province's capital city stands for it there, as in weather reports.
    """
    rows: list[list[Hit]] = []
    ordered = sorted(
        (hit for hit in hits if _is_provincial(hit)), key=lambda hit: hit.start
    )
    for hit in ordered:
        gap = folded[rows[-1][-1].end : hit.start] if rows else "\n" * _GAP
        if len(gap) < _GAP and "\n" not in gap and _SEPARATOR.search(gap):
            rows[-1].append(hit)
        else:
            rows.append([hit])
    return frozenset(
        hit.start
        for row in rows
        if len({h.name.shown for h in row}) >= _LIST
        for hit in row
    )


def _is_provincial(hit: Hit) -> bool:
    return hit.name.role in {Role.PROVINCE, Role.ELSEWHERE} or hit.name.capital


def _weight(
    parts: Parts,
    folded: str,
    cuts: Sequence[int],
    listed: frozenset[int],
    hits: Sequence[Hit],
) -> Weight:
    title = lead = mass = weak = 0.0
    for hit in hits:
        value = _value(folded, listed, hit)
        if hit.strength is Strength.WEAK:
            weak += value
            continue
        mass += value
        if hit.start < parts.title_end:
            title += value
        elif hit.start < parts.lead_end:
            lead += value
    every = {bisect_right(cuts, hit.start) for hit in hits}
    sound = {
        bisect_right(cuts, hit.start)
        for hit in hits
        if hit.strength is not Strength.WEAK
    }
    return Weight(
        # Doubtful names add at most as much again as the sound ones carry.
        mass=mass + min(weak, mass),
        title=title,
        lead=lead,
        count=len(hits),
        sentences=min(2 * len(sound), len(every)),
        first=min(hit.start for hit in hits) / max(1, len(parts.whole)),
    )


def _value(folded: str, listed: frozenset[int], hit: Hit) -> float:
    value = 0.5 if hit.strength is Strength.WEAK else 1.0
    if hit.start in listed or hit.reading is About.MENTION:
        value *= 0.25
    elif _is_origin(folded, hit):
        value *= 0.6
    return value


def _is_origin(folded: str, hit: Hit) -> bool:
    """Tell whether the name says where a person is from or lives."""
    return _ORIGIN.search(folded, max(0, hit.start - 70), hit.start) is not None


def _squash(points: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, points))))
