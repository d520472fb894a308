"""What a broker says before it hangs up reaches the client."""

import socket

import pytest

pytest.importorskip("kafka", reason="the kafka extra is not installed")

from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport

from eventlog.adapters import kafka_client  # noqa: F401 - mends the transports


@pytest.mark.parametrize("kind", [KafkaTCPTransport, KafkaSSLTransport])
def test_an_answer_and_the_end_read_together_are_both_met(kind):
    here, there = socket.socketpair()
    here.setblocking(False)
    transport = kind.__new__(kind)
    transport._sock = here
    transport.host = "broker"
    there.sendall(b"refused")
    there.close()
    assert transport._sock_recv() == (b"refused", None)
    data, error = transport._sock_recv()
    assert data == b""
    assert "disconnected" in str(error)
    here.close()
