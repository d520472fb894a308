"""The launcher itself: a node that is killed comes back with its data."""

import socket
import threading
from contextlib import suppress

import httpx
import pytest

from support_engines.cut import Proxy
from support_engines.kafka import PASSWORD, USER, KafkaNode
from support_engines.search import ElasticNode, OpenSearchNode
from support_kafka import own_options, wait_until


def test_kafka_keeps_its_records_through_a_kill(tmp_path):
    from kafka import KafkaConsumer, KafkaProducer

    with KafkaNode(tmp_path) as node:
        make_topic(node)
        producer = KafkaProducer(bootstrap_servers=node.bootstrap, acks="all")
        producer.send("t", b"kept").get(timeout=30)
        producer.close()
        node.kill()
        node.start()
        consumer = KafkaConsumer(
            "t", bootstrap_servers=node.bootstrap, auto_offset_reset="earliest"
        )
        found = []
        wait_until(lambda: found.extend(consumer.poll(500).values()) or found)
        consumer.close()
    assert [row.value for row in found[0]] == [b"kept"]


def make_topic(node):
    from kafka import KafkaAdminClient

    admin = KafkaAdminClient(bootstrap_servers=node.bootstrap)
    admin.create_topics({"t": {"num_partitions": 1, "replication_factor": 1}})
    admin.close()


def test_kafka_speaks_tls_and_asks_who_is_there(tmp_path):
    from kafka import KafkaAdminClient

    from eventlog.adapters.kafka_client import connection

    with KafkaNode(tmp_path, secure=True) as node:
        options = own_options(
            node.secure_bootstrap,
            security="sasl_ssl",
            sasl_mechanism="SCRAM-SHA-512",
            username=USER,
            password=PASSWORD,
            ca_file=node.certificates.ca,
        )
        admin = KafkaAdminClient(**connection(options))
        assert admin.list_topics() == []
        admin.close()


@pytest.mark.parametrize("kind", [ElasticNode, OpenSearchNode])
def test_a_search_engine_keeps_its_documents_through_a_kill(tmp_path, kind):
    with kind(tmp_path) as node:
        httpx.put(f"{node.url}/i/_doc/1?refresh=true", json={"a": 1}).raise_for_status()
        node.kill()
        node.start()
        wait_until(lambda: httpx.get(f"{node.url}/i/_doc/1").status_code == 200)


@pytest.fixture
def echo():
    """A server of loopback that says what it hears; its port."""

    def serve():
        with suppress(OSError):
            while True:
                one, _ = server.accept()
                threading.Thread(target=answer, args=(one,), daemon=True).start()

    def answer(one):
        with one, suppress(OSError):
            while data := one.recv(100):
                one.sendall(data)

    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


def test_a_wire_is_cut_stalled_and_healed(echo):
    with Proxy(echo) as proxy:
        near = ("127.0.0.1", proxy.port)
        wire = socket.create_connection(near, timeout=10)
        wire.sendall(b"?")
        assert wire.recv(1) == b"?"
        proxy.cut()
        assert wire.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(near, timeout=10)
        proxy.heal()
        wire = socket.create_connection(near, timeout=10)
        proxy.stall()
        wire.sendall(b"!")
        wire.settimeout(0.3)
        with pytest.raises(TimeoutError):
            wire.recv(1)
        proxy.heal()
        wire.settimeout(10)
        assert wire.recv(1) == b"!"
        wire.close()
