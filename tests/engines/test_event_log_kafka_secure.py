"""TLS and signing in, on a Kafka of the test's own."""

from pathlib import Path

import pytest

from contracts.event_log import drain, put
from domain.errors import ConfigurationError
from eventlog.port import LogTopic
from support_engines.kafka import PASSWORD, USER, KafkaNode
from support_kafka import open_log, own_options

MECHANISMS = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with KafkaNode(tmp_path_factory.mktemp("kafka"), secure=True) as node:
        yield node


def options(broker, **others):
    given = {
        "security": "sasl_ssl",
        "sasl_mechanism": "SCRAM-SHA-512",
        "username": USER,
        "password": PASSWORD,
        "ca_file": broker.certificates.ca,
        "call_seconds": 6.0,
    }
    return own_options(broker.secure_bootstrap, **{**given, **others})


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_writes_and_reads_through_tls_and_sasl(broker, mechanism):
    log = open_log(options(broker, sasl_mechanism=mechanism))
    log.ensure_topics()
    put(log, [("k", b"secret")])
    with log.reader("g", [LogTopic.POSTS]) as reader:
        assert [r.value for r in drain(reader, 1)] == [b"secret"]
    assert sum(row.behind for row in log.lag("g", [LogTopic.POSTS])) == 1
    log.close()


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_wrong_password_is_said_and_not_waited_for(broker, mechanism):
    log = open_log(options(broker, sasl_mechanism=mechanism, password="không phải"))
    with pytest.raises(ConfigurationError, match="uthentication"):
        log.ensure_topics()
    log.close()


def test_a_server_of_another_authority_is_not_trusted(broker, tmp_path):
    from support_engines.certificates import make

    other = make(tmp_path)
    log = open_log(options(broker, ca_file=other.ca))
    with pytest.raises(ConfigurationError, match="certificate"):
        log.ensure_topics()
    log.close()


def test_a_password_is_in_no_text_of_the_options(broker):
    assert PASSWORD not in repr(options(broker))
    assert isinstance(options(broker).ca_file, Path)
