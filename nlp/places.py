"""The place gate: whether a text is about the province, and which commune it names.

Names are found tone-insensitively (`nlp.place_names`), misleading phrases of the
profile take their stretch first, and what is left is weighed (`nlp.salience`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.analysis import PlaceHit
from domain.ids import UnitId
from domain.labels import About, PostKind
from domain.profile import Gazetteer, Profile
from nlp.place_hits import Hit, HitFinder, Strength
from nlp.place_names import Role
from nlp.residence import is_lived_in
from nlp.salience import Parts, Salience, enumerated, is_of_war, is_short, weigh
from nlp.unicode import fold


@dataclass(frozen=True, slots=True)
class Inherited:
    """What a thread, article or source hands down to a text that names no place."""

    about: About
    units: tuple[UnitId, ...] = ()
    origin: str = "bài gốc"


@dataclass(frozen=True, slots=True)
class PlaceVerdict:
    """`places` have offsets in title, lead and text joined by line ends.

    `score` is between 0 (elsewhere) and 1 (the province); `why` is in Vietnamese.
    """

    about: About
    places: tuple[PlaceHit, ...]
    why: str
    score: float

    @property
    def units(self) -> tuple[UnitId, ...]:
        """The communes named, each once, in order."""
        return tuple(dict.fromkeys(hit.unit for hit in self.places if hit.unit))


class PlaceGate:
    """Judges texts for one province; safe to share between threads."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        province_name: str,
        full_name: str = "",
        *,
        aliases: Sequence[str] = (),
        signs: Sequence[str] = (),
    ) -> None:
        self._name = full_name or province_name
        self._finder = HitFinder(gazetteer, (province_name, *aliases), signs)
        self._unit_names = {unit.id: unit.name for unit in gazetteer.units}

    @classmethod
    def of(cls, profile: Profile) -> "PlaceGate":
        """Build the gate of a profile."""
        return cls(
            profile.gazetteer,
            profile.name,
            profile.full_name,
            aliases=profile.aliases,
            signs=[*profile.demonyms, *profile.hashtags],
        )

    def judge(
        self,
        title: str,
        lead: str,
        text: str,
        *,
        kind: PostKind,
        inherited: Inherited | None = None,
        source_about: str = "",
    ) -> PlaceVerdict:
        """Judge one post. `source_about` is `province` for a source of the province."""
        parts = Parts.of(title, lead, text)
        local = source_about == About.PROVINCE
        hits = self._finder.find(parts.whole)
        ours = [hit for hit in hits if hit.is_ours]
        elsewhere = [hit for hit in hits if hit.is_elsewhere]
        counted = _supported(ours, elsewhere, local=local)
        if not counted:
            if not any(hit.is_elsewhere for hit in hits) and (
                sign := self._finder.past_sign(parts.whole)
            ):
                why = f"“{sign}” chỉ sự kiện lịch sử"
                return PlaceVerdict(About.HISTORY, (), why, 0.1)
            return (
                self._doubtful(parts, ours, elsewhere)
                or self._lived_in(parts, hits, kind)
                or self._without(hits, inherited, local=local)
            )
        read = sum(hit.reading is About.HISTORY for hit in hits)
        salience = weigh(parts, counted, elsewhere, kind, read=read)
        places = tuple(self._place(hit) for hit in counted)
        return self._verdict(salience, places, local=local)

    def _verdict(
        self, salience: Salience, places: tuple[PlaceHit, ...], *, local: bool
    ) -> PlaceVerdict:
        score = salience.score(local=local)
        if score >= 0.5:  # noqa: PLR2004 - the score is scaled to this
            about = About.PROVINCE
        elif salience.only_history:
            about = About.HISTORY
        else:
            about = About.MENTION
        return PlaceVerdict(about, places, salience.why(about, self._name), score)

    def _doubtful(
        self, parts: Parts, ours: Sequence[Hit], elsewhere: Sequence[Hit]
    ) -> PlaceVerdict | None:
        """Judge a text in which the capital's name stands without a sound one.

        Streets bear that name in every town: it means the place in a row of provinces,
        and the battle where the words around it do.
        """
        capital = [hit for hit in ours if hit.name.capital]
        if not capital:
            return None
        folded = fold(parts.whole)
        listed = enumerated(folded, [*capital, *elsewhere])
        if found := [
            hit
            for hit in capital
            if hit.start in listed or hit.reading is About.MENTION
        ]:
            why = f"“{found[0].text}” chỉ được nhắc cùng các nơi khác"
            places = tuple(self._place(hit) for hit in found)
            return PlaceVerdict(About.MENTION, places, why, 0.2)
        if past := next((hit for hit in capital if is_of_war(folded, hit)), None):
            why = f"“{past.text}” đi cùng từ ngữ về chiến tranh"
            return PlaceVerdict(About.HISTORY, (), why, 0.1)
        return None

    def _lived_in(
        self, parts: Parts, hits: Sequence[Hit], kind: PostKind
    ) -> PlaceVerdict | None:
        """Judge a short post that speaks from the capital and names no other place."""
        if not is_short(parts, kind) or any(
            not hit.is_ours or hit.reading is About.HISTORY for hit in hits
        ):
            return None
        folded = fold(parts.whole)
        capital = (hit for hit in hits if hit.name.capital)
        if found := next((h for h in capital if is_lived_in(folded, h)), None):
            why = f"“{found.text}” được nói đến như nơi ở, không kèm nơi khác"
            return PlaceVerdict(About.PROVINCE, (self._place(found),), why, 0.55)
        return None

    def _without(
        self, hits: Sequence[Hit], inherited: Inherited | None, *, local: bool
    ) -> PlaceVerdict:
        """Judge a text without a sound name of the province."""
        if history := next((h for h in hits if h.reading is About.HISTORY), None):
            why = f"“{history.text}” chỉ sự kiện lịch sử"
            return PlaceVerdict(About.HISTORY, (), why, 0.1)
        elsewhere = next((h for h in hits if h.is_elsewhere), None)
        if elsewhere is None and inherited is not None:
            return self._inherit(inherited)
        if elsewhere is None and local and not hits:
            why = f"Không nêu địa danh; nguồn tin thuộc {self._name}"
            return PlaceVerdict(About.PROVINCE, (), why, 0.6)
        if not hits:
            return PlaceVerdict(About.NONE, (), "Không nêu địa danh nào", 0.0)
        return PlaceVerdict(About.OTHER, (), _why_other(hits), 0.05)

    def _inherit(self, inherited: Inherited) -> PlaceVerdict:
        places = tuple(
            PlaceHit(
                name=self._unit_names.get(unit, unit),
                start=0,
                end=0,
                unit=unit,
                why=f"Theo {inherited.origin}",
            )
            for unit in inherited.units
        )
        score = 0.6 if inherited.about is About.PROVINCE else 0.3
        why = f"Không nêu địa danh; theo {inherited.origin}"
        return PlaceVerdict(inherited.about, places, why, score)

    def _place(self, hit: Hit) -> PlaceHit:
        name = hit.name
        unit = name.units[0] if len(name.units) == 1 else None
        heirs = ", ".join(self._unit_names[heir] for heir in name.units)
        match name.role:
            case Role.PROVINCE:
                why = "Tên tỉnh"
            case Role.UNIT:
                why = "Tên xã, phường hiện nay"
            case Role.FORMER:
                why = f"Tên đơn vị cũ, nay thuộc {heirs}" if heirs else "Tên đơn vị cũ"
            case _:
                why = f"Địa danh thuộc {heirs}" if heirs else "Địa danh trong tỉnh"
        if hit.strength is Strength.WEAK:
            why += ", tính vì có dấu hiệu khác của tỉnh"
        return PlaceHit(
            name=name.shown, start=hit.start, end=hit.end, unit=unit, why=why
        )


def _supported(
    ours: Sequence[Hit], elsewhere: Sequence[Hit], *, local: bool
) -> list[Hit]:
    """Return the hits that count: doubtful ones only beside a sound one.

    A name that other provinces have too needs more than its kind word where one of
    them is named. Two doubtful names of different places hold each other up where none
    is; a source of the province holds up all.
    """
    sound = any(
        hit.strength is not Strength.WEAK and not (hit.name.weak and elsewhere)
        for hit in ours
    )
    if sound or (local and ours):
        return list(ours)
    if len({hit.name.shown for hit in ours}) > 1 and not elsewhere:
        # Two spellings of nothing would otherwise prove each other: lift the first.
        return [replace(ours[0], strength=Strength.BARE), *ours[1:]]
    return []


def _why_other(hits: Sequence[Hit]) -> str:
    named = next((hit for hit in hits if hit.is_elsewhere), None)
    misled = next((hit for hit in hits if hit.reading is About.OTHER), None)
    if misled is not None:
        return f"“{misled.text}” không chỉ tỉnh"
    if named is not None:
        return f"Nói về nơi khác ({named.name.shown})"
    return f"“{hits[0].text}” đứng một mình, không đủ căn cứ là địa danh của tỉnh"
