"""One member of a consumer group on Kafka.

Kafka accepts a commit of any partition from any live member, so this reader itself
refuses those of partitions that it has lost since it read them.
"""

import contextlib
import math
import time
from collections.abc import Sequence

from domain.errors import ConflictError, RetryLaterError
from eventlog.adapters.kafka_client import (
    Client,
    ConsumerRebalanceListener,
    CooperativeStickyAssignor,
    KafkaConsumer,
    MemberState,
    OffsetAndMetadata,
    TopicPartition,
    connection,
    errors,
    make,
)
from eventlog.adapters.kafka_cluster import Cluster
from eventlog.adapters.kafka_errors import MOVED
from eventlog.adapters.kafka_names import (
    group_name,
    record_of,
    topic_name,
    topic_of,
)
from eventlog.limits import LogLimits
from eventlog.port import LogReader, LogTopic, Position, Record

FETCH_BYTES = 512 * 1024
"""Per partition and answer. Partitions take turns by answers, so more makes the turns
longer, less asks more often."""

KNOWN_SECONDS = 2.0
"""How long a poll that need not wait tries to learn whether there is something to
read. Less takes a long way to the broker for the end of the log."""

LOST_SECONDS = 5.0
"""How long the group's broker may be out of reach before poll says so."""

LEAST_LEASE = 6.0
"""Brokers refuse shorter sessions unless they are set up for them."""

STEP_MS = 100

JOIN_MS = 2000
"""For a step while the group divides its partitions. The client begins anew when a
step ends before that is done, so one shorter than the broker takes never ends it."""


