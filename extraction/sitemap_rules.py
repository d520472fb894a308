"""Which of a sitemap's addresses a source takes: its `[source.sitemap]`, checked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.errors import ConfigurationError
from domain.profile import SourceSpec
from extraction.sitemap import SitemapEntry

_KEYS = {"include", "exclude", "maps", "max_age_days"}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapRules:
    """Patterns are searched for in the whole address; None lets everything through.

    `maps` says which of an index' maps are opened, `max_age` leaves out what was
    neither published nor changed since. What names no time is never too old.
    """

    include: re.Pattern[str] | None = None
    exclude: re.Pattern[str] | None = None
    maps: re.Pattern[str] | None = None
    max_age: timedelta | None = None

    def wants(self, entry: SitemapEntry, now: datetime) -> bool:
        """Tell whether an entry's page is asked for."""
        if self.include and not self.include.search(entry.url):
            return False
        if self.exclude and self.exclude.search(entry.url):
            return False
        return self._young(entry, now)

    def opens(self, entry: SitemapEntry, now: datetime) -> bool:
        """Tell whether a map that an index names is opened."""
        if self.maps and not self.maps.search(entry.url):
            return False
        return self._young(entry, now)

    def _young(self, entry: SitemapEntry, now: datetime) -> bool:
        latest = _latest(entry)
        return not self.max_age or latest is None or now - latest <= self.max_age


def sitemap_rules(spec: SourceSpec) -> SitemapRules:
    """Read the source's `sitemap` table. Raises `ConfigurationError` naming the key."""
    said = spec.sitemap
    if unknown := set(said) - _KEYS:
        keys = ", ".join(sorted(unknown))
        known = ", ".join(sorted(_KEYS))
        raise _wrong(spec, f"has unknown keys in sitemap: {keys} (known: {known})")
    days = said.get("max_age_days", "")
    if days and not days.isdecimal():
        raise _wrong(spec, f"has a max_age_days that is no number: {days!r}")
    return SitemapRules(
        include=_pattern(spec, "include"),
        exclude=_pattern(spec, "exclude"),
        maps=_pattern(spec, "maps"),
        max_age=timedelta(days=int(days)) if days and int(days) else None,
    )


def newest_first(entries: Iterable[SitemapEntry]) -> list[SitemapEntry]:
    """Return the entries by time, the latest first; what names none comes last."""
    return sorted(entries, key=lambda e: _latest(e) or _LONG_AGO, reverse=True)


def _latest(entry: SitemapEntry) -> datetime | None:
    times = [time for time in (entry.modified, entry.published) if time]
    return max(times) if times else None


def _pattern(spec: SourceSpec, key: str) -> re.Pattern[str] | None:
    text = spec.sitemap.get(key, "")
    try:
        return re.compile(text) if text else None
    except re.error as error:
        raise _wrong(
            spec, f"has a {key} that is no regular expression: {error}"
        ) from error


def _wrong(spec: SourceSpec, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"Source {spec.id} {what}.", hint="docs/sources.md shows examples."
    )
