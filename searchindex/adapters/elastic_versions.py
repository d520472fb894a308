"""Names of indices, and which of them is live: the one place that knows.

A version is named `<prefix>-v<mapping>-<stamp>`. This is an alias of its indices. A
flat version has one, `<version>-all`, and is written by its name. A monthly one has an
index a month, `<version>-202611-all`, written by its alias `<version>-202611`; its
`<version>-all` notes the month of each post and is written as `<version>-places`.
Writers demand that they write by an alias, so an index that was dropped meanwhile is
an error and not an index that the server makes up.

`<prefix>-live` and, during a rebuild, `<prefix>-next` are aliases of `<version>-all`
alone. So swapping is one request about one index however many months there are, which
the cluster carries out as one change of its state, and an index that is made for a
month at that moment cannot end up on the wrong side.
"""

import re
import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from math import inf
from typing import Any

import structlog

from domain.clock import Clock
from domain.errors import ConfigurationError, ConflictError, RetryLaterError
from searchindex.adapters import elastic_schema
from searchindex.adapters.elastic_client import Client
from searchindex.adapters.elastic_errors import Refused
from searchindex.adapters.elastic_options import ElasticOptions
from searchindex.document import VERSION

FIRST = "0" * 18
"""The stamp of the version that an empty cluster gets. Two processes that make it at
the same time make the same one."""

_PHYSICAL = "-all"
_PLACES = "-places"

DROPPED_AT_ONCE = 30
"""Indices of one request to drop: their names stand in its bounded address."""

LOOK_SECONDS = 10.0
"""Between looks of readers. Shorter costs requests; longer lets a console that runs an
older program read a newer mapping for a while."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What the cluster holds of ours. `unnamed` are left from abandoned rebuilds.

    `indices` holds the names of each version's indices, `monthly` those versions that
    have one a month, with their months.
    """

    live: str | None
    next: str | None
    unnamed: tuple[str, ...]
    indices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    monthly: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def written(self) -> tuple[str, ...]:
        """The versions that a writer writes to, the live one first."""
        return tuple(name for name in (self.live, self.next) if name is not None)


@dataclass(frozen=True, slots=True)
class Reading:
    """The version to read."""

    version: str
    monthly: bool

    @property
    def names(self) -> str:
        """What to search. The first makes what is left of a dropped version missing."""
        return (
            f"{places(self.version)},{self.version}" if self.monthly else self.version
        )


def places(version: str) -> str:
    """Return the name by which a monthly version's notes are written and read."""
    return version + _PLACES


