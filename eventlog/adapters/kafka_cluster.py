"""What the log asks the cluster: partitions, ends, commits, sizes, dropping."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from threading import Lock
from typing import TypeVar

from domain.errors import RetryLaterError
from eventlog.adapters.kafka_client import (
    Client,
    KafkaAdminClient,
    OffsetSpec,
    TopicPartition,
    connection,
    errors,
    make,
)
from eventlog.adapters.kafka_errors import Outage, missing
from eventlog.adapters.kafka_names import group_name, topic_name
from eventlog.adapters.kafka_options import KafkaOptions
from eventlog.port import LogTopic

T = TypeVar("T")

SETTLE_SECONDS = 5.0
"""How long a question is asked again while the cluster elects a leader or makes its
inner topics. Shorter turns a normal election into an error, longer delays the word
that the cluster is ill."""

PAUSE_SECONDS = 0.1
SIZE_SECONDS = 5.0
"""Between looks at the size on disk: shorter asks every broker all the time, longer
lets a bound be passed by more."""


class Cluster:
    """One admin connection, made when first needed; safe between threads."""

    def __init__(self, options: KafkaOptions, outage: Outage) -> None:
        self.options = options
        self.outage = outage
        self._lock = Lock()
        self._admin: Client = None
        self._partitions: dict[LogTopic, int] = {}
        self._sizes: dict[LogTopic, tuple[float, int]] = {}

    def ask(self, what: str, question: Callable[[Client], T]) -> T:
        """Put a question to the cluster, again while it is only settling."""
        with self.outage.translated(what):
            admin = self._connected()
            deadline = time.monotonic() + SETTLE_SECONDS
            while True:
                try:
                    answer = question(admin)
                except errors.UnknownTopicOrPartitionError:
                    raise
                except errors.RetriableError:
                    if time.monotonic() >= deadline:
                        raise
                    time.sleep(PAUSE_SECONDS)
                else:
                    self.outage.ended()
                    return answer

    def _connected(self) -> Client:
        with self._lock:
            if self._admin is None:
                self._admin = make(KafkaAdminClient, **connection(self.options))
            return self._admin

    def partitions(self, topic: LogTopic) -> int:
        """Return how many partitions a topic has; asked once, as it never changes."""
        known = self._partitions.get(topic)
        if known is None:
            name = topic_name(self.options.prefix, topic)
            (found,) = self.ask(
                "look up topics", lambda admin: admin.describe_topics([name])
            )
            if found["error_code"]:
                raise missing(name)
            known = self._partitions[topic] = len(found["partitions"])
        return known

    def places(self, topic: LogTopic) -> list[Client]:
        """Return the client's names of all partitions of a topic."""
        name = topic_name(self.options.prefix, topic)
        return [TopicPartition(name, n) for n in range(self.partitions(topic))]

    def ends(self, topic: LogTopic) -> Mapping[int, int]:
        return self._offsets(topic, OffsetSpec.LATEST)

    def starts(self, topic: LogTopic) -> Mapping[int, int]:
        return self._offsets(topic, OffsetSpec.EARLIEST)

    def first_since(self, topic: LogTopic, when: datetime) -> Mapping[int, int]:
        """Return per partition the first offset of that time or later, -1 if none."""
        return self._offsets(topic, int(when.timestamp() * 1000))

    def _offsets(self, topic: LogTopic, spec: Client) -> Mapping[int, int]:
        wanted = dict.fromkeys(self.places(topic), spec)
        found = self.ask(
            "look up offsets", lambda admin: admin.list_partition_offsets(dict(wanted))
        )
        return {at.partition: row.offset for at, row in sorted(found.items())}

    def committed(
        self, groups: Sequence[str], topic: LogTopic
    ) -> Mapping[str, Mapping[int, int]]:
        """Return per group and partition the committed offset, where there is one."""
        if not groups:
            return {}
        places = self.places(topic)
        found = self.ask(
            "look up commits",
            lambda admin: admin.list_group_offsets(dict.fromkeys(groups, places)),
        )
        return {
            group: {
                at.partition: row.offset for at, row in rows.items() if row.offset >= 0
            }
            for group, rows in found.items()
        }

    def groups(self) -> list[str]:
        """Return the names of this installation's groups."""
        start = group_name(self.options.prefix, "")
        rows = self.ask("look up groups", lambda admin: admin.list_groups())
        return [row["group_id"] for row in rows if row["group_id"].startswith(start)]

    def drop(self, topic: LogTopic, below: Mapping[int, int]) -> None:
        """Drop all records below the given offsets."""
        name = topic_name(self.options.prefix, topic)
        wanted = {TopicPartition(name, n): offset for n, offset in below.items()}
        if wanted:
            self.ask("drop old records", lambda admin: admin.delete_records(wanted))

    def size(self, topic: LogTopic) -> int:
        """Return the bytes on disk of one copy."""
        name = topic_name(self.options.prefix, topic)
        wanted = {name: list(range(self.partitions(topic)))}
        rows = self.ask("measure topics", lambda admin: admin.describe_log_dirs(wanted))
        copies: dict[int, int] = {}
        for found in (
            partition
            for broker in rows
            for folder in broker["log_dirs"]
            for row in folder["topics"]
            for partition in row["partitions"]
        ):
            number = found["partition_index"]
            copies[number] = max(copies.get(number, 0), found["partition_size"])
        return sum(copies.values())

    def recent_size(self, topic: LogTopic) -> int:
        """Return the size as of some seconds ago, or of before an outage."""
        at, known = self._sizes.get(topic, (float("-inf"), 0))
        if time.monotonic() - at >= SIZE_SECONDS:
            with suppress(RetryLaterError):
                known = self.size(topic)
            self._sizes[topic] = time.monotonic(), known
        return known

    def forget(self) -> None:
        """Ask again for what was remembered of topics."""
        self._partitions.clear()
        self._sizes.clear()

    def close(self) -> None:
        with self._lock:
            admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()
