"""opensearch-py's connection, which also looks at who answers.

The library asks nobody. Elasticsearch takes most of the requests that OpenSearch takes,
so a wrong `search_engine` would be met only by the few that differ, days later.
"""

from collections.abc import Mapping
from typing import Any

from opensearchpy.connection import Urllib3HttpConnection

from domain.errors import NotLetInError

PRODUCT = "x-elastic-product"
"""Elasticsearch names itself by it in each answer since 7.14; OpenSearch does not."""


class OpenSearchConnection(Urllib3HttpConnection):
    """One node; raises `NotLetInError` where it is Elasticsearch's."""

    def perform_request(
        self,
        *arguments: Any,  # noqa: ANN401 - handed on as they come
        **named: Any,  # noqa: ANN401 - as above
    ) -> tuple[int, Mapping[str, str], str]:
        status, headers, body = super().perform_request(*arguments, **named)
        if headers.get(PRODUCT):
            raise NotLetInError(
                "The server at search_url is Elasticsearch, not OpenSearch.",
                hint="Set search_engine to elasticsearch, or leave it out.",
            )
        return status, headers, body
