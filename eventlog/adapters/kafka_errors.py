"""Kafka's errors as ours, by what the caller must do; and one word per outage."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import structlog

from domain.errors import ConfigurationError, NotLetInError, RetryLaterError
from eventlog.adapters.kafka_client import REFUSED, errors

ENSURE = "minhtin topics ensure"

MOVED = (
    errors.CommitFailedError,
    errors.RebalanceInProgressError,
    errors.IllegalGenerationError,
    errors.UnknownMemberIdError,
    errors.FencedInstanceIdError,
)
"""What a commit meets after the group gave the partition to another member."""

_WRONG = (
    errors.InconsistentGroupProtocolError,
    errors.InvalidConfigurationError,
    errors.InvalidPartitionsError,
    errors.InvalidReplicationFactorError,
    errors.InvalidSessionTimeoutError,
    errors.InvalidTopicError,
    errors.KafkaConfigurationError,
    errors.PolicyViolationError,
    errors.UnsupportedCodecError,
    errors.UnsupportedVersionError,
)
"""What the cluster will refuse every time."""

_TOO_LARGE = (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError)


class Outage:
    """Says once that the cluster is awaited, and once that it is back."""

    def __init__(self, bootstrap: tuple[str, ...]) -> None:
        self.where = ",".join(bootstrap)
        self._since: float | None = None
        self._lock = Lock()

    def began(self, what: str, why: str) -> None:
        with self._lock:
            if self._since is not None:
                return
            self._since = time.monotonic()
        structlog.get_logger().warning(
            "kafka_awaited", brokers=self.where, to=what, why=why
        )

    def ended(self, heard: float = math.inf) -> None:
        """Call when the cluster has answered, at `heard` if not just now."""
        if self._since is None or heard <= self._since:
            return
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            seconds = round(time.monotonic() - since, 1)
            structlog.get_logger().info(
                "kafka_back", brokers=self.where, seconds=seconds
            )

    @contextmanager
    def translated(self, what: str) -> Iterator[None]:
        """Turn what the client raises into our errors. `what` ends «cannot …»."""
        try:
            yield
        except errors.UnknownTopicOrPartitionError as error:
            raise missing(_short(error)) from error
        except REFUSED as error:
            raise self._refused(what, error) from error
        except _WRONG as error:
            raise ConfigurationError(
                f"Kafka at {self.where} cannot {what} as set up: {_short(error)}.",
            ) from error
        except _TOO_LARGE as error:
            raise RetryLaterError(
                f"Kafka at {self.where} refuses a record as too large.",
                retry_after=10,
                hint=f"Its topic was set up for smaller ones: run `{ENSURE}`.",
            ) from error
        except (errors.KafkaError, OSError) as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise self._refused(what, error) from error
            self.began(what, _short(error))
            raise RetryLaterError(
                f"Kafka at {self.where} is awaited to {what}: {_short(error)}.",
                retry_after=1,
            ) from error

    def _refused(self, what: str, error: BaseException) -> NotLetInError:
        return NotLetInError(
            f"Kafka at {self.where} cannot be used to {what}: {_short(error)}.",
            hint="Check user, password, certificates and access rules.",
        )


def _short(error: BaseException) -> str:
    """Return the error without the whole request that it quotes."""
    return str(error)[:200]


def missing(name: str) -> ConfigurationError:
    """Return the error of a topic that nobody has made."""
    return ConfigurationError(
        f"A topic does not exist in Kafka ({name}).", hint=f"Run `{ENSURE}`."
    )
