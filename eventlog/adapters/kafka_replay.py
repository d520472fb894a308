"""Reading without a group, from any place: one connection, shared between threads."""

import time
from collections.abc import Mapping
from threading import Lock

from eventlog.adapters.kafka_client import (
    Client,
    KafkaConsumer,
    TopicPartition,
    connection,
    make,
)
from eventlog.adapters.kafka_cluster import Cluster
from eventlog.adapters.kafka_names import record_of, topic_name
from eventlog.port import LogTopic, Record

FETCH_BYTES = 1024**2
STEP_MS = 200
QUIET_SECONDS = 2.0
"""Without a record for so long before a known end means that the rest of the partition
was compacted away. Less takes a slow broker for that."""


class Replay:
    """Keeps its place, so that page after page of a partition costs one fetch each."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._lock = Lock()
        self._consumer: Client = None
        self._next: tuple[Client, int] | None = None

    def read(
        self, topic: LogTopic, partition: int, offset: int, limit: int
    ) -> list[Record]:
        """Return up to `limit` records from `offset` on, fewer only at the end."""
        prefix = self._cluster.options.prefix
        place = TopicPartition(topic_name(prefix, topic), partition)
        end = _within(self._cluster.ends(topic), partition)
        if offset >= end or limit < 1:
            return []
        with self._lock, self._cluster.outage.translated("read"):
            consumer = self._at(place, offset)
            rows: list[Client] = []
            quiet = time.monotonic() + QUIET_SECONDS
            while len(rows) < limit and (not rows or rows[-1].offset + 1 < end):
                found = consumer.poll(timeout_ms=STEP_MS, max_records=limit - len(rows))
                rows += found.get(place, [])
                if found:
                    quiet = time.monotonic() + QUIET_SECONDS
                elif time.monotonic() > quiet:
                    break
            if rows:
                self._next = place, rows[-1].offset + 1
            return [record_of(prefix, row) for row in rows]

    def _at(self, place: Client, offset: int) -> Client:
        if self._consumer is None:
            self._consumer = make(
                KafkaConsumer,
                **connection(self._cluster.options),
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                max_partition_fetch_bytes=FETCH_BYTES,
            )
            self._next = None
        if self._next != (place, offset):
            self._consumer.assign([place])
            self._consumer.seek(place, offset)
        self._next = None  # Until this read has succeeded.
        return self._consumer

    def close(self) -> None:
        with self._lock:
            consumer, self._consumer = self._consumer, None
            if consumer is not None:
                consumer.close(autocommit=False)


def _within(ends: Mapping[int, int], partition: int) -> int:
    return ends.get(partition, 0)
