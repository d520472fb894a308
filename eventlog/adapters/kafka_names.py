"""Names of topics and groups in Kafka, and records as Kafka holds them."""

from datetime import UTC, datetime

from eventlog.adapters.kafka_client import Client
from eventlog.port import LogTopic, Record


def topic_name(prefix: str, topic: LogTopic) -> str:
    """Return the name of a topic in the cluster."""
    return prefix + topic.value


def group_name(prefix: str, group: str) -> str:
    """Return the name of a consumer group in the cluster."""
    return prefix + group


def topic_of(prefix: str, name: str) -> LogTopic:
    """Return the topic of a name in the cluster."""
    return LogTopic(name.removeprefix(prefix))


def key_bytes(key: str) -> bytes:
    """Return a key as it is stored."""
    return key.encode("utf-8", "surrogatepass")


def record_of(prefix: str, row: Client) -> Record:
    """Return what the client read as our record."""
    return Record(
        topic_of(prefix, row.topic),
        row.partition,
        row.offset,
        (row.key or b"").decode("utf-8", "surrogatepass"),
        None if row.value is None else bytes(row.value),
        datetime.fromtimestamp(row.timestamp / 1000, UTC),
    )
