"""Writes to Kafka: held back until the flush, acknowledged by all, in order.

The producer is idempotent, so what it repeats by itself is neither doubled nor
reordered. When a flush fails all the same, the fate of some records is unknown: the
producer is thrown away with everything that it still held, so that nothing of it can
arrive late, and the caller appends again.
"""

import contextlib
import time
from datetime import datetime

from domain.clock import Clock
from domain.errors import MinhTinError, QuarantineError, StoreFullError
from eventlog.adapters.kafka_client import (
    Client,
    KafkaProducer,
    codec,
    connection,
    errors,
    make,
)
from eventlog.adapters.kafka_cluster import Cluster
from eventlog.adapters.kafka_names import key_bytes, topic_name
from eventlog.limits import LogLimits
from eventlog.partition import partition_of
from eventlog.port import LogTopic, LogWriter

BATCH_BYTES = 256 * 1024
"""Per partition and request: smaller compresses worse, larger delays the first ack."""

OVERHEAD = 100
"""More than what Kafka adds to one record, so that our bound is met before theirs."""


class KafkaWriter(LogWriter):
    """One producer; not to be shared between threads."""

    def __init__(self, cluster: Cluster, limits: LogLimits, clock: Clock) -> None:
        self._cluster = cluster
        self._options = cluster.options
        self._limits = limits
        self._clock = clock
        self._producer: Client = None
        self._pending: list[tuple[LogTopic, bytes, bytes | None, int, int | None]] = []
        self._pending_bytes = 0
        self._failure: MinhTinError | None = None

    def append(
        self,
        topic: LogTopic,
        key: str,
        value: bytes | None,
        at: datetime | None = None,
    ) -> None:
        name = key_bytes(key)
        size = len(name) + len(value or b"")
        self._refuse_too_large(topic, key, size)
        if self._failure is not None:
            return  # Lost already; the flush says so, and all is appended again.
        held = self._cluster.recent_size(topic) + self._pending_bytes
        if held + size > self._limits.max_topic_bytes:
            raise StoreFullError(
                f"Topic {topic} has reached its size bound.",
                retry_after=30,
                hint="Start the worker or raise the bound (MINHTIN_LOG_MAX_BYTES).",
            )
        partition = partition_of(key, self._cluster.partitions(topic))
        stamp = round(at.timestamp() * 1000) if at else None
        self._pending.append((topic, name, value, partition, stamp))
        self._pending_bytes += size
        if self._pending_bytes >= self._options.buffer_bytes:
            try:
                self._send()
            except MinhTinError as error:
                self._failure = error

    def flush(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            self._drop()
            raise failure
        self._send()

    def close(self) -> None:
        self._drop()

    def _refuse_too_large(self, topic: LogTopic, key: str, size: int) -> None:
        bound = self._options.max_record_bytes
        if topic is LogTopic.REJECTED:
            bound *= 2  # It carries the bytes of another record.
        if size + OVERHEAD > bound:
            raise QuarantineError(
                f"A record of {size} bytes under {key[:200]!r} is more than the log "
                f"takes ({bound}).",
                reason="too_large",
            )

    def _send(self) -> None:
        """Send what is held back and wait until every copy has it."""
        if not self._pending:
            return
        try:
            with self._cluster.outage.translated("write"):
                self._send_all()
        except BaseException:
            self._drop()
            raise
        self._cluster.outage.ended()
        self._pending.clear()
        self._pending_bytes = 0

    def _send_all(self) -> None:
        if self._producer is None:
            self._producer = self._open()
        now = int(self._clock.now().timestamp() * 1000)
        prefix = self._options.prefix
        acks = [
            self._producer.send(
                topic_name(prefix, topic),
                value=value,
                key=key,
                partition=partition,
                timestamp_ms=now if stamp is None else stamp,
            )
            for topic, key, value, partition, stamp in self._pending
        ]
        deadline = time.monotonic() + self._options.call_seconds
        self._producer.flush(timeout=self._options.call_seconds)
        for ack in acks:
            ack.get(timeout=max(0.0, deadline - time.monotonic()))

    def _open(self) -> Client:
        options = self._options
        call_ms = int(options.call_seconds * 1000)
        return make(
            KafkaProducer,
            **connection(options),
            acks="all",
            enable_idempotence=True,
            compression_type=codec(options),
            delivery_timeout_ms=call_ms,
            max_block_ms=call_ms,
            max_request_size=options.message_bytes,
            batch_size=BATCH_BYTES,
            linger_ms=5,
            allow_auto_create_topics=False,
        )

    def _drop(self) -> None:
        """Forget everything, and see to it that nothing is sent any more."""
        self._pending.clear()
        self._pending_bytes = 0
        producer, self._producer = self._producer, None
        if producer is None:
            return
        # `close` alone first waits for what is unsent, and gives up closing when that
        # takes too long.
        producer._sender.force_close()  # noqa: SLF001 - the client has no public way
        producer._sender.join(self._options.call_seconds)  # noqa: SLF001 - as above
        with contextlib.suppress(errors.KafkaError):
            producer.close(timeout=0)
