"""The one place that imports the client library, and how it is made to connect."""

import logging
from typing import Any

from domain.errors import ConfigurationError
from eventlog.adapters.kafka_options import KafkaOptions

try:
    from kafka import (
        ConsumerRebalanceListener,
        KafkaAdminClient,
        KafkaConsumer,
        KafkaProducer,
        OffsetAndMetadata,
        TopicPartition,
        errors,
    )
    from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
    from kafka.codec import has_lz4, has_snappy, has_zstd
    from kafka.coordinator.assignors.cooperative_sticky import (
        CooperativeStickyAssignor,
    )
    from kafka.net.compat import KafkaNetClient
    from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport
    from kafka.structs import MemberState
except ImportError as error:
    raise ConfigurationError(
        "The log is on Kafka, but its client library is not installed.",
        hint="pip install 'minhtin[kafka]'",
    ) from error

__all__ = [
    "REFUSED",
    "Client",
    "ConfigResource",
    "ConfigResourceType",
    "ConsumerRebalanceListener",
    "CooperativeStickyAssignor",
    "KafkaAdminClient",
    "KafkaConsumer",
    "KafkaProducer",
    "MemberState",
    "OffsetAndMetadata",
    "OffsetSpec",
    "TopicPartition",
    "codec",
    "connection",
    "errors",
    "make",
]

Client = Any
"""An object of the client library, which has no types."""

# The adapter says once per outage what it waits for; the client would say so several
# times a second, from its own threads, with stack traces.
logging.getLogger("kafka").setLevel(logging.CRITICAL)

BOOTSTRAP_MS = 5_000
"""To find a first broker. Shorter fails on a slow network, longer delays the word that
nobody answers."""

RECONNECT_MAX_MS = 2_000
"""Longest pause between attempts to reach a lost broker: longer delays the return,
shorter knocks on a starting broker's door all the time."""

SECURITY = ("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")

REFUSED = (
    errors.AuthorizationError,
    errors.SaslAuthenticationFailedError,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
)
"""What says that the broker is there but does not let us in."""

_CODECS = {
    "none": lambda: True,
    "gzip": lambda: True,
    "lz4": has_lz4,
    "snappy": has_snappy,
    "zstd": has_zstd,
}
_WHEELS = {"lz4": "lz4", "snappy": "python-snappy", "zstd": "zstandard"}


def _hand_over_before_hanging_up(transport: Client) -> None:
    """Let a transport hand over what came together with the end of the connection.

    A broker that refuses a password answers and hangs up at once. kafka-python 3.0
    throws that answer away when both are read in one go, which on a busy machine is
    the rule: the refusal would look like an outage and be waited for.
    """
    receive = transport._sock_recv  # noqa: SLF001 - no public way

    def received(self: Client) -> tuple[bytes, BaseException | None]:
        data, error = receive(self)
        # The end of the connection is met again by the next read.
        return data, None if data else error

    transport._sock_recv = received  # noqa: SLF001 - no public way


for _transport in (KafkaTCPTransport, KafkaSSLTransport):
    _hand_over_before_hanging_up(_transport)


def codec(options: KafkaOptions) -> str | None:
    """Return the codec as the client names it. Raises `ConfigurationError`."""
    name = options.compression or "none"
    if name not in _CODECS:
        raise ConfigurationError(
            f"There is no compression {name!r}.",
            hint=f"Use one of {', '.join(_CODECS)}.",
        )
    if not _CODECS[name]():
        raise ConfigurationError(
            f"Compression {name!r} needs a library that is not installed.",
            hint=f"pip install {_WHEELS[name]}, or set it to gzip.",
        )
    return None if name == "none" else name


def make(kind: Client, **settings: object) -> Client:
    """Make a client. One that finds no broker leaves no thread and socket behind.

    The library's constructors start a thread before they look for a broker, and give
    no hold on it when there is none; in an outage each attempt would leave one. And
    they only say that time ran out; what stood in the way is kept here.
    """
    started: list[Client] = []
    reasons: list[BaseException] = []

    def start(**config: object) -> Client:
        client = KafkaNetClient(**config)
        started.append(client)
        _remember(client._manager, reasons)  # noqa: SLF001 - no public way
        return client

    try:
        return kind(kafka_client=start, **settings)
    except BaseException as error:
        for client in started:
            client.close()
            client._manager._net.stop()  # noqa: SLF001 - as the library's own close does
        if isinstance(error, errors.KafkaTimeoutError) and reasons:
            # A refusal is met once; after it the broker only hangs up for a while.
            refused = (reason for reason in reasons if isinstance(reason, REFUSED))
            raise next(refused, reasons[-1]) from error
        raise


def _remember(manager: Client, reasons: list[BaseException]) -> None:
    connect = manager.get_connection

    def connected(*args: object, **options: object) -> Client:
        made = connect(*args, **options)
        made.init_future.add_errback(reasons.append)
        return made

    manager.get_connection = connected


def connection(options: KafkaOptions) -> dict[str, Any]:
    """Return the settings that every kind of client shares."""
    request_ms = int(options.call_seconds * 1000 / 2)
    return {
        "bootstrap_servers": list(options.bootstrap),
        "request_timeout_ms": request_ms,
        "bootstrap_timeout_ms": min(BOOTSTRAP_MS, request_ms),
        "reconnect_backoff_max_ms": RECONNECT_MAX_MS,
        "security_protocol": options.security.upper(),
        **_tls(options),
        **_sasl(options),
    }


def _tls(options: KafkaOptions) -> dict[str, Any]:
    if options.security not in SECURITY:
        raise ConfigurationError(
            f"There is no Kafka security {options.security!r}.",
            hint=f"Use one of {', '.join(SECURITY)}.",
        )
    if not options.security.endswith("ssl"):
        return {}
    files = {
        "ssl_cafile": options.ca_file,
        "ssl_certfile": options.cert_file,
        "ssl_keyfile": options.key_file,
    }
    for name, path in files.items():
        if path is not None and not path.is_file():
            raise ConfigurationError(f"The Kafka {name} {path} does not exist.")
    return {name: str(path) for name, path in files.items() if path is not None}


def _sasl(options: KafkaOptions) -> dict[str, Any]:
    if not options.security.startswith("sasl"):
        return {}
    mechanism = options.sasl_mechanism.upper()
    if mechanism not in MECHANISMS:
        raise ConfigurationError(
            f"There is no SASL mechanism {options.sasl_mechanism!r}.",
            hint=f"Use one of {', '.join(MECHANISMS)}.",
        )
    return {
        "sasl_mechanism": mechanism,
        "sasl_plain_username": options.username,
        "sasl_plain_password": options.password,
    }
