"""Bounds and times of a log, with what fails on either side of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLimits:
    """How large and how patient a log is.

    `partitions`: fewer starves workers, more costs a lease each per worker.
    `max_topic_bytes`: smaller stops crawlers early, larger fills the disk.
    `lease_seconds`: smaller takes partitions from workers that only pause in a long
    batch, larger leaves a killed worker's partitions unread for that long.
    `tombstone_seconds`: how long a deletion stays readable in a compacted topic; a
    reader that is away for longer may miss it and must rebuild.
    """

    partitions: int = 4
    max_topic_bytes: int = 20 * 1024**3
    lease_seconds: float = 30.0
    tombstone_seconds: float = 7 * 86400.0
