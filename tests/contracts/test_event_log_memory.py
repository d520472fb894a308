from contracts.event_log import EventLogContract
from eventlog.adapters.memory import MemoryEventLog


class TestMemoryEventLog(EventLogContract):
    evicts_silent_members = False

    def make(self, limits, clock):
        return MemoryEventLog(limits, clock)
