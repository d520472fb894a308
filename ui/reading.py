"""Who reads: which words, which names, which clock. Pure."""

from dataclasses import dataclass
from datetime import datetime

from domain.labels import Harm
from domain.profile import Profile
from searchindex.document import Document
from ui import shown
from ui.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Who reads, when and in which words."""

    profile: Profile
    words: Wording
    now: datetime

    def label(self, group: str, name: str) -> str:
        return self.words.label(self.profile, group, name)

    def signal(self, name: str) -> str:
        """Name a flag, whether harm or another label."""
        group = "harms" if name in set(Harm) else "signals"
        return self.label(group, name)

    def moment(self, when: datetime | None) -> str:
        return shown.moment(when, self.profile.timezone)

    def day(self, when: datetime) -> str:
        return shown.day(shown.local(when, self.profile.timezone))

    def short(self, when: datetime) -> str:
        return shown.short_moment(when, self.now, self.profile.timezone)

    def since(self, when: datetime) -> str:
        unit, count = shown.span((self.now - when).total_seconds())
        return self.words(f"since.{unit}", count=self.words.number(count))

    def source_name(self, document: Document) -> str:
        post = document.post
        known = {source.id: source.name for source in self.profile.sources}
        return post.outlet or known.get(post.source) or post.source

    def unit_name(self, unit: str | None) -> str:
        """Name a commune or ward with its kind; empty for the province as a whole."""
        found = (u for u in self.profile.gazetteer.units if u.id == unit)
        known = next(found, None)
        if known is None:
            return unit or ""
        kinds = self.words.section("unit")
        return f"{kinds.get(known.kind, known.kind)} {known.name}".strip()
