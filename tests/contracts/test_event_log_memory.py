from contracts.event_log import EventLogContract
from eventlog.adapters.memory import MemoryEventLog


class TestMemoryEventLog(EventLogContract):
    def make(self, limits, clock):
        return MemoryEventLog(limits, clock)
