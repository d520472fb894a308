import pytest

from contracts.event_log import EventLogContract
from eventlog.adapters.sqlite import SqliteEventLog


class TestSqliteEventLog(EventLogContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path

    def make(self, limits, clock):
        return SqliteEventLog(self.folder / "log.sqlite", limits, clock)
