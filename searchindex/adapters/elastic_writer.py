"""A flush: read what is held, merge, write on condition, and again what failed.

The merge runs here and not as a script on the server: it is the same code for every
store, and servers without a script engine exist. A write says which state it was made
from (`if_seq_no`, or `create`); the server refuses it when another writer was first,
and then that post is read and merged again.
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.errors import ConflictError, RetryLaterError
from domain.ids import PostId
from searchindex.adapters.elastic_bulk import (
    Answer,
    Fate,
    Held,
    VersionGone,
    Write,
)
from searchindex.adapters.elastic_client import Client
from searchindex.adapters.elastic_errors import translated
from searchindex.adapters.elastic_places import Flat, Layout, Monthly, month_of
from searchindex.adapters.elastic_rows import source
from searchindex.adapters.elastic_versions import Catalogue, Versions
from searchindex.intake import Bands, CollectingWriter, Step, encode_state
from searchindex.merge import State
from searchindex.port import BulkResult

PATIENCE = 15.0
"""Seconds that a flush tries by itself. Longer outlasts the lease of the batch that is
flushed; shorter makes every full queue of the server an alarm."""

READ_ITEMS = 200
"""Posts read at once: their whole texts are in one answer."""

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0


class Pauses:
    """Waits longer each time, never at the same moment as others, and not for ever."""

    def __init__(self, patience: float) -> None:
        self._end = time.monotonic() + patience
        self._next = FIRST_PAUSE

    def wait(self, error: RetryLaterError) -> None:
        """Wait; raise the error when patience is over."""
        pause = self._next * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
        if time.monotonic() + pause > self._end:
            raise error
        time.sleep(pause)
        self._next = min(2 * self._next, LONGEST_PAUSE)


@dataclass(slots=True)
class Tally:
    """Counts each item once, by what became of it last."""

    written: int = 0
    stale: int = 0
    failed: list[tuple[PostId, str]] = field(default_factory=list)

    def result(self, refused: Sequence[tuple[PostId, str]]) -> BulkResult:
        """Return the accounting, with the items that were refused at the door."""
        return BulkResult(
            written=self.written,
            stale=self.stale,
            failed=(*refused, *self.failed),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """A write and how many of its post's items it carries."""

    write: Write
    applied: int
    stale: int


class Merging:
    """One flush into one version."""

    def __init__(self, layout: Layout, bands_of: Bands, patience: float) -> None:
        self._layout = layout
        self._bands_of = bands_of
        self._pauses = Pauses(patience)
        self.tally = Tally()
        self._unknown: dict[PostId, Plan] = {}

    def run(self, items: Mapping[PostId, Sequence[Step]]) -> None:
        """Write all items; `tally` says what became of them.

        Raises `VersionGone`, `RetryLaterError` or `StoreFullError`.
        """
        waiting = list(items)
        while waiting:
            again: list[PostId] = []
            last: RetryLaterError | None = None
            for at in range(0, len(waiting), READ_ITEMS):
                some = {i: items[i] for i in waiting[at : at + READ_ITEMS]}
                for post_id, error in self._round(some):
                    again.append(post_id)
                    last = error
            if last is not None:
                self._pauses.wait(last)
            waiting = again

    def refresh(self, catalogue: Catalogue) -> None:
        """Make what was written findable."""
        while True:
            try:
                with translated():
                    return catalogue.refresh(self._layout.written())
            except RetryLaterError as error:
                self._pauses.wait(error)

    def _round(
        self, items: Mapping[PostId, Sequence[Step]]
    ) -> Iterator[tuple[PostId, RetryLaterError]]:
        """Try posts once and yield those to try again."""
        try:
            held = self._layout.read(list(items))
        except RetryLaterError as error:
            yield from ((post_id, error) for post_id in items)
            return
        plans = {}
        for post_id, steps in items.items():
            plan = self._plan(post_id, steps, held.get(post_id, Held(State())))
            if plan is not None:
                plans[post_id] = plan
        writes = [plan.write for plan in plans.values()]
        for one, answer in self._layout.write(writes):
            self._account(plans[one.post_id], answer)
            if answer.error is not None:
                yield one.post_id, answer.error

    def _plan(self, post_id: PostId, steps: Sequence[Step], held: Held) -> Plan | None:
        before = self._unknown.pop(post_id, None)
        if before is not None and before.write.encoded == held.encoded:
            # The request whose answer was lost had been carried out.
            self._account(before, Answer(Fate.DONE))
            return None
        state, applied = held.state, 0
        for step in steps:
            state, counted = step(state)
            applied += counted
        if state is held.state:
            self.tally.stale += len(steps)
            return None
        encoded = encode_state(state)
        one = Write(
            post_id=post_id,
            encoded=encoded,
            source=source(state, encoded, self._bands_of),
            place=held.place,
            index=self._layout.index_of(post_id),
        )
        return Plan(one, applied, len(steps) - applied)

    def _account(self, plan: Plan, answer: Answer) -> None:
        match answer.fate:
            case Fate.DONE:
                self.tally.written += plan.applied
                self.tally.stale += plan.stale
            case Fate.NEVER:
                post_id = plan.write.post_id
                self.tally.failed += [(post_id, answer.why)] * plan.applied
                self.tally.stale += plan.stale
            case Fate.UNKNOWN:
                self._unknown[plan.write.post_id] = plan
            case Fate.AGAIN:
                pass


