"""How to reach Kafka and how its topics are to be; imports no client."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from domain.errors import ConfigurationError

_BROKER = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@\[\]]+)(:(?P<port>[0-9]{1,5}))?")
_PREFIX = re.compile(r"[A-Za-z0-9._-]{0,100}")
_LAST_PORT = 65535


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

    def __post_init__(self) -> None:
        """Refuse what names no broker; it is not repeated, it may hold a password."""
        if not self.bootstrap or not all(map(_names_a_broker, self.bootstrap)):
            raise ConfigurationError(
                "The address of Kafka is missing or is none.",
                hint="Write log_url like kafka://h1:9092,h2:9092. The account goes "
                "into kafka_username and kafka_password.",
            )
        if _PREFIX.fullmatch(self.prefix) is None:
            raise ConfigurationError(
                f"{self.prefix!r} cannot begin the name of a topic.",
                hint="Use letters without marks, digits, full stops, - and _.",
            )

    @property
    def message_bytes(self) -> int:
        """The largest message that brokers must take."""
        return 2 * self.max_record_bytes + 65_536


def _names_a_broker(text: str) -> bool:
    found = _BROKER.fullmatch(text)
    return found is not None and 0 < int(found["port"] or 1) <= _LAST_PORT
