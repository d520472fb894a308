"""A Kafka of one node (KRaft) on loopback."""

import base64
import secrets
from pathlib import Path

from support_engines.certificates import Certificates, make
from support_engines.maven import libraries
from support_engines.node import Node, free_port, prepare

USER, PASSWORD = "minhtin", "a-test-s-own"
_SETTINGS = """
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listeners={listeners}
advertised.listeners={advertised}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL
log.dirs={folder}/data
auto.create.topics.enable=false
num.partitions=1
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
min.insync.replicas=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
log.cleaner.dedupe.buffer.size=16777216
log.retention.check.interval.ms=5000
"""
_SECURE = """
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.client.auth=none
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
"""
_MODULE = (
    "listener.name.sasl_ssl.{mechanism}.sasl.jaas.config="
    "org.apache.kafka.common.security.{module} required{users};\n"
)


class KafkaNode(Node):
    """`advertised` is the port that clients are told, where a proxy stands before it.

    With `secure`, `secure_bootstrap` speaks TLS and asks for `USER` and `PASSWORD`.
    """

    name = "kafka"
    version = "4.1.1"

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        advertised: int | None = None,
        secure: bool = False,
        private: bool = True,
    ) -> None:
        super().__init__(folder, private=private)
        self.port = port or free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        self.certificates: Certificates | None = None
        self._advertised = advertised or self.port
        self._controller = free_port()
        self._secure_port = free_port() if secure else 0
        self.secure_bootstrap = f"127.0.0.1:{self._secure_port}"
        self._jars = f"{libraries('kafka')}/*"
        if secure:
            self.certificates = make(folder)
        self._format()

    def command(self) -> list[str]:
        return [
            "java", "-Xms256m", "-Xmx512m", "-cp", self._jars, "kafka.Kafka",
            "server.properties",
        ]  # fmt: skip

    def answers(self) -> bool:
        from kafka import KafkaAdminClient
        from kafka.errors import KafkaError

        try:
            # Its own port: what is advertised may be a proxy that is not up yet.
            # And not for the client's thirty seconds, with ever longer pauses.
            admin = KafkaAdminClient(
                bootstrap_servers=self.bootstrap,
                request_timeout_ms=3000,
                bootstrap_timeout_ms=1000,
            )
        except (KafkaError, OSError, ValueError):
            return False
        try:
            if self._advertised == self.port:
                admin.list_topics()
        except (KafkaError, OSError):
            return False
        else:
            return True
        finally:
            admin.close()

    def _format(self) -> None:
        if (self.folder / "data").exists():
            return
        inside = [f"PLAINTEXT://127.0.0.1:{self.port}"]
        told = [f"PLAINTEXT://127.0.0.1:{self._advertised}"]
        if self._secure_port:
            inside.append(f"SASL_SSL://127.0.0.1:{self._secure_port}")
            told.append(inside[-1])
        inside.append(f"CONTROLLER://127.0.0.1:{self._controller}")
        text = _SETTINGS.format(
            controller=self._controller,
            listeners=",".join(inside),
            advertised=",".join(told),
            folder=self.folder,
        )
        if self.certificates:
            text += _SECURE.format(keystore=self.certificates.keystore) + _sign_in()
        (self.folder / "server.properties").write_text(text)
        scram = [
            part
            for bits in (256, 512)
            for part in (
                "--add-scram",
                f"SCRAM-SHA-{bits}=[name={USER},password={PASSWORD}]",
            )
        ]
        uuid = base64.urlsafe_b64encode(b"\0" + secrets.token_bytes(15))[:22].decode()
        prepare(
            [
                "java", "-Xmx256m", "-cp", self._jars, "kafka.tools.StorageTool",
                "format", "--standalone", "-t", uuid, "-c", "server.properties",
                *(scram if self._secure_port else []),
            ],
            self.folder,
        )  # fmt: skip


def _sign_in() -> str:
    """Return who may sign in and how; SCRAM's accounts are made with the storage."""
    user = f' user_{USER}="{PASSWORD}"'
    scram = "scram.ScramLoginModule"
    return "".join(
        _MODULE.format(mechanism=mechanism, module=module, users=users)
        for mechanism, module, users in (
            ("plain", "plain.PlainLoginModule", user),
            ("scram-sha-256", scram, ""),
            ("scram-sha-512", scram, ""),
        )
    )
