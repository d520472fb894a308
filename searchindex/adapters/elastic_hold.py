"""Holding one state of the index for the pages of one search (a point in time).

Elasticsearch has it from 7.10, but not in builds without x-pack; OpenSearch from 2.4.
Where it is missing or has run out, pages go on by their sort values alone.
"""

from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from domain.errors import RetryLaterError
from searchindex.adapters.elastic_client import Client
from searchindex.adapters.elastic_errors import Refused

KEEP = "2m"
"""From page to page. Shorter loses it to a slow reader of pages, longer keeps merged
segments on the server's disk for readers that never came back."""

_LACKING = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
}


class Holder:
    """Takes and gives back holds in the engine's manner."""

    def __init__(self, client: Client, engine: str) -> None:
        self._client = client
        self._own = engine == "elasticsearch"
        self._path = "_pit" if self._own else "_search/point_in_time"
        self._key = "id" if self._own else "pit_id"

    def hold(self, names: str) -> str:
        """Return a hold of what the names mean now; empty where there are none.

        Raises `Refused` when there is no such index.
        """
        path, params = f"/{names}/{self._path}", {"keep_alive": KEEP}
        try:
            return str(self._client.send("POST", path, None, params)[self._key])
        except Refused as refused:
            if refused.status in _LACKING:
                return ""
            raise

    def asking(self, held: str) -> Mapping[str, Any]:
        """Return what a request adds that asks a hold."""
        return {"pit": {"id": held, "keep_alive": KEEP}}

    def give_back(self, held: str) -> None:
        """End a hold; one that cannot be ended runs out by itself."""
        body = {"id": held} if self._own else {"pit_id": [held]}
        with suppress(Refused, RetryLaterError):
            self._client.send("DELETE", f"/{self._path}", body)