class Holding(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes which partitions records were handed out of and are held since then.

    Called from the client's thread, but only while the reader's thread waits in it.
    """

    def __init__(self) -> None:
        self.used: set[Client] = set()
        self.again: set[Client] = set()

    def on_partitions_assigned(self, assigned: Client) -> None:
        self._forget(assigned)

    def on_partitions_revoked(self, revoked: Client) -> None:
        self._forget(revoked)

    def on_partitions_lost(self, lost: Client) -> None:
        self._forget(lost)

    def _forget(self, places: Client) -> None:
        self.used.difference_update(places)
        self.again.difference_update(places)


class KafkaReader(LogReader):
    """Joins its group at the first poll; not to be shared between threads."""

    def __init__(
        self,
        cluster: Cluster,
        limits: LogLimits,
        group: str,
        topics: Sequence[LogTopic],
    ) -> None:
        self._cluster = cluster
        self._prefix = cluster.options.prefix
        self._lease = max(LEAST_LEASE, limits.lease_seconds)
        self._group = group
        self._topics = tuple(topics)
        self._holding = Holding()
        self._consumer: Client = None
        self._heard: float | None = None

    def poll(self, limit: int, wait_seconds: float) -> Sequence[Record]:
        with self._cluster.outage.translated(f"read as {self._group}"):
            consumer = self._opened()
            started = time.monotonic()
            while True:
                self._reread(consumer)
                found = self._step(consumer, limit, started + wait_seconds)
                passed = time.monotonic() - started
                if not found:
                    self._notice_outage(consumer)
                known = bool(found) or self._knows(consumer)
                if known:
                    beat = consumer._coordinator.heartbeat  # noqa: SLF001 - as below
                    self._cluster.outage.ended(math.inf if found else beat.last_receive)
                least = wait_seconds if known else max(wait_seconds, KNOWN_SECONDS)
                if found or passed >= least:
                    return found

    def _step(self, consumer: Client, limit: int, until: float) -> list[Record]:
        left_ms = int((until - time.monotonic()) * 1000)
        step_ms = max(1, min(STEP_MS, left_ms)) if left_ms > 0 else STEP_MS // 10
        if not self._joined(consumer):
            step_ms = JOIN_MS
        rows = consumer.poll(timeout_ms=step_ms, max_records=limit)
        self._holding.used.update(place for place, records in rows.items() if records)
        return [record_of(self._prefix, row) for part in rows.values() for row in part]

    def _knows(self, consumer: Client) -> bool:
        """Whether it is certain that nothing is left to read at this moment."""
        if not self._joined(consumer):
            return False
        for place in consumer.assignment():
            end = consumer.highwater(place)
            if end is None or (consumer.position(place, timeout_ms=STEP_MS) or 0) < end:
                return False
        return True

    def _joined(self, consumer: Client) -> bool:
        return bool(consumer.group_metadata().state == MemberState.STABLE)

    def _notice_outage(self, consumer: Client) -> None:
        """Raise when the group's broker has not been heard of for some seconds.

        The client itself says nothing of it: its polls just stay empty.
        """
        coordinator = consumer._coordinator  # noqa: SLF001 - no public way
        now = time.monotonic()
        if coordinator.coordinator_unknown():
            self._heard = self._heard or now
        elif self._joined(consumer):
            beat = coordinator.heartbeat
            self._heard = max(beat.last_receive, beat.last_reset)
        else:
            # Joining: the broker answers once all the others have joined too.
            self._heard = None
        if self._heard is not None and now - self._heard >= LOST_SECONDS:
            raise errors.CoordinatorNotAvailableError(self._group)

    def commit(self, positions: Sequence[Position]) -> None:
        if not positions:
            return
        offsets = {
            self._place(p.topic, p.partition): OffsetAndMetadata(p.offset, "", -1)
            for p in positions
        }
        consumer = self._consumer
        if consumer is None or not self._holds(offsets):
            self._holding.again.update(offsets)
            raise ConflictError("A partition went to another member of the group.")
        call_ms = int(self._cluster.options.call_seconds * 1000)
        with self._cluster.outage.translated(f"commit as {self._group}"):
            try:
                consumer.commit(offsets, timeout_ms=call_ms)
            except MOVED as error:
                self._holding.again.update(offsets)
                raise ConflictError(
                    "The group is dividing its partitions anew; these records are read "
                    "again by whoever holds them then."
                ) from error

    def _holds(self, places: Client) -> bool:
        holding = self._holding
        held = set(self._consumer.assignment()) & holding.used - holding.again
        return set(places) <= held

    def _reread(self, consumer: Client) -> None:
        """Go back to the commit where one was refused but the partition was kept."""
        if not self._holding.again or not self._joined(consumer):
            return
        for place in list(self._holding.again):
            if place in consumer.assignment():
                offset = consumer.committed(place, timeout_ms=KNOWN_SECONDS * 1000)
                if offset is None:
                    consumer.seek_to_beginning(place)
                else:
                    consumer.seek(place, offset)
            self._holding.again.discard(place)

    def seek(self, position: Position) -> None:
        place = self._place(position.topic, position.partition)
        if self._consumer is None or place not in self._consumer.assignment():
            raise ConflictError("A partition can only be sought in while it is held.")
        self._consumer.seek(place, position.offset)
        self._holding.used.add(place)

    def assigned(self) -> Sequence[tuple[LogTopic, int]]:
        consumer = self._consumer
        if consumer is None or consumer.group_metadata().state == MemberState.UNJOINED:
            return []
        held = [
            (topic_of(self._prefix, p.topic), p.partition)
            for p in consumer.assignment()
        ]
        return sorted(held)

    def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            # When the broker is away, the lease frees the partitions instead.
            with contextlib.suppress(errors.KafkaError, RetryLaterError):
                consumer.close(autocommit=False, timeout_ms=LOST_SECONDS * 1000)

    def _place(self, topic: LogTopic, partition: int) -> Client:
        return TopicPartition(topic_name(self._prefix, topic), partition)

    def _opened(self) -> Client:
        if self._consumer is None:
            for topic in self._topics:
                self._cluster.partitions(topic)
            consumer = self._open()
            names = [topic_name(self._prefix, topic) for topic in self._topics]
            consumer.subscribe(names, listener=self._holding)
            try:
                _await_topics(consumer, names)
            except BaseException:
                consumer.close(autocommit=False, timeout_ms=0)
                raise
            self._consumer = consumer
        return self._consumer

    def _open(self) -> Client:
        lease_ms = int(self._lease * 1000)
        return make(
            KafkaConsumer,
            **connection(self._cluster.options),
            group_id=group_name(self._prefix, self._group),
            partition_assignment_strategy=[CooperativeStickyAssignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            session_timeout_ms=lease_ms,
            # The same for a member that lives but does not poll, as the port says.
            max_poll_interval_ms=lease_ms,
            heartbeat_interval_ms=min(1000, lease_ms // 3),
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_wait_ms=500,
        )


def _await_topics(consumer: Client, names: Sequence[str]) -> None:
    """Wait until the client knows the partitions.

    A member that joins before and is made the group's leader divides nothing, and the
    client then leaves it at that.
    """
    deadline = time.monotonic() + LOST_SECONDS
    while any(
        consumer._cluster.partitions_for_topic(name) is None  # noqa: SLF001 - the public one may wait for ever
        for name in names
    ):
        if time.monotonic() > deadline:
            raise errors.KafkaTimeoutError("no word about the topics")
        time.sleep(0.01)
