"""The log on Apache Kafka: many machines share it.

A topic is a Kafka topic, a group a classic consumer group with cooperative take-over,
and a key falls into the same partition as in the other adapters. Nothing connects
before it is needed, and every call ends within a bounded time: with the cluster away
it raises `RetryLaterError`, and the same call goes on by itself when it is back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.clock import Clock
from eventlog.adapters import kafka_topics
from eventlog.adapters.kafka_client import codec, connection
from eventlog.adapters.kafka_cluster import Cluster
from eventlog.adapters.kafka_errors import Outage
from eventlog.adapters.kafka_names import group_name
from eventlog.adapters.kafka_options import KafkaOptions
from eventlog.adapters.kafka_reader import KafkaReader
from eventlog.adapters.kafka_replay import Replay
from eventlog.adapters.kafka_writer import KafkaWriter
from eventlog.limits import LogLimits
from eventlog.port import (
    EventLog,
    Lag,
    LogCapabilities,
    LogReader,
    LogTopic,
    LogWriter,
    Record,
    TopicState,
)


class KafkaEventLog(EventLog):
    """The log of one installation; safe between threads."""

    capabilities = LogCapabilities(exact_sizes=False, compacts_on_demand=False)

    def __init__(self, options: KafkaOptions, limits: LogLimits, clock: Clock) -> None:
        # Wrong options are said at start-up, not with the first record.
        codec(options)
        connection(options)
        self.limits = limits
        self.clock = clock
        self._options = options
        self._cluster = Cluster(options, Outage(options.bootstrap))
        self._replay = Replay(self._cluster)

    def ensure_topics(self) -> Sequence[TopicState]:
        return kafka_topics.ensure_topics(self._cluster, self.limits)

    def topic_states(self) -> Sequence[TopicState]:
        return kafka_topics.topic_states(self._cluster, self.limits)

    def writer(self) -> LogWriter:
        return KafkaWriter(self._cluster, self.limits, self.clock)

    def reader(self, group: str, topics: Sequence[LogTopic]) -> LogReader:
        return KafkaReader(self._cluster, self.limits, group, topics)

    def lag(self, group: str, topics: Sequence[LogTopic]) -> Sequence[Lag]:
        name = group_name(self._options.prefix, group)
        rows: list[Lag] = []
        for topic in topics:
            committed = self._cluster.committed([name], topic).get(name, {})
            starts = self._cluster.starts(topic)
            rows += [
                # What was dropped before it was read is not waited for.
                Lag(topic, part, max(committed.get(part, 0), starts[part]), end)
                for part, end in self._cluster.ends(topic).items()
            ]
        return rows

    def ends(self, topic: LogTopic) -> Mapping[int, int]:
        return self._cluster.ends(topic)

    def read(
        self, topic: LogTopic, partition: int, offset: int, limit: int
    ) -> Sequence[Record]:
        return self._replay.read(topic, partition, offset, limit)

    def compact(self, topic: LogTopic) -> int:  # noqa: ARG002 - the port's
        """Do nothing: the brokers compact by themselves."""
        return 0

    def trim(self, topic: LogTopic, before: datetime) -> int:
        if topic.compacted:
            return 0
        starts = self._cluster.starts(topic)
        first = self._cluster.first_since(topic, before)
        ends = self._cluster.ends(topic)
        # Asked last: commits only grow, so a bound that is a moment old is safe.
        commits = self._cluster.committed(self._cluster.groups(), topic).values()
        below = {}
        for part, start in starts.items():
            young = first[part] if first[part] >= 0 else ends[part]
            bound = min([young, *(rows[part] for rows in commits if part in rows)])
            if bound > start:
                below[part] = bound
        self._cluster.drop(topic, below)
        return sum(bound - starts[part] for part, bound in below.items())

    def size_bytes(self, topic: LogTopic) -> int:
        return self._cluster.size(topic)

    def close(self) -> None:
        self._replay.close()
        self._cluster.close()
