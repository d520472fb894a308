"""A log of its own on a real Kafka for one test, and nothing of it left behind."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from domain.clock import Clock, SystemClock
from eventlog.adapters.kafka import KafkaEventLog
from eventlog.adapters.kafka_client import connection
from eventlog.adapters.kafka_options import KafkaOptions
from eventlog.limits import LogLimits

LIMITS = LogLimits(partitions=4, lease_seconds=6)


def own_options(bootstrap: str, **others: object) -> KafkaOptions:
    """Return options with a prefix that no other test has."""
    settings: dict[str, object] = {
        "bootstrap": tuple(bootstrap.split(",")),
        "prefix": f"test-{uuid4().hex[:12]}.",
        "replication": 1,
        **others,
    }
    return KafkaOptions(**settings)  # type: ignore[arg-type]


def open_log(
    options: KafkaOptions, limits: LogLimits = LIMITS, clock: Clock | None = None
) -> KafkaEventLog:
    return KafkaEventLog(options, limits, clock or SystemClock())


def remove_topics(options: KafkaOptions) -> None:
    """Delete the topics and groups of a prefix."""
    admin = KafkaAdminClient(**connection(options))
    try:
        names = [n for n in admin.list_topics() if n.startswith(options.prefix)]
        if names:
            admin.delete_topics(names)
        groups = [
            row["group_id"]
            for row in admin.list_groups()
            if row["group_id"].startswith(options.prefix)
        ]
        with suppress(KafkaError):  # A member killed a moment ago still counts.
            if groups:
                admin.delete_groups(groups)
    finally:
        admin.close()


@contextmanager
def own_log(
    bootstrap: str, limits: LogLimits = LIMITS, **others: object
) -> Iterator[KafkaEventLog]:
    """A log with topics of its own, removed afterwards."""
    options = own_options(bootstrap, **others)
    log = open_log(options, limits)
    try:
        log.ensure_topics()
        yield log
    finally:
        log.close()
        remove_topics(options)


def wait_until(check: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "timed out"
        time.sleep(0.05)
