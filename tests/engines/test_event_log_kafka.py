"""The contract of the event log on a real Apache Kafka."""

import pytest

from contracts.event_log import EventLogContract
from support_kafka import open_log, own_options, remove_topics


class TestKafkaEventLog(EventLogContract):
    @pytest.fixture(autouse=True)
    def _prefix(self, kafka_bootstrap):
        self.bootstrap = kafka_bootstrap
        self.made = []
        yield
        for options in self.made:
            remove_topics(options)

    def make(self, limits, clock):
        self.made.append(own_options(self.bootstrap))
        log = open_log(self.made[-1], limits, clock)
        log.ensure_topics()
        return log

    def pass_lease(self, clock):
        """Brokers tell the time themselves; the other member waits by polling."""
