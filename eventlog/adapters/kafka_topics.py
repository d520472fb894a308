"""Makes the topics and compares them with what they should be."""

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.errors import ConfigurationError, RetryLaterError
from eventlog.adapters.kafka_client import (
    Client,
    ConfigResource,
    ConfigResourceType,
    errors,
)
from eventlog.adapters.kafka_cluster import Cluster
from eventlog.adapters.kafka_names import topic_name
from eventlog.limits import LogLimits
from eventlog.port import LogTopic, TopicState

DAY_MS = 86_400_000
LONGEST = str(2**63 - 1)
SEGMENT_MS = str(DAY_MS)
"""A segment is closed after a day: only closed ones are compacted or dropped. Longer
keeps superseded analyses longer, shorter makes more files."""

VISIBLE_SECONDS = 15.0
"""For a topic just made to be known to all brokers."""


def wanted_settings(
    cluster: Cluster, limits: LogLimits, topic: LogTopic
) -> dict[str, str]:
    """Return the settings of a topic that are ours to decide."""
    options = cluster.options
    days = options.retention_days
    keep = str(days * DAY_MS) if days and not topic.compacted else "-1"
    return {
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "compression.type": "producer",
        # What was erased must be gone soon, however little has changed beside it.
        "max.compaction.lag.ms": SEGMENT_MS if topic.compacted else LONGEST,
        "delete.retention.ms": str(int(limits.tombstone_seconds * 1000)),
        "max.message.bytes": str(options.message_bytes),
        "message.timestamp.type": "CreateTime",
        # A crawler whose clock is ahead must not be stopped by that.
        "message.timestamp.after.max.ms": LONGEST,
        "min.insync.replicas": str(max(1, options.replication - 1)),
        "retention.bytes": "-1",
        "retention.ms": keep,
        "segment.ms": SEGMENT_MS,
        "unclean.leader.election.enable": "false",
    }


def topic_states(cluster: Cluster, limits: LogLimits) -> list[TopicState]:
    """Compare all topics with what they should be. Missing ones are left out."""
    names = {topic_name(cluster.options.prefix, topic): topic for topic in LogTopic}
    rows = cluster.ask(
        "look up topics", lambda admin: admin.describe_topics(list(names))
    )
    found = {row["name"]: row["partitions"] for row in rows if not row["error_code"]}
    settings = _settings(cluster, list(found))
    return [
        TopicState(
            topic=topic,
            name=name,
            partitions=len(found[name]),
            replication=_replication(found[name]),
            drift=(
                *_drift(wanted_settings(cluster, limits, topic), settings[name]),
                *_shape_drift(cluster, limits, found[name]),
            ),
        )
        for name, topic in names.items()
        if name in found
    ]


def ensure_topics(cluster: Cluster, limits: LogLimits) -> list[TopicState]:
    """Make what is missing and mend settings; see `EventLog.ensure_topics`."""
    before = {state.topic: state for state in topic_states(cluster, limits)}
    for state in before.values():
        if state.partitions != limits.partitions:
            raise ConfigurationError(
                f"Topic {state.name} has {state.partitions} partitions, the settings "
                f"say {limits.partitions}. Keys would move between partitions and "
                "lose their order.",
                hint="Set MINHTIN_LOG_PARTITIONS to what there is, or migrate to "
                "another MINHTIN_LOG_TOPIC_PREFIX.",
            )
    missing = [topic for topic in LogTopic if topic not in before]
    _make(cluster, limits, missing)
    changed = {
        state.topic: _mend(cluster, limits, state)
        for state in before.values()
        if state.drift
    }
    cluster.forget()
    return [
        replace(
            state, made=state.topic in missing, changed=changed.get(state.topic, ())
        )
        for state in topic_states(cluster, limits)
    ]


def _make(cluster: Cluster, limits: LogLimits, topics: Sequence[LogTopic]) -> None:
    if not topics:
        return
    prefix = cluster.options.prefix
    wanted = {
        topic_name(prefix, topic): {
            "num_partitions": limits.partitions,
            "replication_factor": cluster.options.replication,
            "configs": wanted_settings(cluster, limits, topic),
        }
        for topic in topics
    }

    def make(admin: Client) -> None:
        # Somebody else may make the same at this moment.
        with contextlib.suppress(errors.TopicAlreadyExistsError):
            admin.create_topics(wanted)

    try:
        cluster.ask("make topics", make)
    except ConfigurationError as error:
        if isinstance(error.__cause__, errors.InvalidReplicationFactorError):
            raise ConfigurationError(
                f"The cluster has fewer brokers than the {cluster.options.replication} "
                "copies that are wanted of each topic.",
                hint="Add brokers or set MINHTIN_LOG_REPLICATION.",
            ) from error
        raise
    _await(cluster, list(wanted))


def _await(cluster: Cluster, names: Sequence[str]) -> None:
    """Wait until every partition has a leader, so that the first write finds it."""
    deadline = time.monotonic() + VISIBLE_SECONDS
    while time.monotonic() < deadline:
        rows = cluster.ask(
            "look up topics", lambda admin: admin.describe_topics(list(names))
        )
        if all(
            not row["error_code"]
            and row["partitions"]
            and all(part["leader_id"] >= 0 for part in row["partitions"])
            for row in rows
        ):
            return
        time.sleep(0.1)
    raise RetryLaterError("The topics were made but have no leaders yet.")


def _mend(cluster: Cluster, limits: LogLimits, state: TopicState) -> tuple[str, ...]:
    wanted = wanted_settings(cluster, limits, state.topic)
    drift = _drift(wanted, _settings(cluster, [state.name])[state.name])
    if drift:
        resource = ConfigResource(ConfigResourceType.TOPIC, state.name, dict(wanted))
        cluster.ask("set up topics", lambda admin: admin.alter_configs([resource]))
    return drift


def _settings(cluster: Cluster, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found = cluster.ask(
        "look up topic settings",
        lambda admin: admin.describe_configs(wanted, config_filter="all"),
    )
    return {
        name: {key: row["value"] for key, row in rows.items()}
        for name, rows in found["topic"].items()
    }


def _drift(wanted: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{key}={there.get(key)}, wanted {value}"
        for key, value in wanted.items()
        if there.get(key) != value
    )


def _shape_drift(
    cluster: Cluster, limits: LogLimits, partitions: Sequence[Client]
) -> list[str]:
    """What `ensure_topics` cannot mend."""
    drift = []
    if len(partitions) != limits.partitions:
        drift.append(f"partitions={len(partitions)}, wanted {limits.partitions}")
    copies, wanted = _replication(partitions), cluster.options.replication
    if copies != wanted:
        drift.append(f"replication={copies}, wanted {wanted}")
    return drift


def _replication(partitions: Sequence[Client]) -> int:
    return min(len(part["replica_nodes"]) for part in partitions)
