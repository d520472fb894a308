"""What was put aside in `posts.rejected`: which of it is open, and putting it back."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from domain.errors import QuarantineError
from domain.events import Rejected
from eventlog.codec import decode_rejected
from eventlog.port import EventLog, LogTopic, LogWriter, Record
from pipeline.replay import read_all

SETTLED = "rejected.settled."
"""Begins the keys of casework's settings that say which numbers are settled."""

_TOPICS = {topic.value for topic in LogTopic} - {LogTopic.REJECTED.value}


@dataclass(frozen=True, slots=True)
class PutAside:
    """One record of the topic. `number` is its partition and offset there."""

    number: str
    rejected: Rejected

    def put_back(self, writer: LogWriter) -> None:
        """Append the record to where it came from, a tombstone as a tombstone.

        Raises `QuarantineError` where that is no topic that anybody reads.
        """
        row = self.rejected
        if row.topic not in _TOPICS:
            raise QuarantineError(
                f"Record {self.number} came from {row.topic!r}: nobody reads that.",
                reason="unknown_topic",
                hint="Look at it with `minhtin rejected show`; it can only be left.",
            )
        writer.append(LogTopic(row.topic), row.key, row.value)


def put_aside(log: EventLog, settled: Collection[str] = ()) -> Iterator[PutAside]:
    """Yield what was put aside and is not among the numbers that are settled.

    A tombstone takes away what lies before it under its key.
    """
    # Two passes: the values may be large, and tombstones come last.
    gone = {
        record.key: (record.partition, record.offset)
        for record in read_all(log, LogTopic.REJECTED)
        if record.value is None
    }
    for record in read_all(log, LogTopic.REJECTED):
        place = record.partition, record.offset
        number = f"{record.partition}-{record.offset}"
        alive = record.key not in gone or place > gone[record.key]
        if record.value is not None and alive and number not in settled:
            yield PutAside(number, _read(record, record.value))


def _read(record: Record, value: bytes) -> Rejected:
    """Decode a record; one that cannot be read is itself something put aside."""
    try:
        return decode_rejected(value)
    except QuarantineError as error:
        return Rejected(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            value=value,
            stage="rejected",
            reason=error.reason,
            detail=str(error),
            at=record.timestamp,
        )
