"""Where the search engine is and how to sign in; no client is imported here."""

import math
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from domain.errors import ConfigurationError

ENGINES = ("elasticsearch", "opensearch")
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticOptions:
    """One cluster, any number of its nodes; all index names begin with `prefix`.

    `ca_file` is needed where the nodes' certificates come from an authority of the
    office's own. Either `username` and `password` or `api_key`, or neither.
    """

    urls: tuple[str, ...]
    engine: str = "elasticsearch"
    prefix: str = "minhtin"
    username: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca_file: str = ""
    shards: int = 1
    replicas: int = 1
    monthly: bool = False
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise ConfigurationError(
                f"{self.engine!r} is no search engine that is known here.",
                hint=f"Known are {' and '.join(ENGINES)}.",
            )
        if not self.urls or not all(_is_url(url) for url in self.urls):
            raise ConfigurationError(
                "The search engine's address is missing or is none.",
                hint="It looks like https://h1:9200,https://h2:9200, with the port.",
            )
        if not self.api_key.isascii():
            raise ConfigurationError(
                "The search engine's API key holds letters that none has.",
                hint="Copy search_api_key again from what the server showed.",
            )
        if _PREFIX.fullmatch(self.prefix) is None:
            raise ConfigurationError(
                f"{self.prefix!r} cannot begin the name of an index.",
                hint="Use small letters, digits, - and _.",
            )
        if self.username and self.api_key:
            raise ConfigurationError(
                "Both a user name and an API key are set for the search engine.",
                hint="Set one of them.",
            )
        if self.shards < 1 or self.replicas < 0 or not self._waits():
            raise ConfigurationError(
                "Shards, replicas or time-out of the search engine make no sense.",
                hint="Shards from 1, replicas from 0, a time-out above 0.",
            )

    def _waits(self) -> bool:
        return math.isfinite(self.timeout_seconds) and self.timeout_seconds > 0


def _is_url(url: str) -> bool:
    """Whether both client libraries can read it; they know no port by themselves."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and bool(parts.port)
    except ValueError:
        return False
    return named and parts.scheme in {"http", "https"}
