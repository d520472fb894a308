"""Turns settings into the options of the engines' adapters."""

from typing import TYPE_CHECKING

from wiring.settings import Settings

if TYPE_CHECKING:
    from eventlog.adapters.kafka_options import KafkaOptions
    from evidence.adapters.s3_options import S3Options
    from searchindex.adapters.elastic_options import ElasticOptions


def kafka_options(settings: Settings) -> "KafkaOptions":
    """Return how to reach and use the brokers of `log_url`."""
    from eventlog.adapters.kafka_options import KafkaOptions

    return KafkaOptions(
        bootstrap=_addresses(settings.log_url.removeprefix("kafka://")),
        prefix=settings.log_topic_prefix,
        replication=settings.log_replication,
        compression=settings.kafka_compression,
        retention_days=settings.log_retention_days,
        security=settings.kafka_security.value,
        sasl_mechanism=settings.kafka_sasl_mechanism,
        username=settings.kafka_username,
        password=settings.kafka_password,
        ca_file=settings.kafka_ca_file,
        cert_file=settings.kafka_cert_file,
        key_file=settings.kafka_key_file,
    )


def elastic_options(settings: Settings) -> "ElasticOptions":
    """Return how to reach and use the nodes of `search_url`."""
    from searchindex.adapters.elastic_options import ElasticOptions

    return ElasticOptions(
        urls=_addresses(settings.search_url),
        engine=settings.search_engine.value,
        prefix=settings.search_prefix,
        username=settings.search_username,
        password=settings.search_password,
        api_key=settings.search_api_key,
        ca_file=str(settings.search_ca_file or ""),
        shards=settings.search_shards,
        replicas=settings.search_replicas,
        monthly=settings.search_monthly,
        timeout_seconds=settings.search_timeout_seconds,
    )


def s3_options(settings: Settings) -> "S3Options":
    """Return how to reach and use the bucket of `evidence_url`."""
    from evidence.adapters.s3_options import S3Options

    bucket, _, prefix = settings.evidence_url.removeprefix("s3://").partition("/")
    return S3Options(
        bucket=bucket,
        prefix=prefix.strip("/"),
        endpoint=settings.evidence_endpoint.rstrip("/"),
        region=settings.evidence_region,
        access_key=settings.evidence_access_key,
        secret_key=settings.evidence_secret_key,
        path_style=settings.evidence_path_style,
        ca_file=settings.evidence_ca_file,
        timeout_seconds=settings.evidence_timeout_seconds,
    )


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
