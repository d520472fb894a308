"""Rests of hosts in memory."""

from datetime import datetime

from crawlers.frontier.manners import HostManners, HostRest


class MemoryManners(HostManners):
    """Forgets everything at the end of the process."""

    def __init__(self) -> None:
        self._rests: dict[str, HostRest] = {}

    def host_rest(self, host: str) -> HostRest | None:
        return self._rests.get(host)

    def rest_host(self, host: str, until: datetime, failures: int) -> None:
        if failures:
            self._rests[host] = HostRest(until=until, failures=failures)
        else:
            self._rests.pop(host, None)
