"""Holds what each group has not read yet on one side to the other side."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from eventlog.partition import partition_of
from eventlog.port import EventLog, Lag, LogTopic, Record
from jobs.migration.tally import Compared, Tally
from pipeline.replay import rows_from

Places = Counter[tuple[int, int] | str]
"""Unread records: how many of each stream, or which keys of a compacted topic."""


def compare_places(
    source: EventLog, target: EventLog, groups: Mapping[str, Sequence[LogTopic]]
) -> Iterator[Compared]:
    """Compare what is unread: all that waits in the old log must wait in the new one.

    More may wait there: where partitions are divided otherwise, a group begins at the
    first record that it has not read, and meets others behind it once more.
    """
    for group, topics in groups.items():
        for topic in topics:
            parts = len(source.ends(topic)), len(target.ends(topic))
            old = _unread(source, group, topic, parts)
            new = _unread(target, group, topic, parts)
            waits = sum(old.values())
            missed = sum((old - new).values())
            again = sum((new - old).values())
            yield Compared(
                store="log",
                part=f"unread of {topic.value} by {group}"
                + (f" ({again} once more)" if again else ""),
                source=Tally(count=waits, digest=""),
                target=Tally(count=waits - missed, digest=""),
            )


def _unread(
    log: EventLog, group: str, topic: LogTopic, parts: tuple[int, int]
) -> Places:
    keys = (row.key for lag in log.lag(group, [topic]) for row in _rows(log, lag))
    if topic.compacted:
        # Either log may have dropped states that a later one replaced.
        return Counter(set(keys))
    old, new = parts
    return Counter((partition_of(key, old), partition_of(key, new)) for key in keys)


def _rows(log: EventLog, lag: Lag) -> Iterator[Record]:
    return rows_from(log, lag.topic, lag.partition, lag.committed, lag.end)
