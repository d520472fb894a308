"""Sources that might be at a site, as they are found; each address once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from domain.ids import SourceId
from domain.profile import SourceSpec
from extraction.urls import host_of

ORDER = ("feed", "forum", "sitemap", "json_api", "listing")
"""Which kind is better where a site has several: what says most of its articles."""
_LONGEST_ID = 60
_WORDPRESS = {
    "items": "@",
    "link": "link",
    "title": "title.rendered",
    "lead": "excerpt.rendered",
    "text": "content.rendered",
    "published": "date",
    "modified": "modified",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source that may be; `named` articles or maps were seen at its address."""

    spec: SourceSpec
    named: int


@dataclass(slots=True)
class Candidates:
    """What a look at a site has brought so far."""

    found: dict[str, Candidate] = field(default_factory=dict)
    hints: list[str] = field(default_factory=list)

    def add(self, kind: str, url: str, title: str, named: int) -> None:
        """Take a source of a kind that needs no table."""
        spec = SourceSpec(
            id=SourceId(id_of_address(url)),
            name=title or f"{host_of(url)}{urlsplit(url).path}".rstrip("/"),
            kind=kind,
            url=url,
            note="proposed by the program; check it",
        )
        self.found.setdefault(url, Candidate(spec, named))

    def add_wordpress(self, root: str, title: str, named: int) -> None:
        """Take the interface that every WordPress has."""
        url = f"{root.rstrip('/')}/wp/v2/posts?per_page=20&page={{page}}"
        spec = SourceSpec(
            id=SourceId(f"{id_of_address(root)}-api"[-_LONGEST_ID:]),
            name=title or host_of(root),
            kind="json_api",
            url=url,
            api=dict(_WORDPRESS),
            note="proposed by the program; check it",
        )
        self.found.setdefault(url, Candidate(spec, named))

    def hint(self, text: str) -> None:
        """Note what a person may follow up."""
        if text not in self.hints:
            self.hints.append(text)

    def ordered(self) -> tuple[Candidate, ...]:
        """Return the best kinds first, in each what was found first."""
        found = self.found.values()
        return tuple(sorted(found, key=lambda c: ORDER.index(c.spec.kind)))


def id_of_address(url: str) -> str:
    """Return a stable id made of host and path: `bao-example-vn-rss-thoi-su`."""
    label = f"{host_of(url)} {urlsplit(url).path}".lower()
    plain = re.sub(r"[^a-z0-9]+", "-", label).strip("-")[:_LONGEST_ID]
    return re.sub(r"-(?:rss|html?|xml)$", "", plain)


def unlike(wanted: str, taken: Iterable[str]) -> str:
    """Return the id, with a number where it is taken."""
    known, number, made = set(taken), 2, wanted
    while made in known:
        made, number = f"{wanted}-{number}", number + 1
    return made
