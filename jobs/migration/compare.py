"""Reads both sides again and says what each holds."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress

from domain.errors import NotFoundError
from domain.ids import Digest
from eventlog.partition import partition_of
from eventlog.port import EventLog, LogTopic, Record
from evidence.port import EvidenceStore
from jobs.migration.tally import Compared, Tally, row_bytes, tally
from pipeline.replay import read_all


def compare_logs(source: EventLog, target: EventLog) -> Iterator[Compared]:
    """Compare topic by topic.

    A compacted topic by the last state of each key: the new log may have compacted
    already. Any other record by record, with its time to the millisecond and in its
    order beside the others of its key.
    """
    for topic in LogTopic:
        if topic.compacted:
            sides = (
                tally(_last_states(source, topic)),
                tally(_last_states(target, topic)),
            )
        else:
            there, here = len(target.ends(topic)), len(source.ends(topic))
            sides = (
                _streams(source, topic, here, there),
                _streams(target, topic, here, there),
            )
        yield Compared(store="log", part=topic.value, source=sides[0], target=sides[1])


def _last_states(log: EventLog, topic: LogTopic) -> Iterator[bytes]:
    # Two passes keep memory to one offset per key instead of one text per key.
    last: dict[str, tuple[int, int]] = {}
    for record in read_all(log, topic):
        last[record.key] = record.partition, record.offset
    for record in read_all(log, topic):
        live = last.get(record.key) == (record.partition, record.offset)
        if live and record.value is not None:
            yield _bytes_of(record)


def _streams(log: EventLog, topic: LogTopic, here: int, there: int) -> Tally:
    """Hash the records that share a partition on both sides in their order.

    All records of a key are in one such stream, and neither side changes the order
    of a stream, though they order streams otherwise among each other.
    """
    streams: dict[tuple[int, int], hashlib._Hash] = {}
    count = 0
    for record in read_all(log, topic):
        stream = partition_of(record.key, here), partition_of(record.key, there)
        running = streams.setdefault(stream, hashlib.sha256())
        data = _bytes_of(record)
        running.update(len(data).to_bytes(8) + data)
        count += 1
    rows = (row_bytes([*key, value.hexdigest()]) for key, value in streams.items())
    return Tally(count=count, digest=tally(rows).digest)


def _bytes_of(record: Record) -> bytes:
    milliseconds = round(record.timestamp.timestamp() * 1000)
    value = None if record.value is None else record.value.hex()
    return row_bytes([record.key, milliseconds, value])


def copy_evidence(source: EvidenceStore, target: EvidenceStore) -> Iterator[int]:
    """Bring over what is not there yet; yield 1 for each capture that is there then."""
    known = set(target.digests())
    for digest in source.digests():
        if digest not in known:
            target.adopt(digest, source.warc(digest), source.stored_at(digest))
        with suppress(NotFoundError):
            target.attach(digest, source.attached(digest))
        yield 1


def compare_evidence(source: EvidenceStore, target: EvidenceStore) -> Compared:
    """Compare file by file; each of the new store is read and held to its digest."""
    unsound = 0

    def there() -> Iterator[bytes]:
        nonlocal unsound
        for digest in target.digests():
            try:
                unsound += not target.verify(digest).sound
                yield _files_of(target, digest)
            except NotFoundError:
                continue  # Deleted meanwhile.

    here = (_files_of(source, digest) for digest in source.digests())
    sides = tally(here), tally(there())
    return Compared(
        store="evidence",
        part="captures",
        source=sides[0],
        target=sides[1],
        note=f"{unsound} damaged" if unsound else "",
    )


def _files_of(store: EvidenceStore, digest: Digest) -> bytes:
    """Return what tells whether two stores hold the same of a capture."""
    files = [store.warc(digest)]
    with suppress(NotFoundError):
        files.append(store.attached(digest))
    return digest.encode() + b"".join(hashlib.sha256(file).digest() for file in files)
