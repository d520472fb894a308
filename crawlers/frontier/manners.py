"""What crawlers owe to hosts, and must still know after a restart."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRest:
    """A host is not asked before `until`; `failures` came without a success between.

    `until` may lie in the past: then the next request is a probe.
    """

    until: datetime
    failures: int


class HostManners(ABC):
    """Rests of hosts, shared by all crawlers of an installation.

    They are no facts to be moved to another frontier: they pass within a day.
    """

    @abstractmethod
    def host_rest(self, host: str) -> HostRest | None:
        """Return what is known of a host that failed or asked for a pause, if any."""

    @abstractmethod
    def rest_host(self, host: str, until: datetime, failures: int) -> None:
        """Remember it; what was known is replaced. With no failures it is forgotten."""
