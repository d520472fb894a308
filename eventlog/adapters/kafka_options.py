"""How to reach Kafka and how its topics are to be; imports no client."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaOptions:
    """One installation's share of a Kafka cluster.

    `prefix` stands before the names of topics and groups, so that several
    installations can share a cluster. `compression` is the producers' codec: `gzip`
    and `none` need nothing, `lz4`, `snappy` and `zstd` the client's extra wheels.
    `retention_days` of 0 leaves dropping to the retention job, which keeps what some
    group has not read; any other number makes the brokers drop by age alone.
    `max_record_bytes` bounds one record before compression; twice that is asked of the
    brokers, because a rejected record travels inside another one. `buffer_bytes` is
    what a writer holds back before it sends early. `call_seconds` bounds every call.
    """

    bootstrap: tuple[str, ...]
    prefix: str = "minhtin."
    replication: int = 3
    compression: str = "zstd"
    retention_days: int = 0
    security: str = "plaintext"
    sasl_mechanism: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    max_record_bytes: int = 4 * 1024**2
    buffer_bytes: int = 8 * 1024**2
    call_seconds: float = 20.0

    @property
    def message_bytes(self) -> int:
        """The largest message that brokers must take."""
        return 2 * self.max_record_bytes + 65_536
