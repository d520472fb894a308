"""Where the document of a post lies: in the version's one index, or in a month's.

A post's month is decided once, by whichever writer asks first, and never changes: the
decision is a note in `<version>-places`, made with `create`, which the server lets one
writer do. Every writer reads the note before it reads or writes the document, so a
post has one document, whatever its items say later and in whatever order they come.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from domain.errors import RetryLaterError
from domain.ids import PostId
from searchindex.adapters.elastic_bulk import (
    Answer,
    Fate,
    Held,
    Write,
    read,
    read_from,
    read_raw,
    write,
)
from searchindex.adapters.elastic_client import Client
from searchindex.adapters.elastic_versions import Catalogue, places

EARLIER = "000000"
"""The month of all that is older than `YEARS`. A site may give its posts any dates; an
index for each would be thousands of them, each with its shards."""

YEARS = 5
"""More allows more indices; fewer puts more of an archive into one."""

LOOKS = 3


class Layout(Protocol):
    """Reads and writes documents of one version during one flush."""

    def read(self, ids: Sequence[PostId]) -> dict[PostId, Held]:
        """Return what is held of posts, flushed or not."""
        ...

    def index_of(self, post_id: PostId) -> str:
        """Return the index to name in a write of a post that was read."""
        ...

    def write(self, writes: Sequence[Write]) -> Iterator[tuple[Write, Answer]]:
        """Write documents and yield what became of each."""
        ...

    def written(self) -> str:
        """Return the names of what may have been written to."""
        ...


class Flat:
    """One index for all."""

    def __init__(self, client: Client, version: str) -> None:
        self._client = client
        self._version = version

    def read(self, ids: Sequence[PostId]) -> dict[PostId, Held]:
        return read(self._client, self._version, ids)

    def index_of(self, _post_id: PostId) -> str:
        return ""

    def write(self, writes: Sequence[Write]) -> Iterator[tuple[Write, Answer]]:
        return write(self._client, self._version, writes)

    def written(self) -> str:
        return self._version


class Monthly:
    """An index a month; `wanted` is the month of a post that has none yet."""

    def __init__(
        self,
        client: Client,
        catalogue: Catalogue,
        version: str,
        months: frozenset[str],
        wanted: Mapping[PostId, str],
    ) -> None:
        self._client = client
        self._catalogue = catalogue
        self._version = version
        self._made = set(months)
        self._wanted = wanted
        self._month: dict[PostId, str] = {}

    def read(self, ids: Sequence[PostId]) -> dict[PostId, Held]:
        self._settle(ids)
        for month in sorted({self._month[post_id] for post_id in ids} - self._made):
            self._catalogue.add_month(self._version, month)
            self._made.add(month)
        return read_from(self._client, {i: self.index_of(i) for i in ids})

    def index_of(self, post_id: PostId) -> str:
        return f"{self._version}-{self._month[post_id]}"

    def write(self, writes: Sequence[Write]) -> Iterator[tuple[Write, Answer]]:
        for one, answer in write(self._client, "", writes):
            if answer.gone:
                self._made.discard(self._month[one.post_id])
            yield one, answer

    def written(self) -> str:
        months = sorted(set(self._month.values()))
        return ",".join(f"{self._version}-{month}" for month in months)

    def _settle(self, ids: Sequence[PostId]) -> None:
        """Find the months of posts and decide those that nobody decided."""
        name = places(self._version)
        for _ in range(LOOKS):
            missing = [post_id for post_id in ids if post_id not in self._month]
            if missing:
                self._month |= read_raw(self._client, name, missing)
            missing = [post_id for post_id in missing if post_id not in self._month]
            if not missing:
                return
            notes = [_note(post_id, self._wanted[post_id]) for post_id in missing]
            for one, answer in write(self._client, name, notes):
                if answer.fate is Fate.DONE:
                    self._month[one.post_id] = self._wanted[one.post_id]
        raise RetryLaterError("Posts cannot be given their places in the index.")


def located(client: Client, version: str, ids: Sequence[PostId]) -> dict[PostId, str]:
    """Return the index of each post that has a place in a monthly version."""
    found = read_raw(client, places(version), ids)
    return {post_id: f"{version}-{month}" for post_id, month in found.items()}


def month_of(at: datetime, now: datetime) -> str:
    """Return the month of a time, in UTC: at most this one, and few old ones."""
    at = min(at, now)
    if at.year < now.year - YEARS:
        return EARLIER
    return f"{at.astimezone(UTC):%Y%m}"


def _note(post_id: PostId, month: str) -> Write:
    source = msgspec.json.encode({"state": month, "shown": False})
    return Write(post_id=post_id, encoded=b"", source=source, place=None)
