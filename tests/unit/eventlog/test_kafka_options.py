"""What Kafka's adapter says without a broker."""

import subprocess
import sys
from pathlib import Path
from threading import enumerate as threads

import pytest

from domain.clock import SystemClock
from domain.errors import ConfigurationError, RetryLaterError
from eventlog.adapters.kafka import KafkaEventLog
from eventlog.adapters.kafka_client import connection
from eventlog.adapters.kafka_options import KafkaOptions
from eventlog.limits import LogLimits
from eventlog.port import LogTopic
from support_engines.node import free_port

WITHOUT_CLIENT = """
import sys
sys.modules["kafka"] = None
from domain.errors import ConfigurationError
from eventlog.adapters.kafka_options import KafkaOptions
try:
    import eventlog.adapters.kafka
except ConfigurationError as error:
    print(error)
"""


SECRET = "bi-mat-7"


@pytest.mark.parametrize(
    "brokers",
    [
        (),
        ("",),
        ("h1:abc",),
        ("h1:0",),
        ("h1:99999",),
        ("h1:9092/x",),
        ("h 1:9092",),
        ("h1:9092", ":9092"),
        (f"an:{SECRET}@h1:9092",),
        (f"{SECRET}@h1",),
    ],
)
def test_what_names_no_broker_is_refused_and_not_repeated(brokers):
    with pytest.raises(ConfigurationError, match="address of Kafka") as caught:
        KafkaOptions(bootstrap=brokers)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "broker", ["h1", "h1:9092", "192.0.2.1:1", "[2001:db8::1]:9092", "k-0.k.svc:65535"]
)
def test_names_of_brokers(broker):
    assert KafkaOptions(bootstrap=(broker,)).bootstrap == (broker,)


@pytest.mark.parametrize("prefix", ["tỉnh.", "a b", "a/", "x" * 101])
def test_a_prefix_that_no_topic_can_have(prefix):
    with pytest.raises(ConfigurationError, match="name of a topic"):
        options(prefix=prefix)


def options(**others):
    return KafkaOptions(bootstrap=("127.0.0.1:9092",), **others)


def opened(of):
    return KafkaEventLog(of, LogLimits(), SystemClock())


def test_without_the_client_library_it_says_what_to_install():
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT_CLIENT],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "pip install 'minhtin[kafka]'" in said.stdout


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"compression": "rar"}, "no compression 'rar'"),
        ({"security": "none"}, "no Kafka security 'none'"),
        ({"security": "sasl_ssl", "sasl_mechanism": "LOGIN"}, "no SASL mechanism"),
        ({"security": "ssl", "ca_file": Path("nowhere.pem")}, "does not exist"),
    ],
)
def test_wrong_options_are_said_at_start_up(wrong, says):
    with pytest.raises(ConfigurationError, match=says):
        opened(options(**wrong))


def test_certificates_and_passwords_go_only_where_they_are_asked_for(tmp_path):
    ca = tmp_path / "ca.pem"
    ca.write_text("")
    given = {"ca_file": ca, "sasl_mechanism": "plain", "username": "u", "password": "p"}

    def names(security):
        settings = connection(options(security=security, **given))
        return {n for n in settings if n.startswith(("ssl", "sasl"))}

    secret = {"sasl_mechanism", "sasl_plain_username", "sasl_plain_password"}
    assert names("plaintext") == set()
    assert names("ssl") == {"ssl_cafile"}
    assert names("sasl_plaintext") == secret
    assert names("sasl_ssl") == {"ssl_cafile", *secret}
    assert "p4ss" not in repr(options(password="p4ss"))


def test_no_broker_is_a_wait_and_leaves_no_threads():
    of = KafkaOptions(bootstrap=(f"127.0.0.1:{free_port()}",), call_seconds=0.6)
    log = opened(of)
    before = len(threads())
    reader = log.reader("g", [LogTopic.POSTS])
    writer = log.writer()
    for _ in range(3):
        with pytest.raises(RetryLaterError, match="is awaited"):
            reader.poll(1, 0)
        with pytest.raises(RetryLaterError, match="is awaited"):
            writer.append(LogTopic.POSTS, "k", b"1")
    writer.flush()
    reader.close()
    writer.close()
    log.close()
    assert len(threads()) == before