class ElasticWriter(CollectingWriter):
    """Writes to the live version and to the next one while there is one."""

    def __init__(
        self, client: Client, catalogue: Catalogue, bands_of: Bands, patience: float
    ) -> None:
        super().__init__(bands_of, catalogue.clock)
        self._client = client
        self._catalogue = catalogue
        self._patience = patience

    def flush(self) -> BulkResult:
        items = self._intake.by_post()
        tally = Tally()
        if items:
            with translated():
                tally = self._write_all(items)
        result = tally.result(self._intake.failed)
        self._intake.clear()
        return result

    def _write_all(self, items: Mapping[PostId, Sequence[Step]]) -> Tally:
        """Write to every version that is current when the last one is written.

        A rebuild that began, or a swap that fell, between the look and the writing is
        seen by the next look.
        """
        done: dict[str, Merging] = {}
        pauses = Pauses(self._patience)
        while True:
            versions = self._catalogue.current()
            missing = [name for name in versions.written if name not in done]
            if versions.live is not None and not missing:
                # Now, since what is live may have been the next one when written.
                done[versions.live].refresh(self._catalogue)
                return done[versions.live].tally
            for name in missing:
                try:
                    done[name] = self._merge(name, items, versions)
                except VersionGone:
                    pauses.wait(RetryLaterError(f"The version {name} is gone."))

    def _merge(
        self,
        version: str,
        items: Mapping[PostId, Sequence[Step]],
        versions: Versions,
    ) -> Merging:
        layout = self._layout(version, items, versions)
        merging = Merging(layout, self._bands_of, self._patience)
        merging.run(items)
        return merging

    def _layout(
        self,
        version: str,
        items: Mapping[PostId, Sequence[Step]],
        versions: Versions,
    ) -> Layout:
        months = versions.monthly.get(version)
        if months is None:
            return Flat(self._client, version)
        now, taken = self._clock.now(), self._intake
        times = {i: taken.published.get(i) or taken.heard.get(i, now) for i in items}
        wanted = {post_id: month_of(at, now) for post_id, at in times.items()}
        return Monthly(self._client, self._catalogue, version, months, wanted)


class RebuildWriter(ElasticWriter):
    """Writes to one version only; what it writes is findable after the swap."""

    def __init__(
        self,
        client: Client,
        catalogue: Catalogue,
        bands_of: Bands,
        patience: float,
        version: str,
    ) -> None:
        super().__init__(client, catalogue, bands_of, patience)
        self.version = version

    def _write_all(self, items: Mapping[PostId, Sequence[Step]]) -> Tally:
        try:
            versions = self._require_current()
            merging = self._merge(self.version, items, versions)
        except VersionGone as gone:
            raise _abandoned() from gone
        if self._require_current().live == self.version:
            merging.refresh(self._catalogue)
        return merging.tally

    def _require_current(self) -> Versions:
        versions = self._catalogue.look()
        if self.version not in versions.written:
            raise _abandoned()
        return versions


def _abandoned() -> ConflictError:
    return ConflictError("This rebuild was abandoned for a newer one.")
