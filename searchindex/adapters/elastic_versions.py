"""Names of indices, and which of them is live: the one place that knows.

A version is named `<prefix>-v<mapping>-<stamp>`. This is an alias, and the index that
it stands for is `<version>-all`. Writers write to the version's alias and demand that
it is one, so a version that was dropped meanwhile is an error and not an index that
the server makes up. `<prefix>-live` and, during a rebuild, `<prefix>-next` are aliases
too; swapping is one request, which the cluster carries out as one change of its state.
"""

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
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

LOOK_SECONDS = 10.0
"""Between looks of readers. Shorter costs requests; longer lets a console that runs an
older program read a newer mapping for a while."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What the cluster holds of ours. `unnamed` are left from abandoned rebuilds."""

    live: str | None
    next: str | None
    unnamed: tuple[str, ...]

    @property
    def written(self) -> tuple[str, ...]:
        """The versions that a writer writes to, the live one first."""
        return tuple(name for name in (self.live, self.next) if name is not None)


class Catalogue:
    """Looks versions up, makes, swaps and drops them."""

    def __init__(self, client: Client, options: ElasticOptions, clock: Clock) -> None:
        self._client = client
        self._options = options
        self._clock = clock
        self.prefix = options.prefix
        self.live_alias = f"{options.prefix}-live"
        self.next_alias = f"{options.prefix}-next"
        self._looked = -inf
        self._checked: set[str] = set()
        self._name = re.compile(
            rf"({re.escape(options.prefix)}-v(\d+)-([0-9a-f]{{18}})){_PHYSICAL}"
        )

    def look(self) -> Versions:
        """Return the versions as they are now."""
        path = f"/{self.prefix}-v*{_PHYSICAL}/_alias"
        held: Mapping[str, Any] = self._client.send("GET", path)
        roles: dict[str, list[str]] = {self.live_alias: [], self.next_alias: [], "": []}
        for physical, found in held.items():
            name = self._name.fullmatch(physical)
            if name is None:
                continue
            named = [role for role in roles if role in found["aliases"]]
            for role in named or [""]:
                roles[role].append(name[1])
        live, coming = (
            max(roles[role], key=_stamp, default=None)
            for role in (self.live_alias, self.next_alias)
        )
        kept = {live, coming}
        unnamed = {v for versions in roles.values() for v in versions} - kept
        return Versions(live, coming, tuple(sorted(str(v) for v in unnamed)))

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
        self._looked = time.monotonic()
        return versions

    def reading(self) -> str:
        """Return the name to read by; look now and then whose mapping it has."""
        if time.monotonic() > self._looked + LOOK_SECONDS:
            self.current()
        return self.live_alias

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
        self._drop(losers)
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
        self._drop([v for v in (held.live, *held.unnamed) if v is not None])

    def refresh(self, version: str) -> None:
        """Make everything written to a version findable."""
        self._client.send("POST", f"/{version}/_refresh")

    def _new_stamp(self, held: list[str]) -> str:
        last = max((_stamp(name) for name in held), default=FIRST)
        stamp = f"{self._clock.now():%Y%m%d%H%M%S}{secrets.token_hex(2)}"
        # A clock that was set back must not make the new version the older one.
        return stamp if stamp > last else f"{int(last, 16) + 1:018x}"

    def _create(self, version: str, role: str) -> None:
        body = elastic_schema.body(self._options, (version, role))
        try:
            self._client.send("PUT", f"/{version}{_PHYSICAL}", body)
        except Refused as refused:
            if refused.kind != "resource_already_exists_exception":
                raise

    def _drop(self, versions: list[str]) -> None:
        for version in versions:
            try:
                self._client.send("DELETE", f"/{version}{_PHYSICAL}")
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
            notes = [one["mappings"].get("_meta", {}) for one in held.values()]
            known = all(n.get("mapping_version") == VERSION for n in notes)
        if not known:
            raise ConfigurationError(
                f"The search index {version} was made by another version of this "
                "program.",
                hint="Run `minhtin reindex`.",
            )
        self._checked.add(version)


def _stamp(version: str | None) -> str:
    return (version or "").rpartition("-")[2]