class Catalogue:
    """Looks versions up, makes, swaps and drops them."""

    def __init__(self, client: Client, options: ElasticOptions, clock: Clock) -> None:
        self._client = client
        self._options = options
        self.clock = clock
        self.prefix = options.prefix
        self.live_alias = f"{options.prefix}-live"
        self.next_alias = f"{options.prefix}-next"
        self._looked = -inf
        self._reading: Reading | None = None
        self._checked: set[str] = set()
        self._name = re.compile(
            rf"({re.escape(options.prefix)}-v(\d+)-[0-9a-f]{{18}})(?:-(\d{{6}}))?{_PHYSICAL}"
        )

    def look(self) -> Versions:
        """Return the versions as they are now."""
        path = f"/{self.prefix}-v*{_PHYSICAL}/_alias"
        held: Mapping[str, Any] = self._client.send("GET", path)
        indices: dict[str, list[str]] = {}
        months: dict[str, set[str]] = {}
        aliases: dict[str, Collection[str]] = {}
        for physical in sorted(held):
            name = self._name.fullmatch(physical)
            if name is None:
                continue
            version, month = name[1], name[3]
            indices.setdefault(version, []).append(physical)
            if month is None:
                aliases[version] = held[physical]["aliases"]
            else:
                months.setdefault(version, set()).add(month)
        live, coming = (
            max((v for v in aliases if role in aliases[v]), key=_stamp, default=None)
            for role in (self.live_alias, self.next_alias)
        )
        return Versions(
            live,
            coming,
            tuple(sorted(set(indices) - {live, coming})),
            {version: tuple(names) for version, names in indices.items()},
            {
                version: frozenset(months.get(version, ()))
                for version, names in aliases.items()
                if places(version) in names
            },
        )

    def ready(self) -> Versions:
        """Return the versions; make the live one in a cluster that has none."""
        versions = self.look()
        if versions.live is None:
            # Right for a new cluster; where an index was lost, the log has it all.
            name = f"{self.prefix}-v{VERSION}-{FIRST}"
            structlog.get_logger().warning("search_index_made", version=name)
            self._create(name, self.live_alias)
            versions = self.look()
        if versions.live is None:
            raise RetryLaterError("The search index is being made or dropped.")
        return versions

    def current(self) -> Versions:
        """Return the versions for use: as `ready`, of a mapping that we know."""
        versions = self.ready()
        for name in versions.written:
            self._check(name)
        live = str(versions.live)
        self._reading = Reading(live, live in versions.monthly)
        self._looked = time.monotonic()
        return versions

    def reading(self, *, anew: bool = False) -> Reading:
        """Return what to read; look now and then, or `anew`.

        The version's own name is read by and not the alias of the live one: whoever
        held an older version for live is told by its absence.
        """
        reading = self._reading
        stale = time.monotonic() > self._looked + LOOK_SECONDS
        if anew or stale or reading is None:
            versions = self.current()
            live = str(versions.live)
            return Reading(live, live in versions.monthly)
        return reading

    def begin(self) -> str:
        """Make a new version to rebuild in and drop what older rebuilds left."""
        held = self.ready()
        every = [*held.written, *held.unnamed]
        name = f"{self.prefix}-v{VERSION}-{self._new_stamp(every)}"
        self._create(name, self.next_alias)
        after = self.look()
        # Of two rebuilds begun at once the younger stays; each drops its elders only.
        coming = [after.next] if after.next else []
        losers = [v for v in (*after.unnamed, *coming) if _stamp(v) < _stamp(name)]
        self._drop(losers, after)
        return name

    def swap(self) -> None:
        """Make the next version live and drop all others."""
        held = self.look()
        if held.next is None:
            raise ConflictError("No rebuild is under way.")
        self.refresh(held.next)
        actions: list[dict[str, Any]] = [
            {"add": {"index": held.next + _PHYSICAL, "alias": self.live_alias}},
            {"remove": {"index": held.next + _PHYSICAL, "alias": self.next_alias}},
        ]
        if held.live is not None:
            old = {"index": held.live + _PHYSICAL, "alias": self.live_alias}
            actions.append({"remove": old})
        try:
            self._client.send("POST", "/_aliases", {"actions": actions})
        except Refused as refused:
            if refused.gone:
                raise ConflictError("Another process swapped or rebuilt.") from refused
            raise
        self._reading = None
        # Looked at again: a month may have been made meanwhile.
        former = [v for v in (held.live, *held.unnamed) if v is not None]
        self._drop(former, self.look())

    def refresh(self, names: str) -> None:
        """Make everything written to a version, or to some of its months, findable."""
        params = {"ignore_unavailable": "true"}
        self._client.send("POST", f"/{names}/_refresh", params=params)

    def add_month(self, version: str, month: str) -> None:
        """Make the index of a month; harmless where another process was faster."""
        name = f"{version}-{month}"
        self._make(name, (version, name))

    def _new_stamp(self, held: list[str]) -> str:
        last = max((_stamp(name) for name in held), default=FIRST)
        stamp = f"{self.clock.now():%Y%m%d%H%M%S}{secrets.token_hex(2)}"
        # A clock that was set back must not make the new version the older one.
        return stamp if stamp > last else f"{int(last, 16) + 1:018x}"

    def _create(self, version: str, role: str) -> None:
        monthly = (places(version),) if self._options.monthly else ()
        self._make(version, (version, role, *monthly))

    def _make(self, name: str, aliases: tuple[str, ...]) -> None:
        """Make an index and its aliases, all in one request or not at all."""
        body = elastic_schema.body(self._options, aliases)
        try:
            self._client.send("PUT", f"/{name}{_PHYSICAL}", body)
        except Refused as refused:
            if refused.kind != "resource_already_exists_exception":
                raise

    def _drop(self, versions: list[str], held: Versions) -> None:
        for version in versions:
            # The index that marks the version goes first, and what is read with it.
            own = f"{version}{_PHYSICAL}"
            names = sorted(held.indices.get(version, ()), key=lambda n: (n != own, n))
            for at in range(0, len(names), DROPPED_AT_ONCE):
                self._delete(version, names[at : at + DROPPED_AT_ONCE])

    def _delete(self, version: str, names: list[str]) -> None:
        params = {"ignore_unavailable": "true"}
        try:
            self._client.send("DELETE", f"/{','.join(names)}", params=params)
        except Refused as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                # A running snapshot holds an index; the next rebuild tries again.
                structlog.get_logger().warning(
                    "search_version_kept", version=version, why=str(refused)
                )

    def _check(self, version: str) -> None:
        """Refuse a version whose mapping is not ours, by its name or by what it says.

        The name alone would trust an index that was restored or reindexed by hand.
        """
        if version in self._checked:
            return
        known = version.startswith(f"{self.prefix}-v{VERSION}-")
        if known:
            held = self._client.send("GET", f"/{version}/_mapping")
            mappings = [one["mappings"] for one in held.values()]
            notes = [mapping.get("_meta", {}) for mapping in mappings]
            known = all(n.get("mapping_version") == VERSION for n in notes)
            if known:
                self._complete(version, mappings)
        if not known:
            raise ConfigurationError(
                f"The search index {version} was made by another version of this "
                "program.",
                hint="Run `minhtin reindex`.",
            )
        self._checked.add(version)

    def _complete(self, version: str, mappings: list[Mapping[str, Any]]) -> None:
        """Add the fields that an index of an older program lacks."""
        later = elastic_schema.LATER
        if any(not later.keys() <= m.get("properties", {}).keys() for m in mappings):
            self._client.send("PUT", f"/{version}/_mapping", {"properties": later})


def _stamp(version: str | None) -> str:
    return (version or "").rpartition("-")[2]
