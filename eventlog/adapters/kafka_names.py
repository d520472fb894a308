"""Names of topics and groups in Kafka, and records as Kafka holds them."""

from datetime import UTC, datetime, timedelta

from eventlog.adapters.kafka_client import Client
from eventlog.port import LogTopic, Record

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_999
"""The end of the year 9999: Kafka takes times that no `datetime` can hold."""


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


def key_text(raw: bytes | None) -> str:
    """Return a stored key; bytes that we never wrote become readable escapes.

    Whoever may write to a topic may write any key, and one that raised here would hold
    up its partition for ever.
    """
    try:
        return (raw or b"").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return (raw or b"").decode("utf-8", "backslashreplace")


def record_of(prefix: str, row: Client) -> Record:
    """Return what the client read as our record."""
    return Record(
        topic_of(prefix, row.topic),
        row.partition,
        row.offset,
        key_text(row.key),
        None if row.value is None else bytes(row.value),
        _EPOCH + timedelta(milliseconds=min(max(row.timestamp, 0), _LAST_MS)),
    )
