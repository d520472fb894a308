"""Judges single texts as the worker would, for `minhtin analyse`.

Near-copies are looked for among the texts of the same run only; nothing is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from domain.analysis import Analysis
from domain.ids import PostId, SourceId
from domain.labels import About, PostKind
from domain.post import Post
from domain.profile import Profile, SourceSpec
from pipeline.stages import (
    Gate,
    Inherited,
    Place,
    Screened,
    StoryLink,
    Tools,
    analyse,
    screen,
)
from pipeline.stories import Candidate, link
from wiring.settings import Settings

KEPT = 20_000
"""Near-copy candidates kept of a run; more slows the last lines of a large file."""


@dataclass(slots=True)
class Analyst:
    """Judges rows of `analyse`'s input."""

    tools: Tools
    sources: dict[str, SourceSpec]
    said: dict[PostId, About]
    _seen: dict[int, list[Candidate]] = field(default_factory=dict)
    _names: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, settings: Settings, profile: Profile, *, gate: bool) -> "Analyst":
        """Load the models of the installation."""
        from wiring import bootstrap
        from wiring.tools import build_tools

        tools = build_tools(profile, bootstrap.build_classifier(settings))
        said: dict[PostId, About] = {}
        if not gate:
            tools = replace(tools, gate=_Open(tools.gate, said))
        return cls(
            tools=replace(tools, sample_rate=0.0),
            said=said,
            sources={source.id: source for source in profile.sources},
        )

    def judge(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return a result per row, in order."""
        if not rows:
            return []
        now = datetime.fromtimestamp(0, UTC)
        screened = [self._screen(row, number, now) for number, row in enumerate(rows)]
        stories = self._stories(screened)
        made = analyse(
            screened,
            self.tools,
            sources=self._sources(screened),
            stories=stories,
            now=now,
            sequence=1,
        )
        return [self._result(row, item) for row, item in zip(rows, made, strict=True)]

    def _screen(self, row: dict[str, Any], number: int, now: datetime) -> Screened:
        kind = str(row.get("kind") or "post")
        post = Post(
            id=PostId(f"{len(self._names)}"),
            revision=1,
            source=SourceId(str(row.get("source") or f"row-{number}")),
            kind=PostKind(kind) if kind in set(PostKind) else PostKind.POST,
            url=str(row.get("url") or ""),
            fetched=now,
            title=str(row.get("title") or ""),
            text=row["text"],
        )
        self._names[post.id] = row["id"]
        return screen(post, self.tools, source=self.sources.get(post.source))

    def _sources(self, screened: Sequence[Screened]) -> dict[str, SourceSpec]:
        """Take an article for licensed press unless its known source is not."""
        found = dict(self.sources)
        for item in screened:
            source = item.post.source
            if source not in found:
                found[source] = SourceSpec(
                    id=source, name=source, kind="file", url="", licensed_press=True
                )
        return found

    def _stories(self, screened: Sequence[Screened]) -> dict[PostId, StoryLink]:
        from nlp.fingerprint import bands, similarity

        known = [item for item in screened if item.fingerprint]
        candidates = {
            item.post.id: list(
                {
                    other.post_id: other
                    for band in bands(item.fingerprint)
                    for other in self._seen.get(band, ())
                }.values()
            )
            for item in known
        }
        links = link(known, candidates, similarity)
        for item in known:
            self._remember(item, links[item.post.id], bands(item.fingerprint))
        return links

    def _remember(self, item: Screened, made: StoryLink, bands: Sequence[int]) -> None:
        if len(self._names) > KEPT:
            return
        entry = Candidate(
            post_id=item.post.id,
            fingerprint=item.fingerprint,
            when=item.post.when,
            story=made.story,
        )
        for band in bands:
            self._seen.setdefault(band, []).append(entry)

    def _result(self, row: dict[str, Any], made: Analysis) -> dict[str, Any]:
        judgement = made.judgement
        copy_of = made.near_duplicate_of
        return {
            "id": row["id"],
            "about": self.said.get(made.post.id, made.about),
            "places": [
                {
                    "name": p.name,
                    "start": p.start,
                    "end": p.end,
                    "unit": p.unit,
                    "why": p.why,
                }
                for p in made.places
            ],
            "language": made.language,
            "queues": list(made.queues),
            "labels": {
                **{s.name: round(s.probability, 4) for s in judgement.labels},
                "topic": judgement.topic if judgement.labels else None,
                "stance": judgement.stance,
            },
            "flags": {s.name: s.flagged for s in judgement.labels},
            "why": {
                "gate": made.gate_why,
                "summary": made.why,
                "terms": {
                    s.name: [[t.term, round(t.weight, 3)] for t in s.why]
                    for s in judgement.labels
                    if s.flagged
                },
            },
            "personal_data": [
                {"start": s.start, "end": s.end, "kind": s.kind}
                for s in made.personal_data
            ],
            "near_duplicate_of": self._names.get(copy_of) if copy_of else None,
        }


@dataclass(frozen=True, slots=True)
class _Open:
    """A gate that lets every text pass, and notes what it would have said."""

    gate: Gate
    said: dict[PostId, About]

    def __call__(
        self, post: Post, *, inherited: Inherited | None, source_about: str
    ) -> Place:
        place = self.gate(post, inherited=inherited, source_about=source_about)
        self.said[post.id] = place.about
        return replace(place, about=About.PROVINCE)
